#include "config/host_file.hpp"

#include <algorithm>
#include <boost/describe/class.hpp>
#include <charconv>
#include <string_view>
#include <system_error>

#include "config/decode.hpp"
#include "config/event_names.hpp"
#include "config/hint.hpp"
#include "config/schema.hpp"
#include "config/service_file.hpp"
#include "domain/catalog/command_rule.hpp"
#include "florin/addresses.hpp"
#include "florin/id.hpp"
#include "florin/signing.hpp"

namespace florin::config {

BOOST_DESCRIBE_ENUM(PluginsRun, process, host)

namespace yaml {

struct PluginsBlock {
  Written<std::string> folder;
  std::optional<std::string> pins;
  std::optional<Written<std::string>> limit;
  std::optional<PluginsRun> isolation;
  std::vector<std::pair<std::string, Written<std::string>>> trusted;
};
BOOST_DESCRIBE_STRUCT(PluginsBlock, (), (folder, pins, limit, isolation, trusted))

enum class Payments : std::uint8_t { real, sandbox };
BOOST_DESCRIBE_ENUM(Payments, real, sandbox)

enum class Reconcile : std::uint8_t { daily, by_hand };
BOOST_DESCRIBE_ENUM(Reconcile, daily, by_hand)

enum class DocumentNumbers : std::uint8_t { plain, marked };
BOOST_DESCRIBE_ENUM(DocumentNumbers, plain, marked)

struct Egress {
  std::optional<Written<Span>> deadline;
  bool loopback = false;
  bool private_addresses = false;
};
BOOST_DESCRIBE_STRUCT(Egress, (), (deadline, loopback, private_addresses))

struct Clock {
  std::optional<Written<Span>> longest_stop;
};
BOOST_DESCRIBE_STRUCT(Clock, (), (longest_stop))

struct Portal {
  OneOrMany<Written<std::string>> return_to, embed, api_origins, public_offer;
};
BOOST_DESCRIBE_STRUCT(Portal, (), (return_to, embed, api_origins, public_offer))

struct Webhook {
  std::string tenant;
  Written<std::string> url;
  OneOrMany<Written<std::string>> events;
  OneOrMany<Written<std::string>> secret;
};
BOOST_DESCRIBE_STRUCT(Webhook, (), (tenant, url, events, secret))

struct Hosts {
  Written<std::string> url;
  Written<std::string> secret;
};
BOOST_DESCRIBE_STRUCT(Hosts, (), (url, secret))

struct Group {
  OneOrMany<Written<Scope>> scopes;
  OneOrMany<Written<std::string>> tenants;
};
BOOST_DESCRIBE_STRUCT(Group, (), (scopes, tenants))

struct IdentityProxy {
  Written<std::string> header, groups_header, secret;
  std::vector<std::pair<std::string, Written<Group>>> groups;
};
BOOST_DESCRIBE_STRUCT(IdentityProxy, (), (header, groups_header, secret, groups))

struct Console {
  std::optional<IdentityProxy> proxy;
};
BOOST_DESCRIBE_STRUCT(Console, (), (proxy))

struct Rates {
  std::optional<Written<std::string>> key, session;
};
BOOST_DESCRIBE_STRUCT(Rates, (), (key, session))

struct Serve {
  OneOrMany<Written<std::string>> listen;
  std::optional<Written<std::string>> base_url, metrics, pages;
  OneOrMany<Written<std::string>> session_secrets;
  std::optional<Portal> portal;
  std::vector<std::pair<std::string, Written<Webhook>>> webhooks;
  std::optional<Written<Span>> drain;
  OneOrMany<Written<std::string>> trusted_proxies;
  std::optional<Hosts> hosts;
  std::optional<Written<std::string>> admin;
  std::optional<Rates> rates;
  std::optional<Written<std::string>> test, virtual_from;
  std::optional<Console> console;
};
BOOST_DESCRIBE_STRUCT(Serve, (),
                      (listen, base_url, metrics, pages, session_secrets, portal, webhooks, drain, trusted_proxies,
                       hosts, admin, rates, test, virtual_from, console))

struct FlorinFile {
  PluginsBlock plugins;
  OneOrMany<Written<std::string>> tenants;
  Written<std::string> data;
  Payments payments = Payments::real;
  std::optional<Egress> egress;
  Reconcile reconcile = Reconcile::daily;
  std::optional<Clock> clock;
  std::optional<Serve> serve;
  std::optional<Written<DocumentNumbers>> document_numbers;
};
BOOST_DESCRIBE_STRUCT(FlorinFile, (),
                      (plugins, tenants, data, payments, egress, reconcile, clock, serve, document_numbers))

inline constexpr Note plugins_notes[] = {
    {"folder", "where plugins are loaded from"},
    {"pins", "a file that lists the allowed plugins, each with its checksum"},
    {"limit",
     "how long a credit policy or tax plugin may take to answer one "
     "question, as `250 ms`; left out: 250 ms"},
    {"isolation", "process: every plugin runs in an isolated process; left out: only third-party plugins do"},
    {"trusted",
     "public keys, florin_plugin_public_…, by name: a plugin that is pinned and signed by one may run in the host"}};
inline constexpr Note florin_notes[] = {
    {"tenants", "tenant files, or folders of them", Note::Presence::required},
    {"data", "the folder of the journal, or its address in PostgreSQL: postgres://user@host/database"},
    {"payments", "sandbox: the host simulates every processor, and no money moves", Note::Presence::may_be_left_out},
    {"egress", "left out: requests to processors go only to public addresses, by https"},
    {"reconcile",
     "daily: processors' records are compared with our ledger at 03:00 UTC; by_hand: only by florin reconcile",
     Note::Presence::may_be_left_out},
    {"clock", "left out: a host that was down for more than 3 days asks before it trusts the clock"},
    {"serve", "settings of `florin serve`; its command line takes precedence"},
    {"document_numbers",
     "marked: in a sandbox, every number of an invoice or credit note begins with TEST-; left out: as in the tenants' "
     "files"}};
inline constexpr Note served_portal_notes[] = {
    {"return_to", "origins to which the portal may return, as https://app.example"},
    {"embed", "origins whose pages may show the widget in a frame; left out: none"},
    {"api_origins", "origins whose pages may call the API with the token of a session; left out: none"},
    {"public_offer", "tenants whose price page, GET /v1/{tenant}/offer, anybody may read, from pages of any origin"}};
inline constexpr Note webhook_notes[] = {
    {"tenant", "the tenant whose events are sent"},
    {"url", "an https address; http only where egress reaches loopback"},
    {"events", "types such as order.paid or credits.*; left out: all stable types"},
    {"secret", "a reference to whsec_…, env:CRM or file:/etc/florin/secrets/crm; two while it is replaced: both sign"}};
inline constexpr Note serve_notes[] = {
    {"webhooks", "webhook endpoints, by name"},
    {"drain", "the time from SIGTERM until the host accepts no more connections; left out: 5 seconds"},
    {"listen", "addresses such as 127.0.0.1:8080 or unix:/run/florin/florin.sock; left out: 127.0.0.1:8080"},
    {"base_url", "the address that customers see, as https://billing.example; left out: the first that it listens on"},
    {"metrics", "a separate address for /metrics and details of health, as 127.0.0.1:9464; left out: none"},
    {"pages", "the folder of the portal's and the console's files; left out: those that are installed, if any"},
    {"hosts", "several hosts on one PostgreSQL: one owns the journal, the others stand by and forward requests to it"},
    {"trusted_proxies",
     "proxies whose X-Forwarded-For gives the client's address: unix, addresses as 10.0.0.7, ranges as 10.0.0.0/8; "
     "left out: none"},
    {"admin",
     "a unix socket of mode 0600 by which this command line reaches the host, as /run/florin/admin.sock; left out: "
     "admin.sock in the data folder. With a journal in PostgreSQL, there is none unless it is set here"},
    {"rates", "how many requests one key and one session may send; debits and checks are not counted"},
    {"test",
     "the florin.yaml of a test twin, with payments: sandbox and a separate journal; it runs beside this host and "
     "answers requests with fl_test_ keys at the same address"},
    {"virtual_from",
     "in a sandbox: the start of a virtual clock, which POST /host/clock moves; left out: this machine's clock"},
    {"session_secrets",
     "files of 32 bytes or more: the first one seals sessions, all of them open sessions; left out: the host makes "
     "one"}};
inline constexpr Note hosts_notes[] = {
    {"url", "where the other hosts reach this one, as http://10.0.0.5:8080; never over a public network"},
    {"secret", "a reference to the secret that all hosts share: env:HOSTS or file:/etc/florin/secrets/hosts"}};
inline constexpr Note console_notes[] = {
    {"proxy", "an identity proxy that authenticates staff; left out: staff sign in only by links of `florin console`"}};
inline constexpr Note identity_proxy_notes[] = {
    {"header", "the header in which it names the user, as X-Forwarded-Email"},
    {"groups_header", "the header in which it lists their groups, separated by commas, as X-Forwarded-Groups"},
    {"secret",
     "a reference to the value that it sends in Florin-Proxy-Secret: env:PROXY or file:/etc/florin/secrets/proxy"},
    {"groups", "what the members of each group may do, by its name"}};
inline constexpr Note group_notes[] = {{"scopes", "of keys: read, staff, support, money, operate, personal_data, …"},
                                       {"tenants", "the tenants; left out: all"}};
inline constexpr Note rates_notes[] = {
    {"key", "for one key, as `500 per second`, or `unlimited`; left out: 200 per second"},
    {"session", "for one session; left out: 20 per second"}};
inline constexpr Note clock_notes[] = {
    {"longest_stop",
     "the longest time between two runs of the host; left out: 3 days. A clock that is further ahead is not trusted"}};
inline constexpr Note egress_notes[] = {
    {"deadline", "the time limit of one request to a provider; left out: 30 seconds"},
    {"loopback", "requests to this machine are allowed, also by plain http, for simulated providers",
     Note::Presence::may_be_left_out},
    {"private_addresses", "requests to private networks are allowed", Note::Presence::may_be_left_out}};

}  // namespace yaml

template <>
inline constexpr std::span<const Note> notes<yaml::PluginsBlock> = yaml::plugins_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::Egress> = yaml::egress_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::Clock> = yaml::clock_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::Portal> = yaml::served_portal_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::Webhook> = yaml::webhook_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::Hosts> = yaml::hosts_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::Console> = yaml::console_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::IdentityProxy> = yaml::identity_proxy_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::Group> = yaml::group_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::Rates> = yaml::rates_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::Serve> = yaml::serve_notes;
template <>
inline constexpr std::span<const Note> notes<yaml::FlorinFile> = yaml::florin_notes;

namespace {

/// `250 ms`, or a span such as `2 seconds`: 1 ms to 10 seconds.
std::optional<Duration> plugin_limit(const std::string& text) {
  std::int64_t ms = 0;
  const char* end = text.data() + text.size();
  const auto [behind, problem] = std::from_chars(text.data(), end, ms);
  if (problem != std::errc() || std::string_view(behind, end) != " ms") {
    const auto span = Span::parse(text);
    if (!span || span->unit != Span::Unit::seconds) return std::nullopt;
    ms = std::int64_t{span->count} * 1'000;
  }
  if (ms < 1 || ms > 10'000) return std::nullopt;
  return Duration{ms * 1'000};
}

bool is_database(const std::string& data) {
  return data.starts_with("postgres://") || data.starts_with("postgresql://");
}

/// In `postgres://user:password@host/database`, or as a word of its own behind the `?`.
bool names_password(const std::string& address) {
  const std::size_t from = address.find("://") + 3;
  const std::string user = address.substr(from, std::min(address.find('@', from), address.find('/', from)) - from);
  return (address.find('@', from) < address.find('/', from) && user.find(':') != std::string::npos) ||
         address.find("?password=") != std::string::npos || address.find("&password=") != std::string::npos;
}

/// `https://app.example`, `http://127.0.0.1:4242`: scheme, host and perhaps a port, and nothing behind them.
bool is_origin(const std::string& text) {
  const std::size_t from = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : std::string::npos;
  if (from == std::string::npos || text.size() == from || text.size() > 255) return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-:[]", from) == std::string::npos;
}

std::vector<std::string> origins(const OneOrMany<Written<std::string>>& written, Errors& errors) {
  std::vector<std::string> all;
  for (const auto& one : written) {
    all.push_back(one.value);
    if (!is_origin(one.value))
      errors.push_back({.code = "bad_origin",
                        .message = "'" + one.value + "' is not an origin: write https://app.example, in lower case",
                        .at = one.at});
  }
  return all;
}

/// `whsec_` itself does not belong in a file.
bool is_reference(const std::string& secret) { return secret.starts_with("env:") || secret.starts_with("file:"); }

WebhookEndpoint endpoint_of(const std::string& name, const Written<yaml::Webhook>& written, Errors& errors) {
  const yaml::Webhook& read = written.value;
  WebhookEndpoint endpoint{.name = name, .tenant = read.tenant, .url = read.url.value, .events = {}, .secrets = {}};
  if (!read.url.value.starts_with("https://") && !read.url.value.starts_with("http://"))
    errors.push_back({.code = "bad_url", .message = "url is an https address", .at = read.url.at});
  for (const auto& one : read.events) {
    endpoint.events.push_back(one.value);
    if (const auto known = is_event_pattern(one.value); !known) {
      errors.push_back(known.error());
      errors.back().at = one.at;
    }
  }
  for (const auto& one : read.secret) {
    endpoint.secrets.push_back(one.value);
    if (!is_reference(one.value))
      errors.push_back({.code = "secret_in_file",
                        .message = "a secret does not belong in this file: write env:NAME or file:/path",
                        .at = one.at});
  }
  if (read.secret.empty())
    errors.push_back({.code = "missing_key", .message = "secret is missing: env:NAME or file:/path", .at = written.at});
  return endpoint;
}

Status known_range(const std::string& text) {
  const auto range = AddressRange::parse(text);
  return range ? Status(Done{}) : Status(range.error());
}

void read_hosts(const yaml::Hosts& read, ServiceSettings& service, Errors& errors) {
  service.hosts_url = read.url.value;
  service.hosts_secret = read.secret.value;
  if (!is_origin(read.url.value) || !read.url.value.starts_with("http://"))
    errors.push_back({.code = "bad_origin",
                      .message = "'" + read.url.value + "' is not where a host is reached: write http://10.0.0.5:8080",
                      .at = read.url.at});
  if (!is_reference(read.secret.value))
    errors.push_back({.code = "secret_in_file",
                      .message = "a secret does not belong in this file: write env:NAME or file:/path",
                      .at = read.secret.at});
  if (service.session_secrets.empty())
    errors.push_back({.code = "missing_key",
                      .message = "hosts needs session_secrets, the same on all of them: who is signed in stays so when "
                                 "another host takes over",
                      .at = read.url.at});
}

/// `200 per second`, `unlimited`, which is 0.
void read_rate(const std::optional<Written<std::string>>& written, int& rate, Errors& errors) {
  if (!written) return;
  constexpr int most = 100'000;
  const std::string& text = written->value;
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [behind, failed] = std::from_chars(text.data(), end, number);
  const bool says = text == "unlimited" || (failed == std::errc() && std::string_view(behind, end) == " per second" &&
                                            number >= 1 && number <= most);
  if (says)
    rate = number;
  else
    errors.push_back({.code = "bad_rate",
                      .message = "'" + text + "' is not a rate: write 1 per second to 100000 per second, or unlimited",
                      .at = written->at});
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return text;
}

StaffProxy staff_proxy_of(const yaml::IdentityProxy& read, Errors& errors) {
  StaffProxy proxy{.header = lower_case(read.header.value),
                   .groups = lower_case(read.groups_header.value),
                   .secret = read.secret.value,
                   .of_groups = {}};
  if (!is_reference(read.secret.value))
    errors.push_back({.code = "secret_in_file",
                      .message = "a secret does not belong in this file: write env:NAME or file:/path",
                      .at = read.secret.at});
  for (const auto* name : {&read.header, &read.groups_header})
    if (name->value.empty() ||
        name->value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") !=
            std::string::npos)
      errors.push_back({.code = "bad_header",
                        .message = "'" + name->value + "' is not the name of a header, as X-Forwarded-Email",
                        .at = name->at});
  for (const auto& [name, written] : read.groups) {
    StaffGroup group{.name = name, .scopes = {}, .tenants = {}};
    for (const auto& scope : written.value.scopes) {
      group.scopes.emplace_back(boost::describe::enum_to_string(scope.value, ""));
      if (scope.value == Scope::nobody)
        errors.push_back({.code = "unknown_name", .message = "'nobody' is a scope that no group has", .at = scope.at});
    }
    for (const auto& tenant : written.value.tenants) group.tenants.push_back(tenant.value);
    proxy.of_groups.push_back(std::move(group));
  }
  return proxy;
}

ServiceSettings service_of(const yaml::Serve& read, const std::filesystem::path& folder, Errors& errors) {
  const auto from_here = [&](const std::string& path) { return (folder / path).lexically_normal().string(); };
  ServiceSettings service;
  for (const auto& one : read.listen) service.listen.push_back(one.value);
  if (read.base_url) {
    OneOrMany<Written<std::string>> one;
    one.push_back(*read.base_url);
    service.base_url = origins(one, errors).front();
  }
  if (read.metrics) service.metrics = read.metrics->value;
  if (read.pages) service.pages = from_here(read.pages->value);
  for (const auto& one : read.session_secrets)  // a reference to a file, or its name alone
    service.session_secrets.push_back(from_here(one.value.substr(one.value.starts_with("file:") ? 5 : 0)));
  for (const auto& [name, written] : read.webhooks) service.webhooks.push_back(endpoint_of(name, written, errors));
  if (read.drain) {
    service.drain = static_cast<int>(read.drain->value.count);
    if (read.drain->value.unit != Span::Unit::seconds || service.drain < 0 || service.drain > 300)
      errors.push_back({.code = "bad_drain", .message = "drain is 0 seconds to 300 seconds", .at = read.drain->at});
  }
  for (const auto& one : read.trusted_proxies) {
    service.trusted_proxies.push_back(one.value);
    const auto range = one.value == "unix" ? Status(Done{}) : known_range(one.value);
    if (!range) errors.push_back({.code = range.error().code, .message = range.error().message, .at = one.at});
  }
  if (read.hosts) read_hosts(*read.hosts, service, errors);
  if (read.console && read.console->proxy) service.staff_proxy = staff_proxy_of(*read.console->proxy, errors);
  if (read.admin) service.admin = from_here(read.admin->value);
  if (read.test) service.test = from_here(read.test->value);
  if (read.virtual_from) service.virtual_from = read.virtual_from->value;
  if (read.virtual_from && !Date::parse(read.virtual_from->value))
    errors.push_back(
        {.code = "bad_date", .message = "virtual_from is a day, as 2026-01-31", .at = read.virtual_from->at});
  if (read.rates) {
    read_rate(read.rates->key, service.key_rate, errors);
    read_rate(read.rates->session, service.session_rate, errors);
  }
  if (read.portal) {
    service.return_to = origins(read.portal->return_to, errors);
    service.embed = origins(read.portal->embed, errors);
    service.api_origins = origins(read.portal->api_origins, errors);
    for (const auto& one : read.portal->public_offer) {
      service.public_offer.push_back(one.value);
      if (!TenantId::parse(one.value))
        errors.push_back({.code = "bad_id",
                          .message = "'" + one.value + "' is no tenant's id: public_offer is a list of tenants",
                          .at = one.at});
    }
  }
  return service;
}

void read_plugins(const yaml::FlorinFile& read, const std::filesystem::path& folder, HostFile& host, Errors& errors) {
  const auto from_here = [&](const std::string& path) { return (folder / path).lexically_normal(); };
  host.plugins = from_here(read.plugins.folder.value);
  host.plugins_at = read.plugins.folder.at;
  if (const auto& limit = read.plugins.limit) {
    if (const auto given = plugin_limit(limit->value))
      host.plugin_limit = *given;
    else
      errors.push_back({.code = "bad_limit",
                        .message = "'" + limit->value + "' is not a limit: write 1 ms to 10 seconds, such as `250 ms`",
                        .at = limit->at});
  }
  host.plugin_isolation = read.plugins.isolation;
  if (read.plugins.pins) host.plugin_pins = from_here(*read.plugins.pins);
  for (const auto& [name, key] : read.plugins.trusted) {
    host.plugin_trusted.emplace_back(name, key.value);
    if (const Status known = check_public_key("plugin", key.value); !known)
      errors.push_back({.code = "bad_key",
                        .message = "'" + name + "': " + known.error().message + ": `florin plugin key` makes one",
                        .at = key.at});
  }
}

void read_data(const yaml::FlorinFile& read, const std::filesystem::path& folder, HostFile& host, Errors& errors) {
  if (!is_database(read.data.value)) {
    host.data = (folder / read.data.value).lexically_normal();
    return;
  }
  host.postgres = read.data.value;
  if (names_password(read.data.value))
    errors.push_back({.code = "secret_in_file",
                      .message = "a password does not belong in this file: name a file that holds it, "
                                 "?passfile=/etc/florin/pgpass, or set PGPASSWORD",
                      .at = read.data.at});
}

void read_egress(const yaml::FlorinFile& read, HostFile& host, Errors& errors) {
  if (!read.egress) return;
  host.egress.loopback = read.egress->loopback;
  host.egress.private_addresses = read.egress->private_addresses;
  const auto& deadline = read.egress->deadline;
  if (!deadline) return;
  host.egress.deadline = seconds(deadline->value.count);
  if (deadline->value.unit != Span::Unit::seconds || deadline->value.count < 1 || deadline->value.count > 300)
    errors.push_back({.code = "bad_deadline", .message = "a deadline is 1 second to 5 minutes", .at = deadline->at});
}

void read_clock(const yaml::FlorinFile& read, HostFile& host, Errors& errors) {
  if (!read.clock || !read.clock->longest_stop) return;
  const auto& stop = *read.clock->longest_stop;
  const bool days = stop.value.unit == Span::Unit::days;
  host.longest_stop = days ? hours(24 * stop.value.count) : seconds(stop.value.count);
  if (stop.value.unit == Span::Unit::months || host.longest_stop < hours(1) || host.longest_stop > hours(24 * 366))
    errors.push_back({.code = "bad_longest_stop", .message = "longest_stop is 1 hour to 366 days", .at = stop.at});
}

void read_document_numbers(const yaml::FlorinFile& read, HostFile& host, Errors& errors) {
  if (!read.document_numbers) return;
  host.marks_documents = read.document_numbers->value == yaml::DocumentNumbers::marked;
  if (host.marks_documents && read.payments != yaml::Payments::sandbox)
    errors.push_back({.code = "contradiction",
                      .message = "document_numbers: marked is for a host with payments: sandbox: real documents are "
                                 "numbered by their tenants' files",
                      .at = read.document_numbers->at});
}

/// A folder stands for the files in it, by name.
void read_tenants(const yaml::FlorinFile& read, const std::filesystem::path& folder, HostFile& host, Errors& errors) {
  for (const auto& written : read.tenants) {
    const std::filesystem::path path = (folder / written.value).lexically_normal();
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) {
      errors.push_back(
          {.code = "file_missing", .message = "there is no file or folder " + path.string(), .at = written.at});
    } else if (std::filesystem::is_directory(path, failed)) {
      const std::size_t before = host.tenants.size();
      for (const auto& entry : std::filesystem::directory_iterator(path, failed))
        if (entry.path().extension() == ".yaml") host.tenants.push_back(entry.path());
      std::sort(host.tenants.begin() + static_cast<std::ptrdiff_t>(before), host.tenants.end());
    } else {
      host.tenants.push_back(path);
    }
  }
}

}  // namespace

HostFile host_file(const Node& tree, const std::filesystem::path& file, Errors& errors) {
  const auto read = decode<yaml::FlorinFile>(tree, errors);
  const std::filesystem::path folder = file.parent_path();
  HostFile host;
  read_plugins(read, folder, host, errors);
  read_data(read, folder, host, errors);
  host.payments_in_sandbox = read.payments == yaml::Payments::sandbox;
  host.reconciles_daily = read.reconcile == yaml::Reconcile::daily;
  if (read.serve) (void)service_of(*read.serve, folder, errors);  // what is wrong with it is said here too
  read_egress(read, host, errors);
  read_clock(read, host, errors);
  read_document_numbers(read, host, errors);
  read_tenants(read, folder, host, errors);
  return host;
}

HostFile load_host_file(const std::filesystem::path& file, Errors& errors) {
  const auto text = read_file(file);
  const auto tree = text ? parse_yaml(*text, file.string()) : Result<Node>(text.error());
  if (tree) return host_file(*tree, file, errors);
  errors.push_back(tree.error());
  return {};
}

ServiceSettings load_service_settings(const std::filesystem::path& file, Errors& errors) {
  const auto text = read_file(file);
  const auto tree = text ? parse_yaml(*text, file.string()) : Result<Node>(text.error());
  if (!tree) {
    errors.push_back(tree.error());
    return {};
  }
  const auto read = decode<yaml::FlorinFile>(*tree, errors);
  ServiceSettings service;
  if (read.serve) service = service_of(*read.serve, file.parent_path(), errors);
  service.journal = read.data.value;
  service.marks_documents = read.document_numbers && read.document_numbers->value == yaml::DocumentNumbers::marked;
  if (!service.virtual_from.empty() && read.payments != yaml::Payments::sandbox)
    errors.push_back({.code = "contradiction",
                      .message = "virtual_from is for a host with payments: sandbox: real money has real time",
                      .at = read.serve->virtual_from->at});
  service.reaches_loopback = read.payments == yaml::Payments::sandbox || (read.egress && read.egress->loopback);
  return service;
}

std::string host_file_schema() { return schema<yaml::FlorinFile>("Florin: the host's own file"); }

}  // namespace florin::config
