/// What lies in a row, in both formats, and what is refused of it. golden/format2.row is a packed row of 100 debits in
/// hex, packed when the format was released: it is read for ever, and never compared with what is packed now.
#include "engine/row.hpp"

#include <gtest/gtest.h>
#include <zstd.h>

#include <cstdlib>
#include <fstream>
#include <random>

#include "domain/journal/journal.hpp"

namespace florin::engine {
namespace {

Entry debit(int n) {
  Entry entry;
  entry.tenant = TenantId::trusted("callloop");
  entry.account = AccountId::trusted("acme");
  entry.actor = {"service", ""};
  entry.key = "debit-" + std::to_string(n);
  entry.at = *Instant::parse("2026-03-10T15:00Z");
  entry.catalog = 1;
  entry.command = Use{MeterId::trusted("sms"), *Quantity::parse("160 characters"), {}};
  entry.facts.push_back(CreditsSpent{.meter = MeterId::trusted("sms"),
                                     .quantity = *Quantity::parse("160 characters"),
                                     .type = CreditType::trusted("message"),
                                     .takes = {{GrantId{1}, Credits{1}}}});
  return entry;
}

store::Row gathered(int entries, int first = 0) {
  store::Row row{.first = static_cast<store::Position>(first) + 1,
                 .last = static_cast<store::Position>(first + entries),
                 .epoch = 1,
                 .entries = {}};
  for (int i = 0; i < entries; ++i) journal::write(row.entries, debit(first + i));
  return row;
}

store::Row packed(int entries) {
  store::Row row = gathered(entries);
  pack_and_seal(row);
  return row;
}

std::string bytes_of(const std::vector<Entry>& entries) {
  std::string bytes;
  for (const Entry& entry : entries) journal::write(bytes, entry);
  return bytes;
}

/// The code with which such bytes are refused, or nothing. The row is sealed over them: whoever can write a journal can
/// seal it too.
std::string refused(std::string bytes, std::uint32_t format = 2, int entries = 100) {
  store::Row row{.first = 1, .last = static_cast<store::Position>(entries), .format = format, .entries = {}};
  row.entries = std::move(bytes);
  row.hash = store::seal(row);
  const auto read = entries_of(row);
  return read ? std::string() : read.error().code;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes)
    for (const int half : {(c >> 4) & 15, c & 15}) text += "0123456789abcdef"[half];
  return text;
}

std::string unhex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return bytes;
}

TEST(PackedRow, HoldsTheSameEntriesInLittleRoom) {
  for (const int count : {1, 2, 3, 16, 600, 4096}) {
    const store::Row plain = gathered(count), row = packed(count);
    EXPECT_EQ(row.hash, store::seal(row)) << count;
    const auto entries = entries_of(row);
    ASSERT_TRUE(entries) << entries.error().message;
    EXPECT_EQ(bytes_of(*entries), plain.entries) << count;
    EXPECT_EQ(bytes_of(*entries_of(plain)), plain.entries) << "format 1 is read as ever";
    if (count >= 16) {
      EXPECT_LT(row.entries.size(), plain.entries.size() / 2) << count;
    }
    if (count >= 600) {
      EXPECT_LT(row.entries.size() / static_cast<std::size_t>(count), 40U) << "bytes a debit";
    }
  }
}

TEST(PackedRow, WhatDoesNotGetSmallerStaysAsItIs) {
  store::Row row = packed(1);
  EXPECT_EQ(row.format, 1U);
  EXPECT_EQ(row.entries, gathered(1).entries);
  std::mt19937_64 random(7);
  for (int i = 0; i < 4096; ++i) row.entries += static_cast<char>(random());
  const std::string before = row.entries;
  pack_and_seal(row);
  EXPECT_EQ(row.format, 1U);
  EXPECT_EQ(row.entries, before);
}

TEST(PackedRow, OfTheReleaseIsReadForEver) {
  const std::string file = FLORIN_GOLDEN_ROW;
  if (std::getenv("FLORIN_WRITE_GOLDEN") != nullptr && !std::ifstream(file))
    std::ofstream(file) << hex(packed(100).entries) << '\n';
  std::ifstream in(file);
  std::string text;
  ASSERT_TRUE(in >> text) << file;
  store::Row row{.first = 1, .last = 100, .format = 2, .entries = {}};
  row.entries = unhex(text);
  const auto entries = entries_of(row);
  ASSERT_TRUE(entries) << entries.error().message;
  EXPECT_EQ(bytes_of(*entries), gathered(100).entries);
}

TEST(PackedRow, CutDoubledOrOtherFramesAreDamage) {
  const std::string frame = packed(100).entries;
  ASSERT_EQ(refused(frame), "");
  for (std::size_t cut = 0; cut < frame.size(); ++cut) ASSERT_EQ(refused(frame.substr(0, cut)), "damaged_row") << cut;
  EXPECT_EQ(refused(frame + frame), "damaged_row");
  EXPECT_EQ(refused(frame + "x"), "damaged_row");
  EXPECT_EQ(refused(frame, 2, 99), "damaged_row");
  EXPECT_EQ(refused(frame, 2, 101), "damaged_row");
  const std::string skipped("\x50\x2a\x4d\x18\x04\0\0\0abcd", 12);
  EXPECT_EQ(refused(skipped), "damaged_row");
  EXPECT_EQ(refused(skipped + frame), "damaged_row");
  EXPECT_EQ(refused(gathered(100).entries), "damaged_row") << "no frame at all";
  EXPECT_EQ(refused(frame, 3), "newer_version");
}

TEST(PackedRow, FlippedBitsNeverCrash) {
  const std::string frame = packed(100).entries;
  for (std::size_t bit = 0; bit < 8 * frame.size(); ++bit) {
    std::string bytes = frame;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    (void)refused(bytes);
  }
}

TEST(PackedRow, ABombIsRefusedBeforeItIsUnpacked) {
  const std::string zeros(64 << 20, '\0');
  std::string bomb(ZSTD_compressBound(zeros.size()), '\0');
  bomb.resize(ZSTD_compress(bomb.data(), bomb.size(), zeros.data(), zeros.size(), 1));
  EXPECT_LT(bomb.size(), 16'384U);
  EXPECT_EQ(refused(bomb), "damaged_row");
  const std::string most(16 << 20, '\0');
  std::string fits(ZSTD_compressBound(most.size()), '\0');
  fits.resize(ZSTD_compress(fits.data(), fits.size(), most.data(), most.size(), 1));
  EXPECT_EQ(refused(fits), "damaged_row") << "unpacked, and no entries";
}

TEST(PackedRow, AFrameThatDoesNotSayItsSizeIsDamage) {
  const std::string plain = gathered(100).entries;
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string frame(ZSTD_compressBound(plain.size()), '\0');
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), plain.data(), plain.size()));
  ZSTD_freeCCtx(context);
  EXPECT_EQ(refused(frame), "damaged_row");
}

}  // namespace
}  // namespace florin::engine
