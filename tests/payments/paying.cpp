#include "paying.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include "config/command.hpp"
#include "config/host_file.hpp"
#include "engine/provider_key.hpp"
#include "host/payments.hpp"

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

/// The shipped tenant, but for its processor.
std::string tenant_text(const std::string& name, const StandIn& provider) {
  const std::string processor = provider.provider(), host = provider.host();
  std::string text = text_of(fs::path(FLORIN_CONFIG) / "tenants" / (name + ".yaml"));
  const std::string own = processor == "razorpay" ? ", key_id: rzp_test_standin, mandate_limit: 1500000" : "";
  replace(text, "sandbox: {plugin: sandbox}",
          processor + ": {plugin: " + processor + own + ", hosts: [\"" + host + "\"], endpoints: {api: \"http://" +
              host + "\"}, secrets: {" + processor + ".api_key: \"env:STANDIN_API_KEY\", " + processor +
              ".webhook: \"env:STANDIN_WEBHOOK\"}}");
  replace(text, "through: [sandbox]", "through: [" + processor + "]");
  if (processor == "razorpay") replace(text, "through: [sandbox, second]", "through: [razorpay]");
  if (processor == "razorpay")
    replace(text, "plugin: wire\n      through: [bank]", "plugin: wire\n      through: [razorpay, bank]");
  return text;
}

}  // namespace

TenantId tenant_of(const StandIn& provider) {
  return TenantId::trusted(provider.provider() == "stripe" ? "callloop" : "exotel");
}

config::HostFile host_file(const StandIn& provider, const fs::path& folder, const std::string& reconcile,
                           int deadline) {
  const bool stripe = provider.provider() == "stripe";
  ::setenv("STANDIN_API_KEY", stripe ? "sk_test_standin" : "standin", 1);
  ::setenv("STANDIN_WEBHOOK", stripe ? "whsec_standin" : "rzpsecret", 1);
  const std::string tenant = tenant_of(provider).text();
  fs::create_directories(folder / "tenants");
  fs::copy(fs::path(FLORIN_CONFIG) / "policies", folder / "policies");
  std::ofstream(folder / "tenants" / (tenant + ".yaml")) << tenant_text(tenant, provider);
  std::ofstream(folder / "florin.yaml") << "plugins: {folder: " FLORIN_PLUGINS "}\ntenants: tenants\ndata: data\n"
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
    provider_.clock_to(next);
    stage_->run_until(next);
  }
}

void Paying::deliver(const std::function<void(std::vector<WebhookMessage>&)>& mix) {
  provider_.clock_to(now());
  std::vector<WebhookMessage> all = provider_.webhooks(now());
  if (mix) mix(all);
  for (const WebhookMessage& message : all)
    if (const auto taken = take_webhook(assembly(), tenant_, processor_, message); !taken)
      throw std::runtime_error("webhook: " + taken.error().code + ": " + taken.error().message);
}

const Account& Paying::account(const std::string& id) {
  const Account* found = nullptr;
  (void)!assembly().engine().read(
      [&](const engine::Shard& shard) { found = shard.account(tenant_, AccountId::trusted(id)); });
  if (found == nullptr) throw std::runtime_error("there is no account " + id);
  return *found;
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
  if (!text.empty()) text += *payments_as_json(assembly(), tenant_) + "\n";
  return text;
}

}  // namespace florin::test
