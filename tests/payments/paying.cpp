#include "paying.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include "answers/payments.hpp"
#include "config/command.hpp"
#include "config/host_file.hpp"
#include "engine/actions.hpp"
#include "engine/provider_key.hpp"
#include "providers/reconcile.hpp"
#include "providers/webhook.hpp"

namespace florin::test {

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("the shipped tenant has no " + from);
  for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

/// A provider as a tenant of the tests uses it.
struct Use {
  const char* tenant;
  const char* own;      ///< words of its plugin's block
  const char* secrets;  ///< what is read from the environment
  const char* api_key;
  const char* webhook;
  const char* method = "";  ///< of the tests' own tenant, and its plugin
  const char* method_plugin = "";
};
Use use_of(const std::string& provider) {
  if (provider == "stripe")
    return {"callloop", "", "stripe.api_key: \"env:STANDIN_API_KEY\", stripe.webhook: \"env:STANDIN_WEBHOOK\"",
            "sk_test_standin", "whsec_standin"};
  if (provider == "gocardless")
    return {"studio",
            "",
            "gocardless.access_token: \"env:STANDIN_API_KEY\", gocardless.webhook: \"env:STANDIN_WEBHOOK\"",
            "gc_standin",
            "gc_whsec_standin",
            "sepa_debit",
            "sepa_debit"};
  if (provider == "paypal")
    return {"studio",
            ", webhook_id: WH-STANDIN",
            "paypal.client_id: \"env:STANDIN_WEBHOOK\", paypal.client_secret: \"env:STANDIN_API_KEY\"",
            "pp_secret_standin",
            "pp_client_standin",
            "paypal",
            "paypal_wallet"};
  if (provider == "adyen")
    return {"studio",
            ", merchant_account: ExampleECOM",
            "adyen.api_key: \"env:STANDIN_API_KEY\", adyen.hmac_key: \"env:STANDIN_WEBHOOK\"",
            "AQE_standin",
            "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056",
            "ideal",
            "ideal"};
  return {"exotel", ", key_id: rzp_test_standin, mandate_limit: 1500000",
          "razorpay.api_key: \"env:STANDIN_API_KEY\", razorpay.webhook: \"env:STANDIN_WEBHOOK\"", "standin",
          "rzpsecret"};
}

/// A tenant, shipped or of the tests, but for its processor.
std::string tenant_text(const StandIn& provider) {
  const std::string processor = provider.provider(), host = provider.host();
  const Use use = use_of(processor);
  const bool of_tests = *use.method != '\0';
  std::string text =
      text_of(fs::path(of_tests ? FLORIN_TENANTS : FLORIN_CONFIG "/tenants") / (use.tenant + std::string(".yaml")));
  replace(text, "sandbox: {plugin: sandbox}",
          processor + ": {plugin: " + processor + use.own + ", hosts: [\"" + host + "\"], endpoints: {api: \"http://" +
              host + "\"}, secrets: {" + use.secrets + "}}");
  replace(text, "through: [sandbox]", "through: [" + processor + "]");
  if (processor == "razorpay") replace(text, "through: [sandbox, second]", "through: [razorpay]");
  if (processor == "razorpay")
    replace(text, "plugin: wire\n      through: [bank]", "plugin: wire\n      through: [razorpay, bank]");
  if (of_tests) {
    replace(text, "METHOD_PLUGIN", use.method_plugin);
    replace(text, "METHOD", use.method);
  }
  return text;
}

}  // namespace

TenantId tenant_of(const StandIn& provider) { return TenantId::trusted(use_of(provider.provider()).tenant); }

config::HostFile host_file(const StandIn& provider, const fs::path& folder, const std::string& reconcile,
                           int deadline) {
  const Use use = use_of(provider.provider());
  ::setenv("STANDIN_API_KEY", use.api_key, 1);
  ::setenv("STANDIN_WEBHOOK", use.webhook, 1);
  const std::string tenant = tenant_of(provider).text();
  fs::create_directories(folder / "tenants");
  fs::copy(fs::path(FLORIN_CONFIG) / "policies", folder / "policies");
  std::ofstream(folder / "tenants" / (tenant + ".yaml")) << tenant_text(provider);
  std::ofstream(folder / "florin.yaml") << "plugins: {folder: " FLORIN_PLUGINS "}\ntenants: tenants\ndata: data\n"
                                        << "serve: {base_url: \"https://billing.example\"}\n"
                                        << "egress: {deadline: " << deadline
                                        << " seconds, loopback: true}\nreconcile: " << reconcile << "\n";
  Errors errors;
  config::HostFile file = config::load_host_file(folder / "florin.yaml", errors);
  if (!errors.empty()) throw std::runtime_error(errors.front().message);
  return file;
}

Paying::Paying(const StandIn& provider, Instant from, std::optional<fs::path> data, const std::string& reconcile,
               int deadline)
    : provider_(provider), tenant_(tenant_of(provider)), processor_(ProcessorId::trusted(provider.provider())) {
  auto stage = scenario::Stage::open(host_file(provider, config_.path(), reconcile, deadline), std::move(data),
                                     std::nullopt, from);
  if (!stage) throw std::runtime_error(stage.error().code + ": " + stage.error().message);
  stage_ = std::move(*stage);
}

std::string Paying::ask(const std::string& role, const std::string& command, const std::string& account) {
  Errors errors;
  const auto read = config::command_of_json(command, errors);
  if (!read) throw std::runtime_error(command + ": " + errors.front().message);
  const auto answers = stage_->send({{.tenant = tenant_,
                                      .account = AccountId::trusted(account),
                                      .actor = {role, ""},
                                      .key = engine::provider_key(account + " " + command),
                                      .asked_at = std::nullopt,
                                      .command = *read}});
  if (!answers.front()) throw std::runtime_error(command + ": " + answers.front().error().message);
  const auto& refusal = answers.front()->entry->refusal;
  return refusal ? refusal->code : std::string();
}

void Paying::to(Instant at) {
  const Instant begin = now();
  while (now() < at) {
    const Duration gone = now() - begin;
    const Duration step = gone < minutes(30) ? minutes(1) : gone < hours(3) ? minutes(10) : hours(6);
    const Instant next = std::min(at, now() + step);
    // Where the host does nothing before, nobody looks at the provider's clock.
    if (next == at || next_event() <= next) provider_.clock_to(next);
    stage_->run_until(next);
  }
}

Instant Paying::next_event() {
  engine::Engine& engine = assembly().engine();
  Instant next = engine.next_outside ? engine.next_outside() : Instant{INT64_MAX};
  (void)!engine.read([&](const engine::Shard& shard) { next = std::min(next, shard.next_event()); });
  return next;
}

void Paying::deliver(const std::function<void(std::vector<WebhookMessage>&)>& mix) {
  provider_.clock_to(now());
  std::vector<WebhookMessage> all = provider_.webhooks(now());
  if (mix) mix(all);
  for (const WebhookMessage& message : all)
    // What nobody could be asked about is answered so that it comes again, as the rest of them does here.
    if (const auto taken = take(message); !taken && taken.error().code != "provider_not_reached")
      throw std::runtime_error("webhook: " + taken.error().code + ": " + taken.error().message);
}

const Account& Paying::account(const std::string& id) {
  const Account* found = nullptr;
  (void)!assembly().engine().read(
      [&](const engine::Shard& shard) { found = shard.account(tenant_, AccountId::trusted(id)); });
  if (found == nullptr) throw std::runtime_error("there is no account " + id);
  return *found;
}

std::string Paying::opened(const std::string& action) {
  auto open = engine::open_action(assembly().store(), tenant_, AccountId::trusted("acme"), action);
  return open ? *std::move(open) : std::string();
}

StandIn::Sums Paying::ours() {
  StandIn::Sums sums;
  (void)!assembly().engine().read([&](const engine::Shard& shard) {
    for (const AccountId& id : shard.accounts(tenant_)) {
      const Account& account = *shard.account(tenant_, id);
      for (const Order& order : account.orders)
        for (const Attempt& attempt : order.attempts)
          if (attempt.state == AttemptState::captured) {
            sums.captured += attempt.amount.minor();
            ++sums.captures;
          }
      for (const Refund& refund : account.refunds)
        if (refund.state == AttemptState::captured) sums.refunded += refund.amount.minor();
    }
  });
  return sums;
}

Result<WebhookAnswer> Paying::take(const WebhookMessage& message) {
  return take_webhook(assembly().engine(), assembly().store(), assembly().plugins(), tenant_, processor_, message);
}

Result<ReconcileReport> Paying::reconciled(Instant from, Instant until) {
  return reconcile(assembly().engine(), assembly().plugins(), tenant_, processor_, from, until);
}

boost::json::object Paying::waits() {
  const auto states = assembly().daily_reconciliation().states();
  const auto open = answers::open_payments(assembly().engine(), states, tenant_);
  if (!open) throw std::runtime_error(open.error().message);
  return boost::json::parse(answers::as_json(*open)).as_object();
}

std::string Paying::discrepancies() {
  std::string text;
  const StandIn::Sums here = ours(), there = provider_.sums();
  if (here != there)
    text += "ours " + std::to_string(here.captured) + " in " + std::to_string(here.captures) + ", back " +
            std::to_string(here.refunded) + "; theirs " + std::to_string(there.captured) + " in " +
            std::to_string(there.captures) + ", back " + std::to_string(there.refunded) + "\n";
  (void)!assembly().engine().read([&](const engine::Shard& shard) {
    for (const AccountId& id : shard.accounts(tenant_)) {
      const Account& account = *shard.account(tenant_, id);
      for (const Order& order : account.orders) {
        std::int64_t kept = 0;
        for (const Attempt& attempt : order.attempts) {
          if (attempt.cancelling()) text += "order " + std::to_string(order.id.value) + " is still being cancelled\n";
          if (attempt.open()) text += "order " + std::to_string(order.id.value) + " has an open attempt\n";
          if (attempt.state == AttemptState::captured) kept += attempt.amount.minor();
        }
        for (const Refund& refund : account.refunds)
          if (refund.order == order.id && refund.attempt != 0) kept -= refund.amount.minor();
        if (kept > order.total.minor()) text += "order " + std::to_string(order.id.value) + " was paid twice\n";
      }
    }
  });
  if (!text.empty()) text += boost::json::serialize(waits()) + "\n";
  return text;
}

}  // namespace florin::test
