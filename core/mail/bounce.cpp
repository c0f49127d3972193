#include "mail/bounce.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "florin/printable.hpp"
#include "mail/message.hpp"

namespace florin::mail {

namespace {

constexpr std::size_t most_bytes = 1U << 20U;

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t");
  if (from == text.npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

/// Lines without their ends; a header that goes on in the next line is one line.
std::vector<std::string> lines_of(std::string_view mail) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < mail.size();) {
    const std::size_t end = std::min(mail.find('\n', from), mail.size());
    std::string_view line = mail.substr(from, end - from);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool goes_on =
        !line.empty() && (line[0] == ' ' || line[0] == '\t') && !lines.empty() && !lines.back().empty();
    if (goes_on)
      lines.back() += " " + std::string(trimmed(line));
    else
      lines.emplace_back(line);
    from = end + 1;
  }
  return lines;
}

using Fields = std::map<std::string, std::string>;

/// `rfc822; ann@example.com`
std::optional<Bounced> failed_for_good(const Fields& fields) {
  const auto said = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  };
  if (lower(said("action")) != "failed" || !said("status").starts_with('5')) return std::nullopt;
  const std::string whom = said("original-recipient").empty() ? said("final-recipient") : said("original-recipient");
  const std::size_t kind = whom.find(';');
  std::string address(trimmed(std::string_view(whom).substr(kind == whom.npos ? 0 : kind + 1)));
  if (address.starts_with('<') && address.ends_with('>')) address = address.substr(1, address.size() - 2);
  if (!is_address(address)) return std::nullopt;
  const std::string words = said("diagnostic-code");
  return Bounced{address, printable((said("status") + (words.empty() ? "" : " " + words)).substr(0, 500))};
}

}  // namespace

std::vector<Bounced> bounced_in(std::string_view mail) {
  std::vector<Bounced> all;
  bool announced = false, inside = false;  // the header of the part, then the part itself
  Fields fields;
  const auto take = [&] {
    if (auto one = failed_for_good(fields)) all.push_back(*std::move(one));
    fields.clear();
  };
  for (const std::string& line : lines_of(mail.substr(0, most_bytes))) {
    if (!inside) {
      if (lower(line).starts_with("content-type:") && lower(line).find("message/delivery-status") != line.npos)
        announced = true;
      if (announced && line.empty()) inside = true;
      continue;
    }
    if (line.starts_with("--")) break;
    if (line.empty()) {
      take();
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon != line.npos)
      fields.emplace(lower(line.substr(0, colon)), trimmed(std::string_view(line).substr(colon + 1)));
  }
  take();
  return all;
}

}  // namespace florin::mail
