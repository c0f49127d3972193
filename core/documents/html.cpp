#include "documents/html.hpp"

#include <array>

#include "documents/qr.hpp"
#include "documents/words.hpp"

namespace florin::documents {

namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--line:#d1d7de;--paper:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebef;--soft:#a3adb8;--line:#3a424c;--paper:#14171b}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:52rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem;margin:0 0 1rem}h2{font-size:.85rem;color:var(--soft);margin:0 0 .25rem;font-weight:600}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:1.5rem;margin-bottom:1.5rem}
p{margin:0 0 .25rem;overflow-wrap:anywhere}.soft{color:var(--soft)}.qr{width:45mm;height:45mm;background:#fff;fill:#000}
table{width:100%;border-collapse:collapse;margin:0 0 1.5rem}th,td{padding:.5rem;text-align:start;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{font-size:.85rem;color:var(--soft);font-weight:600}.n{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}
.sums{margin-inline-start:auto;width:auto;min-width:min(100%,22rem)}.sums th{font-size:inherit;color:inherit;font-weight:400}.strong th,.strong td{font-weight:700}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
@media (max-width:30rem){body{padding:1rem}.wide{display:none}}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--paper:#fff}body{max-width:none;padding:0}}
)";

void party(std::string& out, const std::string& title, const PageParty& party) {
  out += "<section>";
  if (!title.empty()) out += "<h2>" + escaped(title) + "</h2>";
  out += "<p><strong><bdi>" + escaped(party.name) + "</bdi></strong></p>";
  for (const std::string& line : party.lines) out += "<p><bdi>" + escaped(line) + "</bdi></p>";
  out += "</section>\n";
}

void rows(std::string& out, const std::vector<PageRow>& rows) {
  out += "<dl>";
  for (const PageRow& row : rows)
    out += "<dt>" + escaped(row.name) + "</dt><dd><bdi>" + escaped(row.text) + "</bdi></dd>";
  out += "</dl>";
}

/// With columns of its own, all of them also on a phone.
void own_items(std::string& out, const DocumentPage& page) {
  const auto row = [&](const std::array<std::string, 4>& cells, std::string_view tag) {
    out += "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (!page.columns[i].empty())
        out += filled(i == 0 ? "<{}>{}</{}>" : "<{} class=\"n\">{}</{}>", {tag, cells[i], tag.substr(0, 2)});
    out += "</tr>\n";
  };
  out += "<table><thead>";
  row({escaped(page.columns[0]), escaped(page.columns[1]), escaped(page.columns[2]), escaped(page.columns[3])},
      "th scope=\"col\"");
  out += "</thead><tbody>\n";
  for (const PageItem& item : page.items)
    row({"<bdi>" + escaped(item.text) + "</bdi>" +
             (item.note.empty() ? "" : "<br><span class=\"soft\">" + escaped(item.note) + "</span>"),
         escaped(item.quantity), escaped(item.price), escaped(item.net)},
        "td");
  out += "</tbody></table>\n";
}

void items(std::string& out, const DocumentPage& page) {
  if (page.items.empty()) return;
  const Words& words = words_in(page.language);
  if (!page.columns.empty()) return own_items(out, page);
  out += filled(
      "<table><thead><tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"n wide\">{}</th>"
      "<th scope=\"col\" class=\"n wide\">{}</th><th scope=\"col\" class=\"n\">{}</th></tr></thead><tbody>\n",
      {words.description, words.quantity, words.price, words.net});
  for (const PageItem& item : page.items) {
    out += "<tr><td><bdi>" + escaped(item.text) + "</bdi>";
    if (!item.note.empty()) out += "<br><span class=\"soft\">" + escaped(item.note) + "</span>";
    out += "</td><td class=\"n wide\">" + escaped(item.quantity) + "</td><td class=\"n wide\">" + escaped(item.price) +
           "</td><td class=\"n\">" + escaped(item.net) + "</td></tr>\n";
  }
  out += "</tbody></table>\n";
}

/// As one path, a rectangle for each run of dark squares, with the margin of four that a reader needs.
std::string drawn(const std::vector<std::vector<bool>>& qr) {
  if (qr.empty()) return {};
  const std::string side = std::to_string(qr.size() + 8);
  std::string path;
  for (std::size_t y = 0; y < qr.size(); ++y)
    for (std::size_t x = 0; x < qr.size();) {
      std::size_t dark = 0;
      while (x + dark < qr.size() && qr[y][x + dark]) ++dark;
      const std::string run = std::to_string(dark);
      if (dark != 0) path += "M" + std::to_string(x + 4) + " " + std::to_string(y + 4) + "h" + run + "v1h-" + run + "z";
      x += dark + 1;
    }
  return "<svg class=\"qr\" role=\"img\" aria-label=\"QR\" viewBox=\"0 0 " + side + " " + side +
         "\" shape-rendering=\"crispEdges\"><path d=\"" + path + "\"/></svg>\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  return out;
}

std::string html_of(const DocumentPage& page) {
  const std::string title = page.title + " " + page.number;
  std::string out = "<!doctype html>\n<html lang=\"" + escaped(page.language) +
                    "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
                    "initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>" +
                    escaped(title) + "</title><style>" + std::string(style) + "</style></head><body><main>\n<h1>" +
                    escaped(title) + "</h1>\n<div class=\"two\">\n";
  party(out, "", page.seller);
  out += "<section>";
  rows(out, page.about);
  out += "</section>\n</div>\n<div class=\"two\">\n";
  party(out, page.buyer_title, page.buyer);
  out += "</div>\n";
  items(out, page);
  out += "<table class=\"sums\"><tbody>\n";
  for (const PageSum& sum : page.sums)
    out += std::string(sum.strong ? "<tr class=\"strong\">" : "<tr>") + "<th scope=\"row\">" + escaped(sum.name) +
           "</th><td class=\"n\">" + escaped(sum.text) + "</td></tr>\n";
  out += "</tbody></table>\n";
  for (const std::string& note : page.notes) out += "<p>" + escaped(note) + "</p>\n";
  out += drawn(qr_of(page.qr));
  if (!page.pay_to.empty()) {
    out += "<section><h2>" + std::string(words_in(page.language).pay_by_transfer) + "</h2>";
    rows(out, page.pay_to);
    out += "</section>\n";
  }
  if (!page.footer.empty()) out += "<footer><p class=\"soft\">" + escaped(page.footer) + "</p></footer>\n";
  return out + "</main></body></html>\n";
}

}  // namespace florin::documents
