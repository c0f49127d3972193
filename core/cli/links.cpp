#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>

#include "client.hpp"
#include "commands.hpp"
#include "file_text.hpp"
#include "florin/export.hpp"
#include "florin/printable.hpp"
#include "florin/service.hpp"
#include "mail/bounce.hpp"
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

int no_host(const std::string& data) {
  std::cerr << "florin: no host runs on " << printable(data) << ": florin serve does what is asked here\n";
  return no_store;
}

int print_link(const LinkWords& words, const std::string& path, const std::string& body) {
  const std::string socket = admin_socket(words.data, words.config);
  if (socket.empty()) return no_host(words.data);
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

std::string admin_socket(const std::string& data, const std::string& config) {
  std::error_code unknown;
  std::vector<std::string> places;
  if (std::filesystem::is_directory(data, unknown))
    places.push_back((std::filesystem::absolute(data, unknown) / "admin.sock").string());
  // Another journal's host must not be asked in this one's place.
  if (const auto settings = read_service_settings(config); settings && !settings->admin.empty()) {
    const auto of_file = std::filesystem::path(config).parent_path() / settings->journal;
    if (settings->journal == data || std::filesystem::equivalent(of_file, data, unknown))
      places.push_back(settings->admin);
  }
  for (const std::string& socket : places)
    if (!socket.empty() && std::filesystem::exists(socket, unknown) && server::answers_at(socket)) return socket;
  return {};
}

int portal_link(const LinkWords& words) {
  return print_link(words, "/v1/" + words.tenant + "/accounts/" + words.account + "/portal_sessions",
                    object({{"member", words.member}, {"role", words.role}, {"page", words.page}, {"kind", "link"}}));
}

int bounce(const std::string& data, const std::string& config, const std::string& tenant, const std::string& file) {
  std::optional<std::string> mail;
  if (file.empty())
    mail.emplace(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  else
    mail = text_of(file);
  if (!mail) {
    std::cerr << "florin: " << printable(file) << " cannot be read\n";
    return usage;
  }
  const auto bounced = mail::bounced_in(*mail);
  if (bounced.empty()) std::cout << "it reports no delivery that failed for good\n";
  const std::string socket = bounced.empty() ? std::string() : admin_socket(data, config);
  if (!bounced.empty() && socket.empty()) return no_host(data);
  for (const mail::Bounced& one : bounced) {
    const auto answer = server::ask_at(socket, "/v1/" + tenant + "/mail/bounces",
                                       object({{"address", one.address}, {"reason", one.reason}}));
    if (!answer || answer->status != 202) {
      std::cerr << "florin: " << (answer ? member(answer->body, "detail") : answer.error().message) << "\n";
      return answer ? refused : no_store;
    }
    std::cout << "nothing more goes to " << printable(one.address) << ": " << one.reason << "\n";
  }
  return written(fine);
}

int console_link(const LinkWords& words) {
  return print_link(words, "/admin/console_sessions",
                    object({{"as", words.as}, {"scopes", words.scopes}, {"tenants", words.tenant}}));
}

}  // namespace florin::cli
