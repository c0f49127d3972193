#pragma once

#include <string_view>

#include "domain/calendar/zone.hpp"
#include "florin/result.hpp"

namespace florin::config {

/// The zone of an IANA name, from the system's tz database; read once a name and kept. Any thread may ask.
///
/// The `date` library knows changes as far as the database lists them (2037); from there to 2200 they follow the rule
/// that ends each zone's file (RFC 8536, section 3.3), which it does not read.
/// Errors   unknown_zone with the nearest name, zone_unreadable
Result<Zone> load_zone(std::string_view name);

}  // namespace florin::config
