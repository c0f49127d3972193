#pragma once

#include <string>
#include <string_view>

#include "florin/result.hpp"
#include "florin/time.hpp"

namespace florin::store {

/// Where a journal lies in PostgreSQL: `postgres://user@host:5432/database?schema=florin&lease=5s`, with whatever else
/// libpq knows: sslmode, passfile, a unix socket as `host=/run/postgresql`.
struct Address {
  std::string uri;                ///< for libpq, without our own words
  std::string schema = "florin";  ///< of the tables; made when it is not there
  Duration lease = {5'000'000};   ///< how long an owner may answer without asking the server again
  std::string shown;              ///< for people: never a password
};

/// Whether `data` names a PostgreSQL journal rather than a folder.
bool is_address(std::string_view data);

/// Errors: bad_address.
Result<Address> read_address(std::string_view data);

}  // namespace florin::store
