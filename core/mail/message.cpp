#include "mail/message.hpp"

#include <algorithm>
#include <array>

#include "florin/printable.hpp"

namespace florin::mail {

namespace {

constexpr std::string_view base64_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view bytes, std::size_t line = 0) {
  std::string out;
  std::size_t in_line = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8U | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += at + i > bytes.size() ? '=' : base64_letters[group >> (18U - 6U * i) & 63U];
    if (line > 0 && (in_line += 4) >= line && at + 3 < bytes.size()) {
      out += "\r\n";
      in_line = 0;
    }
  }
  return out;
}

/// RFC 2047: plain where it may be, else encoded words of at most 45 bytes each, never cut inside a character.
std::string header_text(std::string_view raw) {
  const std::string text = printable(raw);
  if (text.size() < 60 && std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 127; }) &&
      text.find("=?") == std::string::npos)
    return text;
  std::string out;
  for (std::size_t from = 0; from < text.size();) {
    std::size_t end = std::min(from + 42, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(text.substr(from, end - from)) + "?=";
    from = end;
  }
  return out;
}

std::string date_text(Instant at) {
  static constexpr std::array days = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // 1970 began on a Thursday
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::int64_t day = at.us / hours(24).us;
  const Date date = Date::from_days(day);
  const auto two = [&](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  const std::int64_t second = at.us % hours(24).us / 1'000'000;
  return std::string(days[static_cast<std::size_t>(day % 7)]) + ", " + std::to_string(date.day) + " " +
         months[date.month - 1U] + " " + std::to_string(date.year) + " " + two(second / 3600) + ":" +
         two(second / 60 % 60) + ":" + two(second % 60) + " +0000";
}

std::string part(std::string_view type, std::string_view body, std::string_view more = {}) {
  return "Content-Type: " + std::string(type) + "\r\nContent-Transfer-Encoding: base64\r\n" + std::string(more) +
         "\r\n" + base64(body, 76) + "\r\n";
}

std::string with_line_ends(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

}  // namespace

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != text.npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == text.npos &&
         text.size() <= 254 && std::ranges::all_of(text, [](char c) {
           return c > ' ' && c < 127 && c != '<' && c != '>' && c != ',' && c != ';' && c != '"' && c != '\\';
         });
}

std::string masked(std::string_view address) {
  const std::size_t at = address.find('@');
  if (at == address.npos || at == 0 || at + 1 >= address.size()) return "***";
  return std::string(address.substr(0, 1)) + "***@" + std::string(address.substr(at + 1, 1)) + "***";
}

Result<std::string> bytes_of(const Message& message) {
  for (const auto& [name, address] : {std::pair("from", &message.from), std::pair("to", &message.to)})
    if (!is_address(*address))
      return Error{.code = "bad_address", .message = std::string(name) + " is not a mail address"};
  if (!message.reply_to.empty() && !is_address(message.reply_to))
    return Error{.code = "bad_address", .message = "reply_to is not a mail address"};
  std::string boundary = "florin-";
  for (const char c : message.id)
    boundary += (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? c : '-';
  boundary.resize(std::min<std::size_t>(boundary.size(), 60));
  std::string out = "Date: " + date_text(message.date) + "\r\nFrom: " + header_text(message.from_name) + " <" +
                    message.from + ">\r\nTo: " + message.to + "\r\nSubject: " + header_text(message.subject) +
                    "\r\nMessage-ID: <" + printable(message.id) + ">\r\n";
  if (!message.reply_to.empty()) out += "Reply-To: " + message.reply_to + "\r\n";
  out += "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n";
  out += "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n--" + boundary +
         "\r\nContent-Type: multipart/alternative; boundary=\"" + boundary + "-a\"\r\n\r\n--" + boundary + "-a\r\n" +
         part("text/plain; charset=utf-8", with_line_ends(message.text)) + "--" + boundary + "-a\r\n" +
         part("text/html; charset=utf-8", message.html) + "--" + boundary + "-a--\r\n";
  for (const Attachment& one : message.attachments)
    out += "--" + boundary + "\r\n" +
           part(one.type, one.bytes, "Content-Disposition: attachment; filename=\"" + one.name + "\"\r\n");
  return out + "--" + boundary + "--\r\n";
}

}  // namespace florin::mail
