#pragma once

#include <chrono>
#include <cstdint>

/// Time as sessions, deliveries and backups count it: by the machine's clock, also beside a virtual host.
namespace florin::server {

using Seconds = std::int64_t;

/// Since 1970.
inline Seconds machine_seconds() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

}  // namespace florin::server
