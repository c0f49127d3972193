#include <filesystem>
#include <iostream>

#include "client.hpp"
#include "commands.hpp"
#include "florin/export.hpp"
#include "florin/printable.hpp"
#include "outcome.hpp"

/// Links are kept by the host that runs, and by nobody else.
namespace florin::cli {

namespace {

/// As JSON has it.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= ' ') out += c;
  }
  return out + "\"";
}

std::string object(const std::vector<std::pair<std::string, std::string>>& words) {
  std::string out;
  for (const auto& [name, value] : words)
    if (!value.empty()) out += (out.empty() ? "" : ", ") + quoted(name) + ": " + quoted(value);
  return "{" + out + "}";
}

/// The text of a member of a flat answer; empty: it is not there.
std::string member(const std::string& json, const std::string& name) {
  const std::string start = "\"" + name + "\":\"";
  const std::size_t at = json.find(start);
  if (at == std::string::npos) return {};
  return json.substr(at + start.size(), json.find('"', at + start.size()) - at - start.size());
}

int print_link(const std::string& data, const std::string& path, const std::string& body) {
  const std::string socket = (std::filesystem::path(data) / "admin.sock").string();
  if (!server::answers_at(socket)) {
    std::cerr << "florin: no host runs on " << printable(data) << ": links are given out by florin serve\n";
    return no_store;
  }
  const auto answer = server::ask_at(socket, path, body);
  if (!answer) {
    std::cerr << "florin: " << answer.error().message << "\n";
    return no_store;
  }
  if (answer->status != 201) {
    std::cerr << "refused, " << member(answer->body, "code") << ": " << member(answer->body, "detail") << "\n";
    return refused;
  }
  std::cout << member(answer->body, "url") << "\n";
  std::cerr << "It opens once, until " << member(answer->body, "expires_at") << ".\n";
  return written(fine);
}

}  // namespace

int portal_link(const LinkWords& words) {
  return print_link(words.data, "/v1/" + words.tenant + "/accounts/" + words.account + "/portal_sessions",
                    object({{"member", words.member}, {"role", words.role}, {"page", words.page}, {"kind", "link"}}));
}

int console_link(const LinkWords& words) {
  return print_link(words.data, "/admin/console_sessions",
                    object({{"as", words.as}, {"scopes", words.scopes}, {"tenants", words.tenant}}));
}

}  // namespace florin::cli
