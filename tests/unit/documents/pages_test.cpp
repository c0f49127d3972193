#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "documents/html.hpp"
#include "documents/pdf.hpp"
#include "documents/qr.hpp"

/// What people read, held against what was looked at once: the text of each page, and a digest of how it looks.
namespace florin::documents {
namespace {

DocumentPage invoice() {
  DocumentPage page;
  page.kind = "invoice";
  page.title = "Tax invoice";
  page.number = "EX-000123";
  page.issued_at = *Instant::parse("2026-03-15T09:00Z");
  page.seller = {"Exotel Private Limited", {"12 Residency Road", "Bengaluru 560025", "GSTIN 29AABCE1234F1Z1"}};
  page.buyer = {"Acme Pvt Ltd", {"1 MG Road", "560001 Bengaluru", "KA, IN"}};
  page.about = {{"Issued", "15 Mar 2026"}, {"Supply", "15 Mar 2026 – 15 Apr 2026"}, {"Order", "12"}};
  page.items = {{"Growth, monthly", "includes 1,000 messages", "1", "8,000.00 INR", "8,000.00 INR"}};
  page.sums = {{"Net", "8,000.00 INR"}, {"IGST 18% on 8,000.00 INR", "1,440.00 INR"}, {"Total", "9,440.00 INR", true}};
  page.notes = {"Paid 15 Mar 2026 by Visa ···4242."};
  page.footer = "Exotel Private Limited · billing@exotel.example";
  return page;
}

std::string out_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char part[4096];
  for (std::size_t n = 0; (n = std::fread(part, 1, sizeof part, pipe)) > 0;) out.append(part, n);
  ::pclose(pipe);
  return out;
}

/// The text as pdftotext lays it out, then a digest of the pages at 100 dots an inch.
std::string read_back(const std::string& bytes) {
  const auto file = std::filesystem::temp_directory_path() / ("florin-page-" + std::to_string(::getpid()) + ".pdf");
  std::ofstream(file, std::ios::binary) << bytes;
  std::string text = out_of("pdftotext -layout " + file.string() + " -");
  text += "digest " + out_of("pdftoppm -r 100 " + file.string() + " | sha256sum | cut -c1-32");
  std::filesystem::remove(file);
  return text;
}

void expect_golden(const std::string& name, const DocumentPage& page) {
  const auto pdf = pdf_of(page);
  ASSERT_TRUE(pdf) << pdf.error().message;
  const std::filesystem::path file = std::filesystem::path(GOLDEN) / (name + ".txt");
  const std::string read = read_back(pdf->bytes);
  if (std::getenv("FLORIN_WRITE_GOLDEN") != nullptr) std::ofstream(file, std::ios::binary) << read;
  std::ifstream in(file, std::ios::binary);
  EXPECT_EQ(read, std::string(std::istreambuf_iterator<char>(in), {}))
      << "look at the page, then FLORIN_WRITE_GOLDEN=1; a new version of a font changes the digest alone";
}

TEST(Documents, AnInvoiceReadsAsItWasLookedAt) { expect_golden("invoice", invoice()); }

TEST(Documents, AProFormaCanBePaidFrom) {
  DocumentPage page = invoice();
  page.title = "Pro forma invoice";
  page.number = "for order 12";
  page.notes = {"This is a pro forma invoice, not a tax invoice."};
  page.pay_to = {{"Account", "50200012345678"}, {"Ifsc", "HDFC0000123"}, {"Reference", "FL-7K2M-9Q4T"}};
  expect_golden("pro_forma", page);
}

TEST(Documents, LinesGoOnOverPagesAndTheSumsStayWithTheLast) {
  DocumentPage page = invoice();
  page.paper = "letter";
  page.items.clear();
  for (int i = 1; i <= 60; ++i) page.items.push_back({"Line " + std::to_string(i), "", "1", "1.00 USD", "1.00 USD"});
  const auto pdf = pdf_of(page);
  ASSERT_TRUE(pdf);
  EXPECT_GE(pdf->pages, 3);
  const std::string text = read_back(pdf->bytes);
  EXPECT_NE(text.find("Page 1 of " + std::to_string(pdf->pages)), std::string::npos);
  EXPECT_LT(text.find("Line 60"), text.find("9,440.00 INR"));
  EXPECT_EQ(text.find('\f', text.find("Line 60")), text.find('\f', text.find("9,440.00 INR")));
}

TEST(Documents, TheSamePageIsTheSameBytes) { EXPECT_EQ(pdf_of(invoice())->bytes, pdf_of(invoice())->bytes); }

// Each character finds its font: a Hebrew name stands in an English invoice.
TEST(Documents, NamesOfAllScriptsHaveTheirGlyphs) {
  DocumentPage page = invoice();
  page.buyer.name = "אקמה בע\"מ and Acme ₹ हिन्दी العربية";
  const auto pdf = pdf_of(page);
  ASSERT_TRUE(pdf);
  EXPECT_EQ(pdf->unknown_glyphs, 0);
  page.buyer.name = "\U0010FFFD";
  EXPECT_GT(pdf_of(page)->unknown_glyphs, 0);
}

// A party as long as it may be goes on over pages and covers nothing; pictures of emoji are no larger than letters.
TEST(Documents, LongNamesAreWhole) {
  DocumentPage page = invoice();
  std::string wide, flags;
  for (int i = 0; i < 500; ++i) wide += "W";
  for (int i = 0; i < 80; ++i) flags += "\U0001F469\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466";
  page.buyer = {wide, {wide, flags, wide, "the last line"}};
  const auto pdf = pdf_of(page);
  ASSERT_TRUE(pdf);
  const std::string text = read_back(pdf->bytes);
  EXPECT_EQ(std::ranges::count(text, 'W'), 1500) << text;
  EXPECT_EQ(text.find("W-"), text.npos) << "no hyphens of ours";
  EXPECT_LT(text.find("the last line"), text.find("Growth, monthly"));
  EXPECT_NE(text.find("9,440.00 INR"), std::string::npos);
  EXPECT_LE(pdf->pages, 3);
}

TEST(Documents, HostileNamesStayText) {
  DocumentPage page = invoice();
  page.buyer.name = "<script>alert(1)</script>\"'&";
  page.items[0].text = std::string(4000, 'x');
  const std::string html = html_of(page);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), std::string::npos);
  const auto pdf = pdf_of(page);
  ASSERT_TRUE(pdf);
  EXPECT_EQ(pdf->pages, 1);
}

// A reader finds the code by its three corners: seven dark squares a side, a light ring, a dark middle.
TEST(Qr, HasItsCornersAndHoldsNoMoreThanItCan) {
  const auto rows = qr_of("eyJhbGciOi.e30.c2ln");
  ASSERT_EQ(rows.size(), 25U) << "19 bytes at correction M are version 2";
  const auto corner = [&](std::size_t y, std::size_t x) {
    std::string seen;
    for (std::size_t i = 0; i < 7; ++i)
      for (std::size_t j = 0; j < 7; ++j) seen += rows[y + i][x + j] ? '#' : '.';
    return seen;
  };
  const std::string finder = "########.....##.###.##.###.##.###.##.....########";
  EXPECT_EQ(corner(0, 0), finder);
  EXPECT_EQ(corner(0, 18), finder);
  EXPECT_EQ(corner(18, 0), finder);
  EXPECT_EQ(qr_of(std::string(2331, 'x')).size(), 177U) << "the largest";
  EXPECT_TRUE(qr_of(std::string(2332, 'x')).empty());
  EXPECT_TRUE(qr_of("").empty());
}

// On paper it takes its place below the notes; a page without one is as it was.
TEST(Qr, IsDrawnOnThePage) {
  DocumentPage page = invoice();
  EXPECT_EQ(html_of(page).find("<svg"), std::string::npos);
  const auto without = pdf_of(page);
  page.qr = std::string(1000, 'x');
  const std::string html = html_of(page);
  const std::string side = std::to_string(qr_of(page.qr).size() + 8);
  EXPECT_NE(html.find("viewBox=\"0 0 " + side + " " + side + "\""), std::string::npos);
  const auto with = pdf_of(page);
  ASSERT_TRUE(with && without);
  EXPECT_EQ(with->pages, 1);
  EXPECT_GT(with->bytes.size(), without->bytes.size());
}

}  // namespace
}  // namespace florin::documents
