#include "config/zone.hpp"

#include <date/tz.h>

#include <fstream>
#include <map>
#include <mutex>

#include "config/hint.hpp"
#include "config/posix_rule.hpp"

namespace florin::config {

namespace {

constexpr std::string_view database_folder = "/usr/share/zoneinfo/";
constexpr std::int32_t first_year = 1970;
constexpr std::int32_t listed_to = 2037;  ///< the last year that every zone's file lists
constexpr std::int32_t last_year = 2200;

/// The last line of the zone's file. `name` is one that the library knows, so it leads to nowhere else.
std::string footer(std::string_view name) {
  std::ifstream in(std::string(database_folder) + std::string(name), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!bytes.starts_with("TZif") || !bytes.ends_with('\n')) return {};
  const std::size_t before = bytes.rfind('\n', bytes.size() - 2);
  return before == std::string::npos ? std::string() : bytes.substr(before + 1, bytes.size() - before - 2);
}

/// `2025b`, as the database's own text begins with it.
std::string database_version() {
  std::ifstream in(std::string(database_folder) + "tzdata.zi");
  std::string line;
  std::getline(in, line);
  return line.starts_with("# version ") ? line.substr(10) : "unknown";
}

std::int64_t start_of(std::int32_t year) {
  return date::sys_seconds(date::sys_days(date::year(year) / 1 / 1)).time_since_epoch().count();
}

Result<Zone> read_zone(const std::string& name) {
  const auto& names = date::get_tzdb().zones;
  const date::time_zone* found = nullptr;
  for (const date::time_zone& zone : names)
    if (zone.name() == name && name != "localtime") found = &zone;  // that one is this machine's
  if (found == nullptr) {
    std::vector<std::string_view> known;
    known.reserve(names.size());
    for (const date::time_zone& zone : names) known.push_back(zone.name());
    return Error{
        .code = "unknown_zone",
        .message = "'" + name.substr(0, 64) + "' is no time zone such as America/Denver" + did_you_mean(name, known)};
  }
  const auto rule = PosixRule::parse(footer(name));
  if (!rule)
    return Error{.code = "zone_unreadable",
                 .message = "the rule of '" + name + "' in " + std::string(database_folder) + " cannot be read"};
  static const std::string version = database_version();
  Zone zone{.name = name, .database = version, .first_offset = 0, .changes = {}};
  const date::sys_seconds end{std::chrono::seconds(start_of(listed_to))};
  date::sys_seconds at{std::chrono::seconds(start_of(first_year))};
  std::int32_t offset = zone.first_offset = static_cast<std::int32_t>(found->get_info(at).offset.count());
  for (date::sys_info info = found->get_info(at); info.end < end; info = found->get_info(at)) {
    at = info.end;
    const auto next = static_cast<std::int32_t>(found->get_info(at).offset.count());
    if (next != offset) zone.changes.push_back({{at.time_since_epoch().count() * 1'000'000}, next});
    offset = next;
  }
  for (const Zone::Change& change : rule->changes(listed_to, last_year)) {
    if (change.offset != offset) zone.changes.push_back(change);
    offset = change.offset;
  }
  return zone;
}

}  // namespace

Result<Zone> load_zone(std::string_view name) {
  static std::mutex mutex;
  static std::map<std::string, Zone, std::less<>> read;
  const std::scoped_lock lock(mutex);
  const auto known = read.find(name);
  if (known != read.end()) return known->second;
  try {
    auto zone = read_zone(std::string(name));
    if (zone) read.emplace(name, *zone);
    return zone;
  } catch (const std::exception& thrown) {
    return Error{.code = "zone_unreadable", .message = std::string("the tz database: ") + thrown.what()};
  }
}

}  // namespace florin::config
