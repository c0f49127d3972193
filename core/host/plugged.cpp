#include "host/plugged.hpp"

#include <algorithm>

#include "engine/operate/operate.hpp"

namespace florin {

namespace {

/// A sandbox's secrets are made up: it is no network service, and nothing of it is worth keeping.
constexpr const char* sandbox_api_key = "sandbox-key";
constexpr const char* sandbox_webhook_secret = "sandbox-webhook";

std::optional<std::string> sandbox_secret(std::string_view name) {
  if (name == "sandbox.api_key") return sandbox_api_key;
  if (name == "sandbox.webhook") return sandbox_webhook_secret;
  return std::nullopt;
}

bool is_sandbox(const Manifest& manifest) {
  return !manifest.endpoints.empty() &&
         std::ranges::all_of(manifest.endpoints, [](const auto& endpoint) { return endpoint.second == "sandbox:"; });
}

Errors placed(Errors errors, const std::string& block, const RuleAt& at) {
  for (Error& error : errors) {
    error.at.path = block + error.at.path;
    error.at.file = at.file;
    error.at.line = at.line;
  }
  return errors;
}

Operation operation_of(const engine::Effect& effect) {
  Operation operation;
  switch (effect.kind) {
    case engine::Effect::Kind::charge: operation.kind = OperationKind::charge; break;
    case engine::Effect::Kind::status: operation.kind = OperationKind::status; break;
    case engine::Effect::Kind::refund: operation.kind = OperationKind::refund; break;
  }
  operation.off_session = !effect.customer_present;
  operation.sent_before = effect.asked > 0;
  operation.decided_at = effect.decided_at;
  operation.started_at = effect.decided_at;
  operation.key = effect.key;
  operation.payment_key = effect.payment_key;
  operation.amount = effect.amount;
  operation.method = effect.method.text();
  operation.method_ref = effect.token;
  operation.customer_key = effect.tenant.text() + "/" + effect.account.text();
  operation.ref = effect.ref;
  return operation;
}

/// For a processor that asks nothing of the network, such as a bank whose statements are read.
class NoTransport : public Transport {
 public:
  WireReply send(const WireRequest&, Instant) override {
    WireReply nothing;
    nothing.arrived = Arrival::never_left;
    return nothing;
  }
};

/// When to ask next by the method's own schedule, which counts from the start of the payment.
Duration next_poll(const MethodFacts& facts, Duration since_start) {
  for (const Duration poll : facts.polls)
    if (since_start < poll) return poll - since_start;
  return {};
}

}  // namespace

Errors Plugged::plug_in(const Catalog& catalog) {
  Errors problems;
  const auto note = [&](Errors errors, const std::string& block, const RuleAt& at) {
    std::ranges::move(placed(std::move(errors), block, at), std::back_inserter(problems));
  };
  auto made = std::make_shared<Tenant>();
  const std::string id = catalog.tenant.text();
  auto policy = library_.credit_policy(catalog.policy_plugin, {id, catalog.policy_config});
  if (!policy) note(policy.error(), "/credit_policy", catalog.policy_at);
  std::optional<TaxPlugin> tax;
  if (catalog.tax) {
    auto instance = library_.tax(catalog.tax->plugin, {id, catalog.tax->config});
    if (instance)
      tax = std::move(*instance);
    else
      note(instance.error(), "/tax", catalog.tax->at);
  }
  for (const Method& method : catalog.methods) {
    auto instance = library_.method(method.plugin, {id, method.config});
    if (instance)
      made->methods.emplace(method.id.text(), std::make_shared<const MethodPlugin>(std::move(*instance)));
    else
      note(instance.error(), "/payments/methods/" + method.id.text(), method.at);
  }
  for (const Processor& processor : catalog.processors) {
    const std::string block = "/payments/processors/" + processor.id.text();
    auto instance = library_.processor(processor.plugin, {id, processor.config});
    if (!instance) {
      note(instance.error(), block, processor.at);
      continue;
    }
    if (instance->manifest().endpoints.empty()) {
      made->processors.emplace(processor.id.text(),
                               Processing{std::make_shared<const ProcessorPlugin>(std::move(*instance)), nullptr});
      continue;
    }
    if (!is_sandbox(instance->manifest())) {
      note({{.code = "no_transport",
             .message = "this release reaches the sandbox only; processors of the network come with the next"}},
           block, processor.at);
      continue;
    }
    Processing processing;
    SandboxSettings settings{sandbox_api_key, sandbox_webhook_secret, {}};
    if (books_) settings.book = *books_ / ("sandbox-" + id + "-" + processor.id.text() + ".book");
    const std::lock_guard lock(mutex_);
    const auto before = tenants_.find(id);
    if (before != tenants_.end() && before->second->processors.contains(processor.id.text())) {
      processing.sandbox = before->second->processors.at(processor.id.text()).sandbox;
    } else {
      auto sandbox = SandboxProvider::open(std::move(settings));
      if (!sandbox) {
        note({sandbox.error()}, block, processor.at);
        continue;
      }
      processing.sandbox = std::move(*sandbox);
    }
    processing.plugin = std::make_shared<const ProcessorPlugin>(std::move(*instance));
    made->processors.emplace(processor.id.text(), std::move(processing));
  }
  if (!problems.empty()) return problems;
  const std::lock_guard lock(mutex_);
  auto& held = tenants_[id];
  if (held) {
    made->policies = held->policies;
    made->taxes = held->taxes;
    made->processors.insert(held->processors.begin(), held->processors.end());
  }
  made->policies.insert_or_assign(catalog.version, std::make_shared<const CreditPolicy>(std::move(*policy)));
  if (tax) made->taxes.insert_or_assign(catalog.version, std::make_shared<const TaxPlugin>(std::move(*tax)));
  held = std::move(made);
  return {};
}

std::shared_ptr<const Plugged::Tenant> Plugged::tenant(const TenantId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = tenants_.find(id.text());
  return found == tenants_.end() ? nullptr : found->second;
}

namespace {

template <class T>
Result<Answer> either(Result<T> answer) {
  if (!answer) return answer.error();
  return Answer(*std::move(answer));
}

}  // namespace

Result<Answer> Plugged::answer(const TenantId& id, std::uint32_t catalog, const Question& question) {
  const auto held = tenant(id);
  if (const auto* moment = std::get_if<Moment>(&question); moment != nullptr) {
    if (held != nullptr && held->policies.contains(catalog)) return either(held->policies.at(catalog)->decide(*moment));
    return Error{.code = "missing_plugin", .message = "the credit policy of '" + id.text() + "' is not loaded"};
  }
  if (held != nullptr && held->taxes.contains(catalog))
    return either(held->taxes.at(catalog)->taxes(std::get<Sale>(question)));
  return Error{.code = "missing_plugin", .message = "the tax plugin of '" + id.text() + "' is not loaded"};
}

Said Plugged::perform(const engine::Effect& effect, Instant now) {
  const auto held = tenant(effect.tenant);
  const auto found =
      held == nullptr ? decltype(held->processors.begin()){} : held->processors.find(effect.processor.text());
  if (held == nullptr || found == held->processors.end()) {
    // A processor that the YAML no longer has: what left before is unknown; nothing leaves now.
    Said said;
    said.text = "processor '" + effect.processor.text() + "' is not loaded";
    return said;
  }
  Said said = performed(found->second, effect, now);
  const bool waits = said.state == AttemptState::pending || said.state == AttemptState::needs_action;
  const auto method = held->methods.find(effect.method.text());
  if (waits && said.ask_after.us == 0 && method != held->methods.end())
    said.ask_after = next_poll(method->second->facts(), now - effect.decided_at);
  return said;
}

Said Plugged::performed(const Processing& processing, const engine::Effect& effect, Instant now) const {
  NoTransport nowhere;
  Transport& transport = processing.sandbox ? static_cast<Transport&>(*processing.sandbox) : nowhere;
  return operate(*processing.plugin, operation_of(effect), transport, &sandbox_secret, now);
}

std::shared_ptr<const MethodPlugin> Plugged::method(const TenantId& id, const MethodId& wanted) const {
  const auto held = tenant(id);
  if (held == nullptr) return nullptr;
  const auto found = held->methods.find(wanted.text());
  return found == held->methods.end() ? nullptr : found->second;
}

Result<std::vector<WebhookClaim>> Plugged::webhook(const TenantId& id, const ProcessorId& processor,
                                                   const WebhookMessage& message) const {
  const auto held = tenant(id);
  if (held == nullptr || !held->processors.contains(processor.text()))
    return Error{.code = "no_such_processor", .message = "there is no processor '" + processor.text() + "'"};
  return held->processors.at(processor.text()).plugin->webhook(message, &sandbox_secret);
}

SandboxProvider* Plugged::sandbox(const TenantId& id, const ProcessorId& processor) const {
  const auto held = tenant(id);
  if (held == nullptr) return nullptr;
  const auto found = held->processors.find(processor.text());
  return found == held->processors.end() ? nullptr : found->second.sandbox.get();
}

std::vector<Plugged::Sandbox> Plugged::sandboxes() const {
  const std::lock_guard lock(mutex_);
  std::vector<Sandbox> all;
  for (const auto& [id, held] : tenants_)
    for (const auto& [processor, processing] : held->processors) {
      if (!processing.sandbox) continue;
      all.push_back({TenantId::trusted(id), ProcessorId::trusted(processor), processing.sandbox.get()});
    }
  return all;
}

}  // namespace florin
