#include "store/postgres/address.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace florin::store {

namespace {

/// `5s` or `250ms`, a hundredth of a second to an hour.
bool read_lease(std::string_view text, Duration& lease) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc()) return false;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if ((unit != "s" && unit != "ms") || number < 1 || number > 3'600'000) return false;
  lease.us = number * (unit == "s" ? 1'000'000 : 1'000);
  return lease.us >= 10'000 && lease.us <= 3'600'000'000;
}

bool is_schema(std::string_view name) {
  return !name.empty() && name.size() <= 60 && !name.starts_with("pg_") &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using ConnectOptions = std::unique_ptr<PQconninfoOption, FreeOptions>;

/// Null when libpq cannot read it. Its own message would repeat the address, with the password.
ConnectOptions options_of(const std::string& uri) {
  char* message = nullptr;
  ConnectOptions options(PQconninfoParse(uri.c_str(), &message));
  PQfreemem(message);
  return options;
}

std::string value_of(const ConnectOptions& options, std::string_view name) {
  for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr; ++option)
    if (name == option->keyword && option->val != nullptr) return option->val;
  return {};
}

}  // namespace

bool is_address(std::string_view data) { return data.starts_with("postgres://") || data.starts_with("postgresql://"); }

Result<Address> read_address(std::string_view data) {
  const auto wrong = [](std::string_view what) {
    return Error{.code = "bad_address", .message = fmt::format("the address of the PostgreSQL journal: {}", what)};
  };
  Address address;
  const std::size_t mark = data.find('?');
  address.uri = data.substr(0, mark);
  std::string_view words = mark == std::string_view::npos ? std::string_view() : data.substr(mark + 1);
  char before = '?';
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find('&'));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    if (word.starts_with("schema=")) {
      address.schema = word.substr(7);
      if (!is_schema(address.schema)) return wrong("schema= takes 1 to 60 of a-z, 0-9 and _, and no pg_ in front");
    } else if (word.starts_with("lease=")) {
      if (!read_lease(word.substr(6), address.lease)) return wrong("lease= takes 10ms to 3600s, such as 5s");
    } else {
      address.uri += before;
      address.uri += word;
      before = '&';
    }
  }
  const ConnectOptions options = options_of(address.uri);
  if (!options) return wrong("it cannot be read; right would be postgres://user@host:5432/database");
  const std::string port = value_of(options, "port");
  address.shown = fmt::format("postgres://{}@{}{}/{}, schema {}", value_of(options, "user"), value_of(options, "host"),
                              port.empty() ? "" : ":" + port, value_of(options, "dbname"), address.schema);
  return address;
}

}  // namespace florin::store
