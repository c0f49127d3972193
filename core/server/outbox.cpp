#include "outbox.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <chrono>

namespace florin::server {

namespace json = boost::json;

namespace {

constexpr Seconds minute = 60, hour = 3600;
/// 76 hours in all.
constexpr Seconds delays[] = {5,         5 * minute, 30 * minute, 2 * hour, 5 * hour,
                              10 * hour, 14 * hour,  20 * hour,   24 * hour};
constexpr std::size_t most_pending = 1'000, most_under_way = 8, most_log = 1'000, at_once = 200;
constexpr Seconds disabled_after = 5 * 24 * hour;
constexpr std::uint32_t disabled_failures = 10;

std::string base64(std::string_view bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.resize(text.find('\0'));
  return text;
}

std::string bytes_of_secret(const std::string& secret) {
  constexpr std::string_view prefix = "whsec_";
  const std::string_view text = std::string_view(secret).substr(secret.starts_with(prefix) ? prefix.size() : 0);
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr,
                        &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
    return std::string(text);
  bytes.resize(size);
  return bytes;
}

std::string note_of(const std::string& name) { return "webhook." + name; }

std::string header_of(const OutgoingAnswer& answer, std::string_view name) {
  for (const auto& [header, value] : answer.headers) {
    if (header.size() != name.size()) continue;
    const bool same = std::ranges::equal(header, name, [](char a, char b) { return (a | 0x20) == (b | 0x20); });
    if (same) return value;
  }
  return {};
}

}  // namespace

std::string make_webhook_secret() {
  std::string bytes(32, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return "whsec_" + base64(bytes);
}

std::optional<Seconds> retry_after(std::uint32_t tries) {
  if (tries == 0 || tries > std::size(delays)) return std::nullopt;
  const Seconds delay = delays[tries - 1];
  const Seconds spread = delay * 2 / 5;  // ± 20 %
  return delay - spread / 2 + static_cast<Seconds>(randombytes_uniform(static_cast<std::uint32_t>(spread) + 1));
}

std::string signatures_of(const std::vector<std::string>& secrets, std::string_view id, Seconds timestamp,
                          std::string_view body) {
  std::string text(id);
  text += "." + std::to_string(timestamp) + ".";
  text += body;
  std::string all;
  for (const std::string& secret : secrets) {
    const std::string key = bytes_of_secret(secret);
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), mac, &size);
    all += (all.empty() ? "v1," : " v1,") + base64({reinterpret_cast<const char*>(mac), size});
  }
  return all;
}

Outbox::Outbox(Host& host, const ServiceSettings& settings, Metrics& metrics, Runs runs)
    : host_(host), reads_(host), service_(host), metrics_(metrics), runs_(std::move(runs)), timer_(runs_.io) {
  alive_->self = this;
  reload(settings);
}

void Outbox::reload(const ServiceSettings& settings) {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Endpoint> before;
  before.swap(endpoints_);
  for (const WebhookEndpoint& one : settings.webhooks) {
    auto tenant = TenantId::parse(one.tenant);
    if (!tenant) continue;
    auto old = before.find(one.name);
    Endpoint& endpoint = endpoints_[one.name];
    if (old != before.end() && old->second.tenant == *tenant) endpoint = std::move(old->second);
    endpoint.settings = one;
    endpoint.tenant = *std::move(tenant);
  }
}

void Outbox::forget() {
  const std::lock_guard lock(mutex_);
  for (auto& [name, endpoint] : endpoints_) {
    Endpoint anew;
    anew.settings = std::move(endpoint.settings);
    anew.tenant = std::move(endpoint.tenant);
    anew.log = std::move(endpoint.log);
    endpoint = std::move(anew);
  }
}

void Outbox::start() {
  const std::lock_guard lock(mutex_);
  if (running_) return;
  running_ = true;
  tick();
}

void Outbox::stop() {
  {
    const std::lock_guard lock(alive_->mutex);
    alive_->self = nullptr;
  }
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  timer_.cancel();
  for (auto& [name, endpoint] : endpoints_) keep(endpoint);
}

/// On the thread of the io_context, with the lock.
void Outbox::tick() {
  // Nobody waits where nobody is told.
  timer_.expires_after(std::chrono::milliseconds(endpoints_.empty() ? 1'000 : 100));
  timer_.async_wait([this](boost::system::error_code stopped) {
    if (!stopped) runs_.later([this] { look(); });
  });
}

void Outbox::look() {
  std::vector<std::function<void()>> sends;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    for (auto& [name, endpoint] : endpoints_) {
      if (!host_.is_virtual() && service_.owned_epoch() == 0) break;  // whoever has the journal tells
      if (!endpoint.known) open(endpoint);
      if (!endpoint.enabled || !endpoint.known) continue;
      read_more(endpoint);
      send_some(endpoint, sends);
      if (endpoint.dirty) keep(endpoint);
    }
  }
  for (const auto& send : sends) send();
  boost::asio::post(runs_.io, [this] {
    const std::lock_guard lock(mutex_);
    if (!stopped_) tick();
  });
}

/// What was kept of it; a new one begins with what happens from now on.
void Outbox::open(Endpoint& endpoint) {
  const auto note = service_.note(note_of(endpoint.settings.name));
  if (!note) return;
  boost::system::error_code failed;
  const json::value kept = json::parse(note->empty() ? "{}" : *note, failed);
  if (failed || !kept.is_object() || !kept.get_object().contains("low")) {
    const auto position = reads_.tenant_position(endpoint.tenant);
    if (!position) return;
    endpoint.read_to = endpoint.was_read_to = *position;
    endpoint.known = endpoint.dirty = true;
    return;
  }
  const json::object& all = kept.get_object();
  endpoint.read_to = all.at("low").to_number<std::uint64_t>();
  endpoint.was_read_to = all.at("read_to").to_number<std::uint64_t>();
  endpoint.enabled = all.at("enabled").as_bool();
  endpoint.why_not = std::string(all.at("why_not").as_string());
  endpoint.last_success = all.at("last_success").to_number<Seconds>();
  endpoint.failing_since = all.at("failing_since").to_number<Seconds>();
  endpoint.given_up = all.at("given_up").to_number<std::uint32_t>();
  for (const auto& [id, tries] : all.at("pending").as_object())
    endpoint.were_tried[std::string(id)] = tries.to_number<std::uint32_t>();
  endpoint.known = true;
}

void Outbox::keep(Endpoint& endpoint) {
  if (!endpoint.known || (!host_.is_virtual() && service_.owned_epoch() == 0)) return;
  std::uint64_t low = endpoint.read_to;
  json::object pending;
  for (const auto& [id, one] : endpoint.pending) {
    if (one.event.position > 0) low = std::min(low, one.event.position - 1);
    pending[id] = one.tries;
  }
  const json::object all{{"low", low},
                         {"read_to", std::max(endpoint.read_to, endpoint.was_read_to)},
                         {"pending", std::move(pending)},
                         {"enabled", endpoint.enabled},
                         {"why_not", endpoint.why_not},
                         {"last_success", endpoint.last_success},
                         {"failing_since", endpoint.failing_since},
                         {"given_up", endpoint.given_up}};
  if (service_.set_note(note_of(endpoint.settings.name), json::serialize(all))) endpoint.dirty = false;
}

void Outbox::read_more(Endpoint& endpoint) {
  if (endpoint.pending.size() >= most_pending) return;
  const auto page = reads_.events(endpoint.tenant, endpoint.read_to, endpoint.settings.events, at_once);
  if (!page || page->next == endpoint.read_to) return;
  for (const Event& event : page->events) {
    const auto tried = endpoint.were_tried.find(event.id);
    // What was read before the last start and does not wait was delivered then.
    if (event.position <= endpoint.was_read_to && tried == endpoint.were_tried.end()) continue;
    Pending pending{
        .event = event, .tries = 0, .since = machine_seconds(), .next = machine_seconds(), .under_way = false};
    if (tried != endpoint.were_tried.end()) pending.tries = tried->second;
    endpoint.pending.emplace(event.id, std::move(pending));
  }
  endpoint.read_to = page->next;
  if (endpoint.read_to >= endpoint.was_read_to) endpoint.were_tried.clear();
  endpoint.dirty = true;
}

void Outbox::send_some(Endpoint& endpoint, std::vector<std::function<void()>>& sends) {
  std::vector<Pending*> ready;
  for (auto& [id, one] : endpoint.pending)
    if (!one.under_way && one.next <= machine_seconds()) ready.push_back(&one);
  std::ranges::sort(ready, {}, [](const Pending* one) { return one->event.position; });
  for (Pending* one : ready) {
    if (endpoint.under_way >= most_under_way) return;
    std::vector<std::string> secrets;
    std::string why;
    for (const std::string& reference : endpoint.settings.secrets) {
      auto secret = service_.secret(reference);
      if (secret)
        secrets.push_back(*std::move(secret));
      else
        why = secret.error().message;
    }
    if (secrets.empty()) {
      endpoint.why_not = "nothing can be signed: " + why;
      return;
    }
    one->under_way = true;
    ++one->tries;
    ++endpoint.under_way;
    const Seconds at = machine_seconds();
    Outgoing request{.url = endpoint.settings.url,
                     .headers = {{"Content-Type", "application/json"},
                                 {"webhook-id", one->event.id},
                                 {"webhook-timestamp", std::to_string(at)},
                                 {"webhook-signature", signatures_of(secrets, one->event.id, at, one->event.json)}},
                     .body = one->event.json};
    sends.push_back([this, request = std::move(request), name = endpoint.settings.name, id = one->event.id] {
      service_.post(request, [alive = alive_, name, id](const OutgoingAnswer& answer) {
        const std::lock_guard lock(alive->mutex);
        if (alive->self != nullptr) alive->self->sent(name, id, answer);
      });
    });
  }
}

void Outbox::sent(const std::string& name, const std::string& id, const OutgoingAnswer& answer) {
  const std::lock_guard lock(mutex_);
  const auto found = endpoints_.find(name);
  if (found == endpoints_.end()) return;
  Endpoint& endpoint = found->second;
  const auto waiting = endpoint.pending.find(id);
  if (waiting == endpoint.pending.end()) return;
  Pending& one = waiting->second;
  --endpoint.under_way;
  one.under_way = false;
  endpoint.dirty = true;
  Delivery delivery{.id = id,
                    .type = one.event.type,
                    .at = machine_seconds(),
                    .tries = one.tries,
                    .status = answer.status,
                    .problem = answer.problem,
                    .answer = answer.body.substr(0, 512),
                    .outcome = "done"};
  auto again = retry_after(one.tries);
  if (answer.status >= 200 && answer.status < 300) {
    endpoint.last_success = machine_seconds();
    endpoint.failing_since = 0;
    endpoint.given_up = 0;
    endpoint.pending.erase(waiting);
  } else {
    if (endpoint.failing_since == 0) endpoint.failing_since = machine_seconds();
    const std::string asked = header_of(answer, "retry-after");
    if (again && (answer.status == 429 || answer.status == 503) && !asked.empty())
      again = std::clamp<Seconds>(std::atoll(asked.c_str()), *again, 24 * hour);
    delivery.outcome = again ? "again" : "given_up";
    if (again) one.next = machine_seconds() + *again;
    if (!again) {
      ++endpoint.given_up;
      endpoint.pending.erase(waiting);
    }
    const bool long_ago =
        machine_seconds() - endpoint.failing_since >= disabled_after && endpoint.given_up >= disabled_failures;
    if (answer.status == 410 || long_ago) {
      endpoint.enabled = false;
      endpoint.why_not = answer.status == 410 ? "it answered 410: it is gone" : "nothing was taken for five days";
    }
  }
  metrics_.count("florin_webhooks_out_total", label("endpoint", name) + "," + label("outcome", delivery.outcome));
  endpoint.log.push_front(std::move(delivery));
  if (endpoint.log.size() > most_log) endpoint.log.pop_back();
}

const Outbox::Endpoint* Outbox::find(const TenantId& tenant, const std::string& name) const {
  const auto found = endpoints_.find(name);
  return found == endpoints_.end() || found->second.tenant != tenant ? nullptr : &found->second;
}
Outbox::Endpoint* Outbox::find(const TenantId& tenant, const std::string& name) {
  const auto found = endpoints_.find(name);
  return found == endpoints_.end() || found->second.tenant != tenant ? nullptr : &found->second;
}

std::vector<EndpointNow> Outbox::endpoints(const TenantId& tenant) const {
  const std::lock_guard lock(mutex_);
  std::vector<EndpointNow> all;
  for (const auto& [name, one] : endpoints_) {
    if (one.tenant != tenant) continue;
    EndpointNow now_is{.settings = one.settings,
                       .enabled = one.enabled,
                       .why_not = one.why_not,
                       .position = one.read_to,
                       .pending = one.pending.size(),
                       .last_success = one.last_success,
                       .oldest_pending = 0};
    for (const auto& [id, pending] : one.pending)
      if (now_is.oldest_pending == 0 || pending.since < now_is.oldest_pending) now_is.oldest_pending = pending.since;
    all.push_back(std::move(now_is));
  }
  return all;
}

std::optional<std::vector<Delivery>> Outbox::deliveries(const TenantId& tenant, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const Endpoint* one = find(tenant, name);
  if (one == nullptr) return std::nullopt;
  return std::vector<Delivery>(one->log.begin(), one->log.end());
}

bool Outbox::enable(const TenantId& tenant, const std::string& name, bool on) {
  const std::lock_guard lock(mutex_);
  Endpoint* one = find(tenant, name);
  if (one == nullptr) return false;
  one->enabled = on;
  one->why_not = on ? "" : "staff has disabled it";
  one->failing_since = 0;
  one->given_up = 0;
  keep(*one);
  return true;
}

std::optional<std::size_t> Outbox::replay(const TenantId& tenant, const std::string& name, std::uint64_t from,
                                          std::uint64_t to) {
  const std::lock_guard lock(mutex_);
  Endpoint* one = find(tenant, name);
  if (one == nullptr) return std::nullopt;
  std::size_t count = 0;
  for (std::uint64_t at = from == 0 ? 0 : from - 1; at < to && count < most_pending;) {
    const auto page = reads_.events(tenant, at, one->settings.events, at_once);
    if (!page || page->next == at) break;
    at = page->next;
    for (const Event& event : page->events)
      if (event.position <= to && one->pending.size() < 2 * most_pending)
        count += one->pending
                     .try_emplace(event.id, Pending{.event = event,
                                                    .tries = 0,
                                                    .since = machine_seconds(),
                                                    .next = machine_seconds(),
                                                    .under_way = false})
                     .second;
  }
  return count;
}

bool Outbox::test(const TenantId& tenant, const std::string& name) {
  const std::lock_guard lock(mutex_);
  Endpoint* one = find(tenant, name);
  if (one == nullptr) return false;
  Event event{.id = tenant.text() + "_test_" + random_name(12), .type = "webhook.test", .position = 0, .json = {}};
  event.json = json::serialize(json::object{{"type", event.type},
                                            {"timestamp", host_.now().text()},
                                            {"id", event.id},
                                            {"tenant", tenant.text()},
                                            {"mode", host_.in_sandbox() ? "test" : "live"},
                                            {"account", nullptr},
                                            {"position", nullptr},
                                            {"data", json::object()}});
  const std::string id = event.id;
  one->pending.try_emplace(id, Pending{.event = std::move(event),
                                       .tries = 0,
                                       .since = machine_seconds(),
                                       .next = machine_seconds(),
                                       .under_way = false});
  return true;
}

void Outbox::measure() {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, one] : endpoints_) {
    Seconds oldest = machine_seconds();
    for (const auto& [id, pending] : one.pending) oldest = std::min(oldest, pending.since);
    metrics_.set("florin_webhooks_out_oldest_pending_seconds", label("endpoint", name),
                 static_cast<double>(machine_seconds() - oldest));
    metrics_.set("florin_webhooks_out_endpoint_enabled", label("endpoint", name), one.enabled ? 1 : 0);
  }
}

}  // namespace florin::server
