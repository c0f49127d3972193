#include "cases.hpp"

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <future>

#include "domain/journal/described.hpp"
#include "plugins/library.hpp"
#include "providers/exchange.hpp"
#include "scenario/stage.hpp"

namespace florin::test {

namespace json = boost::json;

const std::vector<Exchange>& exchanges() {
  static const std::vector<Exchange> all = [] {
    std::vector<Exchange> every = stripe_exchanges();
    for (const std::vector<Exchange>& more :
         {razorpay_exchanges(), gocardless_exchanges(), paypal_exchanges(), adyen_exchanges()})
      every.insert(every.end(), more.begin(), more.end());
    return every;
  }();
  return all;
}

namespace {
constexpr const char* hmac_key_of_adyen = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
}  // namespace

ProcessorPlugin plugin_of(const std::string& provider) {
  static const scenario::TemporaryFolder copies;
  static const PluginLibrary library =
      *PluginLibrary::open({.folders = {FLORIN_PLUGINS}, .copies = copies.path(), .pins = {}});
  const std::string config = provider == "razorpay" ? R"({"key_id": "rzp_test_standin", "mandate_limit": "1500000"})"
                             : provider == "adyen"  ? R"({"merchant_account": "ExampleECOM"})"
                             : provider == "paypal" ? R"({"webhook_id": "WH-STANDIN"})"
                                                    : "{}";
  return *library.processor(provider, {.tenant = "acme", .config_json = config});
}

Secrets secrets_of(const std::string& provider, bool wrong_key) {
  const bool stripe = provider == "stripe", gocardless = provider == "gocardless";
  const std::string key = wrong_key    ? "sk_test_wrong"
                          : stripe     ? "sk_test_standin"
                          : gocardless ? "gc_standin"
                                       : "standin";
  if (provider == "paypal")
    return [=](std::string_view name) {
      return std::vector<std::string>{name == "paypal.client_id" ? "pp_client_standin"
                                      : wrong_key                ? "pp_secret_wrong"
                                                                 : "pp_secret_standin"};
    };
  if (provider == "adyen")
    return [=](std::string_view name) {
      return std::vector<std::string>{name == "adyen.api_key" ? (wrong_key ? "AQE_wrong" : "AQE_standin")
                                                              : hmac_key_of_adyen};
    };
  const std::string webhook = stripe ? "whsec_standin" : gocardless ? "gc_whsec_standin" : "rzpsecret";
  return [=](std::string_view name) { return std::vector<std::string>{name.ends_with(".webhook") ? webhook : key}; };
}

ProviderReport carried_out(const ProcessorPlugin& plugin, const Operation& operation, const Secrets& secrets,
                           Transport& way) {
  std::promise<ProviderReport> said;
  operate(plugin, operation, way, secrets, exchanged_at, [&](ProviderReport its) { said.set_value(std::move(its)); });
  return said.get_future().get();
}

std::string pulled(const ProcessorPlugin& plugin, const Operation& operation, const Secrets& secrets, Transport& way) {
  std::promise<Pulled> said;
  pull(plugin, operation, way, secrets, exchanged_at, [&](Pulled its) { said.set_value(std::move(its)); });
  const Pulled page = said.get_future().get();
  std::string text = page.problem.empty() ? "" : "problem: " + page.problem + "\n";
  for (const WebhookClaim& claim : page.page)
    text += (claim.of_refund    ? "refund " + claim.refund_key
             : claim.of_receipt ? "receipt for " + claim.payment_key
                                : "payment " + claim.payment_key) +
            " " + claim.said.ref + " " + claim.said.amount.text() + " " +
            boost::describe::enum_to_string(claim.said.state, "") +
            (claim.said.fee.currency() ? ", fee " + claim.said.fee.text() : "") +
            (claim.said.settlement.empty() ? "" : ", settled in " + claim.said.settlement) +
            (claim.happened_at == Instant() ? "" : ", " + claim.happened_at.text()) + "\n";
  return text + "then " + (page.cursor.empty() ? "nothing" : page.cursor) + "\n";
}

namespace {

json::object pairs_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  json::object object;
  for (const auto& [name, value] : pairs) object[name] = value;
  return object;
}
std::vector<std::pair<std::string, std::string>> read_pairs(const json::value& object) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, value] : object.as_object()) pairs.emplace_back(name, value.as_string());
  return pairs;
}

}  // namespace

Browser browser_called(const std::string& user_agent) {
  return {.accept_header = "*/*",
          .user_agent = user_agent,
          .language = "de-AT",
          .color_depth = 24,
          .screen_height = 1080,
          .screen_width = 1920,
          .time_zone_offset = -60,
          .java_enabled = false,
          .javascript_enabled = true,
          .ip_address = "203.0.113.7"};
}

std::string as_text(const Operation& operation) {
  json::object written{{"kind", static_cast<int>(operation.kind)},
                       {"off_session", operation.off_session},
                       {"of_refund", operation.of_refund},
                       {"of_method", operation.of_method},
                       {"key", operation.key},
                       {"payment_key", operation.payment_key},
                       {"amount", operation.amount.text()},
                       {"method", operation.method},
                       {"method_ref", operation.method_ref},
                       {"customer_key", operation.customer_key},
                       {"description", operation.description},
                       {"details", pairs_of(operation.details)},
                       {"person", pairs_of(operation.person)},
                       {"ref", operation.ref},
                       {"refund_ref", operation.refund_ref},
                       {"refund_key", operation.refund_key},
                       {"cursor", operation.cursor},
                       {"from", operation.from.text()},
                       {"until", operation.until.text()},
                       {"return_url", operation.return_url}};
  if (operation.browser) written["browser"] = operation.browser->user_agent;
  if (!operation.answer.empty()) written["answer"] = pairs_of(operation.answer);
  return json::serialize(written);
}

Operation operation_of(const std::string& text) {
  const json::object read = json::parse(text).as_object();
  const auto word = [&](const char* name) { return std::string(read.at(name).as_string()); };
  Operation operation;
  operation.kind = static_cast<OperationKind>(read.at("kind").as_int64());
  operation.off_session = read.at("off_session").as_bool();
  operation.of_refund = read.at("of_refund").as_bool();
  operation.of_method = read.at("of_method").as_bool();
  operation.decided_at = operation.started_at = exchanged_at;
  operation.key = word("key");
  operation.payment_key = word("payment_key");
  if (const auto amount = Money::parse(word("amount"))) operation.amount = *amount;
  operation.method = word("method");
  operation.method_ref = word("method_ref");
  operation.customer_key = word("customer_key");
  operation.description = word("description");
  operation.details = read_pairs(read.at("details"));
  operation.person = read_pairs(read.at("person"));
  operation.ref = word("ref");
  operation.refund_ref = word("refund_ref");
  operation.refund_key = word("refund_key");
  operation.cursor = word("cursor");
  operation.from = *Instant::parse(word("from"));
  operation.until = *Instant::parse(word("until"));
  if (read.contains("browser")) operation.browser = browser_called(word("browser"));
  if (read.contains("answer")) operation.answer = read_pairs(read.at("answer"));
  if (read.contains("return_url")) operation.return_url = word("return_url");  // not of the older records
  return operation;
}

std::string as_text(const ProviderReport& said) {
  return json::serialize(json::object{{"state", boost::describe::enum_to_string(said.state, "")},
                                      {"absent", said.absent},
                                      {"amount", said.amount.text()},
                                      {"ref", said.ref},
                                      {"raw", said.raw},
                                      {"decline", boost::describe::enum_to_string(said.decline, "")},
                                      {"decline_code", said.decline_code},
                                      {"action", said.action},
                                      {"token", said.token},
                                      {"brand", said.brand},
                                      {"masked", said.masked},
                                      {"fee", said.fee.currency() ? said.fee.text() : std::string()},
                                      {"settlement", said.settlement}});
}

}  // namespace florin::test
