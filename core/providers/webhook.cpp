#include "providers/webhook.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "domain/payments/card_number.hpp"
#include "engine/provider_key.hpp"
#include "providers/claims.hpp"

namespace florin {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_webhook = 1 << 20;

/// The id of an event: the provider's own, or a digest of its content.
std::string event_of(const WebhookClaim& claim, const WebhookMessage& message) {
  if (!claim.event.empty()) return claim.event;
  return engine::provider_key(message.query.empty() ? message.body : message.query + "\n" + message.body);
}

/// JSON members with personal data, at any depth.
bool is_personal(std::string_view name) {
  constexpr std::string_view personal[] = {
      "email",       "receipt_email",  "contact",        "phone",         "name",          "vpa",
      "username",    "account_number", "address",        "line1",         "line2",         "city",
      "postal_code", "payer_vpa",      "customer_email", "customer_name", "customer_phone"};
  return std::ranges::find(personal, name) != std::end(personal);
}

/// JSON members with which somebody could act for a customer, such as the client secret of a payment form.
bool is_secret(std::string_view name) {
  constexpr std::string_view secret[] = {"client_secret", "secret", "next_action", "session_token", "otp_submit_url"};
  return std::ranges::find(secret, name) != std::end(secret);
}

void mask_persons(json::value& value) {
  if (auto* list = value.if_array())
    for (json::value& one : *list) mask_persons(one);
  auto* object = value.if_object();
  if (object == nullptr) return;
  for (auto& member : *object) {
    if (is_personal(member.key()) && !member.value().is_structured())
      member.value() = "[personal]";
    else if (is_secret(member.key()) && !member.value().is_null())
      member.value() = "[secret]";
    else
      mask_persons(member.value());
  }
}

/// Masks personal data, which is stored separately under seal so that it can be erased, and customer actions, which are
/// sealed until they are done. A body that is not JSON stays as it is.
std::string without_persons(const std::string& body) {
  boost::system::error_code failed;
  json::value read = json::parse(body, failed);
  if (failed) return body;
  mask_persons(read);
  return json::serialize(read);
}

/// Stores the webhook as it came, without personal data and card numbers. The same event is stored once.
Status store_raw(store::Store& store, const TenantId& tenant, const ProcessorId& processor, const std::string& event,
                 const WebhookMessage& message) {
  json::array headers;
  for (const auto& [name, value] : message.headers) headers.push_back(json::array{name, value});
  const std::string name =
      "webhook/" + tenant.text() + "/" + processor.text() + "/" + engine::provider_key(event + "\n" + message.body);
  json::object kept{{"received_at", message.received_at.text()}, {"headers", std::move(headers)}};
  if (message.method != "POST") kept["method"] = message.method;
  if (!message.query.empty()) kept["query"] = without_card_numbers(message.query);
  kept["body"] = without_card_numbers(without_persons(message.body));
  if (store.text(name)) return Done{};
  return store.put_text(name, json::serialize(kept));
}

}  // namespace

Result<WebhookAnswer> take_webhook(engine::Engine& engine, store::Store& store, const TenantPlugins& plugins,
                                   const TenantId& tenant, const ProcessorId& processor,
                                   const WebhookMessage& message) {
  if (message.body.size() > longest_webhook)
    return Error{.code = "webhook_too_long", .message = "a webhook is at most 1 MiB"};
  auto heard = plugins.webhook(tenant, processor, message);
  if (!heard) return heard.error();
  ProviderClaims claims(engine, tenant, processor);
  for (const WebhookClaim& claim : heard->claims) {
    const std::string event = event_of(claim, message);
    if (const auto stored = store_raw(store, tenant, processor, event, message); !stored) return stored.error();
    const auto known = claims.record(claim, event);
    if (!known) return known.error();
    const bool ours = !key_of(claim).empty();
    if (!*known && ours && claim.proven && (moved(claim) || claim.dispute))
      if (const auto told = claims.differ(only_theirs(claim, "webhook")); !told) return told.error();
  }
  return std::move(heard->answer);
}

}  // namespace florin
