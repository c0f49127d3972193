#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <vector>

#include "commands.hpp"
#include "florin/check.hpp"
#include "florin/host.hpp"
#include "florin/printable.hpp"
#include "florin/result.hpp"
#include "running.hpp"

/// How a subcommand ends.
namespace florin::cli {

/// Says what is wrong. What cannot be opened is one thing, what is found in it another.
inline int fail(const Error& error) {
  // Several errors are one message, each line with its place.
  const bool placed = !error.at.file.empty() && error.message.starts_with(error.at.file);
  std::cerr << "florin: "
            << (placed                  ? printable_lines(error.message) + (error.message.ends_with('\n') ? "" : "\n")
                : error.at.file.empty() ? printable(error.message) + "\n"
                                        : as_text({error}));
  static constexpr std::string_view about_names[] = {"no_such_tenant", "no_such_account", "tenant_stopped", "bad_id",
                                                     "bad_instant"};
  if (error.code == "damaged_row") return problems;
  return std::ranges::find(about_names, error.code) != std::end(about_names) ? refused : no_store;
}

template <class T>
int failed_to_read(const char* what, const Result<T>& id) {
  std::cerr << "florin: " << what << ": " << printable(id.error().message) << "\n";
  return usage;
}

/// The host answered, and the answer is no.
inline int was_refused(const Error& error) {
  std::cerr << "florin: " << printable(error.code) << ": " << as_text({error});
  return refused;
}

/// `owner:ann` as who asks.
inline Actor actor_of(const std::string& as) {
  const std::size_t colon = as.find(':');
  return {as.substr(0, colon), colon == std::string::npos ? std::string() : as.substr(colon + 1)};
}

/// A host for one command about some tenants: of the new ones only these are put into force. Says what is wrong with
/// tenants, which go on without those, and of these whether their files are not what is in force.
inline OpenedHost open_host(const std::string& config, const std::string& data, const std::vector<TenantId>& tenants) {
  if (Host* running = running_host()) return OpenedHost(*running);
  auto host = Host::open({.config = config, .data = data, .virtual_from = std::nullopt, .begins = tenants});
  if (!host) return host;
  for (const Error& problem : host->problems()) {
    const bool of_these = std::ranges::any_of(
        tenants, [&](const TenantId& tenant) { return problem.message.starts_with("'" + tenant.text() + "' "); });
    if (problem.code != "not_applied" || of_these) std::cerr << as_text({problem});
  }
  return host;
}

/// A tenant that does not run here, with the one that was probably meant. None: it does, or the host says why not.
inline std::optional<Error> unknown(const Host& host, const TenantId& tenant) {
  std::vector<std::string> known;
  for (const TenantId& one : host.tenants()) known.push_back(one.text());
  if (known.empty() || std::ranges::find(known, tenant.text()) != known.end()) return std::nullopt;
  return Error{.code = "no_such_tenant",
               .message = "there is no tenant '" + tenant.text() + "'" + hint(tenant.text(), known)};
}

/// The same of a journal that is there: whoever looks begins none where a name is mistyped.
inline OpenedHost open_known_host(const std::string& config, const std::string& data,
                                  const std::vector<TenantId>& tenants) {
  if (data.find("://") == std::string::npos && !std::filesystem::exists(data))
    return Result<Host>(Error{.code = "no_store", .message = data + " is not there"});
  return open_host(config, data, tenants);
}

/// Opens the host with `open` and does `with` it and the tenant.
template <class With>
int on_tenant(const TenantWords& words, With with,
              OpenedHost (*open)(const std::string&, const std::string&,
                                 const std::vector<TenantId>&) = &open_known_host) {
  const auto tenant = TenantId::parse(words.tenant);
  if (!tenant) return failed_to_read("TENANT", tenant);
  auto host = open(words.config, words.data, {*tenant});
  if (!host) return fail(host.error());
  if (const auto error = unknown(*host, *tenant)) return was_refused(*error);
  return with(*host, *tenant);
}

/// The bytes of a file that a command names.
inline Result<std::string> bytes_of(const std::string& file) {
  const Error unread{.code = "no_such_file", .message = "there is no such file", .at = {.file = file}};
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown)) return unread;
  std::ifstream in(file, std::ios::binary);
  if (std::filesystem::is_directory(file, unknown) || !in)
    return Error{.code = unread.code, .message = "this is no file that can be read", .at = unread.at};
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// What is wrong with a file that a command names.
inline int unfit_file(const Error& error) {
  std::cerr << "florin: " << as_text({error});
  return problems;
}

/// Output that did not reach its file is no success.
inline int written(int code) {
  std::cout.flush();
  if (std::cout) return code;
  std::cerr << "florin: the output could not be written\n";
  return no_store;
}

}  // namespace florin::cli
