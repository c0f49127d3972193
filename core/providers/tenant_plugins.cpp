#include "providers/tenant_plugins.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <future>
#include <iterator>

#include "config/hint.hpp"
#include "providers/exchange.hpp"
#include "transport/secrets.hpp"

namespace florin {

namespace {

/// What is under way when the host closes may take so long to be answered.
constexpr Duration closing_grace = seconds(5);

/// A sandbox's secrets are made up: it is no network service, and nothing of it is worth keeping.
constexpr const char* sandbox_api_key = "sandbox-key";
constexpr const char* sandbox_webhook_secret = "sandbox-webhook";

std::vector<std::string> sandbox_secret(std::string_view name) {
  if (name == "sandbox.api_key") return {sandbox_api_key};
  if (name == "sandbox.webhook") return {sandbox_webhook_secret};
  return {};
}

bool is_sandbox(const Manifest& manifest) {
  return !manifest.endpoints.empty() &&
         std::ranges::all_of(manifest.endpoints, [](const auto& endpoint) { return endpoint.second == "sandbox:"; });
}

/// A block in two: where its plugin runs, which the host reads, and the rest, which the plugin does.
PluginSetup setup_of(const std::string& tenant, const std::string& config) {
  PluginSetup setup{.tenant = tenant, .config_json = config};
  if (config.find("\"isolation\"") == std::string::npos) return setup;
  boost::json::object block = boost::json::parse(config).as_object();
  const auto* said = block.if_contains("isolation");
  if (said == nullptr) return setup;
  setup.isolation = said->is_string() ? std::string(said->as_string()) : boost::json::serialize(*said);
  block.erase("isolation");
  setup.config_json = boost::json::serialize(block);
  return setup;
}

/// A processor's block in two: what it may use of the operator's and where it may send it, and what its plugin reads.
struct Granted {
  std::map<std::string, std::vector<std::string>, std::less<>> secrets;  ///< by name, where each active value is found
  std::vector<std::pair<std::string, std::string>> endpoints;
  std::vector<std::string> hosts;
  std::string config;
};

/// config   as the catalog's compiler wrote it, every scalar a text
Granted granted_by(const std::string& config) {
  namespace json = boost::json;
  Granted granted;
  json::object block = json::parse(config).as_object();
  const auto each = [](const json::value& one_or_many, auto take) {
    if (const auto* list = one_or_many.if_array())
      for (const json::value& one : *list) take(std::string(one.as_string()));
    else
      take(std::string(one_or_many.as_string()));
  };
  if (const auto* secrets = block.if_contains("secrets"))
    for (const auto& member : secrets->as_object())
      each(member.value(), [&](std::string place) { granted.secrets[member.key()].push_back(std::move(place)); });
  if (const auto* endpoints = block.if_contains("endpoints"))
    for (const auto& member : endpoints->as_object())
      granted.endpoints.emplace_back(member.key(), member.value().as_string());
  if (const auto* hosts = block.if_contains("hosts"))
    each(*hosts, [&](std::string host) { granted.hosts.push_back(std::move(host)); });
  for (const char* ours : {"secrets", "endpoints", "hosts"}) block.erase(ours);
  granted.config = json::serialize(block);
  return granted;
}

/// What reads a processor's secrets when they are needed. Of several values those that are there count.
Secrets secrets_of(const Granted& granted) {
  return [found_at = granted.secrets](std::string_view name) {
    std::vector<std::string> values;
    const auto secret = found_at.find(name);
    if (secret == found_at.end()) return values;
    for (const std::string& place : secret->second)
      if (auto value = read_secret(place)) values.push_back(*std::move(value));
    return values;
  };
}

/// Whether every secret that the plugin names can be read, and none is given that it does not name.
Errors missing_secrets(const Granted& granted, const Manifest& manifest) {
  Errors problems;
  const auto add = [&](std::string code, std::string message, std::string path) {
    problems.push_back({.code = std::move(code), .message = std::move(message), .at = {}});
    problems.back().at.path = std::move(path);
  };
  std::vector<std::string_view> known;
  for (const auto& [name, endpoint] : manifest.secrets) {
    known.push_back(name);
    if (!granted.secrets.contains(name))
      add("secret_missing", "the plugin needs the secret '" + name + "': write where it is found", "/secrets");
  }
  for (const auto& [name, places] : granted.secrets) {
    const std::string path = "/secrets/" + name;
    if (!manifest.secrets.contains(name))
      add("unknown_secret", "the plugin has no secret '" + name + "'" + config::did_you_mean(name, known), path);
    for (const std::string& place : places)
      if (auto value = read_secret(place))
        wipe(*value);
      else
        add(value.error().code, value.error().message, path);
  }
  return problems;
}

Errors placed(Errors errors, const std::string& block, const RuleAt& at) {
  for (Error& error : errors) {
    error.at.path = block + error.at.path;
    error.at.file = at.file.text();
    error.at.line = at.line;
  }
  return errors;
}

std::string customer_key(const TenantId& tenant, const AccountId& account) {
  return tenant.text() + "/" + account.text();
}

Operation operation_of(const engine::Effect& effect) {
  Operation operation;
  switch (effect.kind) {
    case engine::Effect::Kind::charge: operation.kind = OperationKind::charge; break;
    case engine::Effect::Kind::status: operation.kind = OperationKind::status; break;
    case engine::Effect::Kind::refund: operation.kind = OperationKind::refund; break;
    case engine::Effect::Kind::cancel: operation.kind = OperationKind::cancel; break;
    case engine::Effect::Kind::capture: operation.kind = OperationKind::capture; break;
    case engine::Effect::Kind::save_method: operation.kind = OperationKind::save_method; break;
    case engine::Effect::Kind::saving_status: operation.kind = OperationKind::status; break;
    case engine::Effect::Kind::confirm: operation.kind = OperationKind::confirm; break;
  }
  const bool confirms = operation.kind == OperationKind::confirm;
  operation.of_method = effect.kind == engine::Effect::Kind::saving_status || (confirms && bool(effect.saving));
  operation.may_keep = operation.kind == OperationKind::charge && effect.keeps_method;
  operation.off_session = !effect.customer_present;
  operation.sent_before = effect.asked > 0 || effect.in_doubt;
  operation.in_doubt = effect.in_doubt;
  operation.begun_at = effect.begun_at;
  operation.sent_at = effect.sent_at;
  operation.decided_at = effect.decided_at;
  operation.started_at = effect.decided_at;
  operation.key = effect.key;
  operation.payment_key = effect.payment_key;
  operation.amount = effect.amount;
  operation.method = effect.method.text();
  operation.method_ref = effect.token;
  if (!effect.brand.empty()) operation.details = {{"brand", effect.brand}};
  operation.customer_key = customer_key(effect.tenant, effect.account);
  operation.description = effect.description;
  operation.ref = effect.ref;
  operation.send_before = effect.send_before;
  return operation;
}

/// What became of the payment, in place of what its processor does not do.
Operation asked_after(Operation operation) {
  operation.kind = OperationKind::status;
  operation.key = operation.payment_key;
  operation.in_doubt = false;
  return operation;
}

/// Where a provider's page sends the customer back to. It names the order, for the page that they come to; nothing of
/// it is believed.
std::string return_url(const std::string& base, const engine::Effect& effect) {
  std::string url = base + "/return/" + effect.tenant.text();
  if (effect.kind == engine::Effect::Kind::charge) url += "?order=" + std::to_string(effect.order.value);
  return url;
}

/// What the sandbox is made of that plays a processor: every method that the processor takes.
std::string played_by_sandbox(const ProcessorFacts& facts) {
  boost::json::array plays;
  for (const ProcessorOffer& offer : facts.offers)
    if (offer.method != "card" && offer.method != "upi" && offer.method != "netbanking")
      plays.emplace_back(offer.method);
  return boost::json::serialize(boost::json::object{{"plays", std::move(plays)}});
}

/// What is said of an operation that the processor's plugin does not have; none: the operation itself says it.
std::optional<ProviderReport> not_offered(OperationKind kind) {
  ProviderReport said;
  if (kind == OperationKind::cancel) {
    said.decline_code = cancel_not_offered;
    return said;
  }
  if (kind != OperationKind::save_method) return std::nullopt;
  said.state = AttemptState::not_sent;
  said.decline = DeclineKind::misconfigured;
  said.decline_code = "saving_not_offered";
  return said;
}

std::string list_of(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? std::string() : std::string(between)) + word;
  return text;
}

/// Nothing was sent, this time: what went out under the key before may have acted.
ProviderReport not_known(const Manifest& manifest, const std::vector<std::string>& words,
                         const engine::Effect& effect) {
  ProviderReport said;
  said.state = effect.asked == 0 ? AttemptState::not_sent : AttemptState::unknown;
  said.decline = DeclineKind::misconfigured;
  said.decline_code = std::string(person_missing) + list_of(words, ", ");
  said.text = person_missing_text(manifest.id, words);
  return said;
}

/// For a processor that asks nothing of the network, such as a bank whose statements are read.
class NoTransport : public Transport {
 public:
  void send(WireRequest, Instant, Done done) override {
    WireReply nothing;
    nothing.arrived = Arrival::never_left;
    done(std::move(nothing));
  }
};

/// When to ask next by the method's own schedule, which counts from the start of the payment.
Duration next_poll(const MethodFacts& facts, Duration since_start) {
  for (const Duration poll : facts.polls)
    if (since_start < poll) return poll - since_start;
  return {};
}

}  // namespace

std::vector<std::string> missing_of(const std::vector<std::string>& wanted, const std::vector<Word>& person) {
  std::vector<std::string> missing;
  for (const std::string& name : wanted) {
    const auto word = std::ranges::find(person, name, &Word::name);
    if (word == person.end() || word->value.empty()) missing.push_back(name);
  }
  return missing;
}

std::string person_missing_text(const std::string& plugin, const std::vector<std::string>& words) {
  std::string set;
  for (const std::string& word : words) set += (set.empty() ? "\"" : ", \"") + word + "\": …";
  const bool email = std::ranges::find(words, "email") != words.end();
  return "'" + plugin + "' must know the customer's " + list_of(words, " and ") +
         ": give it with set_billing {\"person\": {" + set + "}}" + (email ? ", an email as staff" : "");
}

Errors TenantPlugins::plug_in(const Catalog& catalog) {
  Errors problems;
  const auto note = [&](Errors errors, const std::string& block, const RuleAt& at) {
    std::ranges::move(placed(std::move(errors), block, at), std::back_inserter(problems));
  };
  auto made = std::make_shared<Tenant>();
  const std::string id = catalog.tenant.text();
  auto policy = library_.credit_policy(catalog.policy_plugin, setup_of(id, catalog.policy_config));
  if (!policy) note(policy.error(), "/credit_policy", catalog.policy_at);
  if (policy) {
    std::vector<CreditType> types;
    for (const CreditTypeRule& rule : catalog.credits) types.push_back(rule.id);
    policy->knows(std::move(types));
  }
  std::optional<TaxPlugin> tax;
  if (catalog.tax) {
    auto instance = library_.tax(catalog.tax->plugin, setup_of(id, catalog.tax->config));
    if (instance)
      tax = std::move(*instance);
    else
      note(instance.error(), "/tax", catalog.tax->at);
  }
  for (const Method& method : catalog.methods) {
    auto instance = library_.method(method.plugin, setup_of(id, method.config));
    if (instance)
      made->methods.emplace(method.id.text(), std::make_shared<const MethodPlugin>(std::move(*instance)));
    else
      note(instance.error(), "/payments/methods/" + method.id.text(), method.at);
  }
  for (const Processor& processor : catalog.processors) {
    Processing processing;
    Errors unfit = plug_in(processor, id, processing);
    if (unfit.empty())
      made->processors.emplace(processor.id.text(), std::move(processing));
    else
      note(std::move(unfit), "/payments/processors/" + processor.id.text(), processor.at);
  }
  for (const Method& method : catalog.methods)
    note(unfit_for_money(catalog, method, *made), "/payments/methods/" + method.id.text(), method.at);
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

namespace {

/// Every amount that the file itself names as a price, each once.
std::vector<Money> prices_of(const Catalog& catalog) {
  std::vector<Money> prices;
  const auto add = [&](Money price) {
    const bool readable = catalog.currency && price.currency() == catalog.currency;
    if (readable && price.minor() > 0 && std::ranges::find(prices, price) == prices.end()) prices.push_back(price);
  };
  for (const Plan& plan : catalog.plans)
    for (const CycleRule& cycle : plan.cycles) add(cycle.price);
  for (const AddOn& add_on : catalog.add_ons)
    for (const AddOn::Price& price : add_on.prices) add(price.price);
  add(catalog.minimum_charge);
  return prices;
}

/// Why the plugin would send no charge of this amount; empty: it would. Nothing is sent.
std::string refuses(const ProcessorPlugin& plugin, const Method& method, Money amount) {
  const Operation charge{.kind = OperationKind::charge,
                         .off_session = true,
                         .key = "0000000000000000000000000",
                         .payment_key = "0000000000000000000000000",
                         .amount = amount,
                         .method = method.id.text(),
                         .method_ref = "none",
                         .customer_key = "none/none"};
  const auto step = plugin.step(charge, {});
  if (!step && step.error().code == "not_offered")
    return "it does not take " + std::string(amount.currency().code()) + " by this method";
  if (!step) return {};
  const bool misfit = step->done && step->done->state == AttemptState::not_sent &&
                      step->done->decline == DeclineKind::misconfigured && !step->done->text.empty();
  return misfit ? step->done->text : std::string();
}

/// The countries that the YAML offers the method to, by its condition; none: everywhere.
std::vector<std::string> countries_of(const Method& method) {
  for (const Need& need : method.offered_to)
    if (need.word == "billing_country") return need.any_of;
  return {};
}

}  // namespace

/// Whether a method and its processors take the tenant's currency, its prices and its countries: what would otherwise
/// fail at each charge.
Errors TenantPlugins::unfit_for_money(const Catalog& catalog, const Method& method, const Tenant& made) {
  Errors problems;
  const auto add = [&](std::string message) {
    problems.push_back({.code = "cannot_be_charged", .message = std::move(message), .at = {}});
  };
  const std::vector<Money> prices = prices_of(catalog);
  const auto kind = made.methods.find(method.id.text());
  if (kind != made.methods.end() && !prices.empty()) {
    const auto verdict =
        kind->second->offered({.amount = prices.front(), .country = {}, .plan = {}, .cycle = {}, .brand = {}});
    if (verdict && !verdict->allowed && verdict->rule == "currency")
      add("the tenant's currency is " + std::string(catalog.currency.code()) + ": " + verdict->text);
  }
  for (const ProcessorId& through : method.through) {
    const auto processing = made.processors.find(through.text());
    if (processing == made.processors.end() || processing->second.named == nullptr) continue;
    const ProcessorPlugin& plugin = *processing->second.named;
    if (!plugin.facts().offers_it(OperationKind::charge, method.id.text(), {})) {
      std::vector<std::string> taken;
      for (const ProcessorOffer& offer : plugin.facts().offers) taken.push_back(offer.method);
      add("'" + through.text() + "' charges nothing by '" + method.id.text() + "': it takes " + list_of(taken, ", "));
      continue;
    }
    for (const Money price : prices)
      if (const std::string why = refuses(plugin, method, price); !why.empty()) {
        add("'" + through.text() + "' takes no " + price.text() + " by '" + method.id.text() + "': " + why);
        break;
      }
    const std::vector<std::string> countries = countries_of(method);
    for (const ProcessorOffer& offer : plugin.facts().offers) {
      if (offer.method != method.id.text() || offer.regions.empty()) continue;
      for (const std::string& country : countries)
        if (std::ranges::find(offer.regions, country) == offer.regions.end())
          add("'" + through.text() + "' takes no '" + method.id.text() + "' in " + country);
    }
  }
  return problems;
}

Errors TenantPlugins::plug_in(const Processor& processor, const std::string& tenant, Processing& made) {
  auto instance = library_.processor(processor.plugin, setup_of(tenant, granted_by(processor.config).config));
  if (!instance) return instance.error();
  made.named = made.plugin = std::make_shared<const ProcessorPlugin>(std::move(*instance));
  if (made.plugin->manifest().endpoints.empty()) {
    made.way = std::make_shared<NoTransport>();
    made.secrets = [](std::string_view) { return std::vector<std::string>(); };
    return {};
  }
  if (is_sandbox(made.plugin->manifest())) return play(processor, tenant, made);
  if (!options_.payments_in_sandbox) return reach(processor, made);
  auto sandbox = library_.processor("sandbox", {tenant, played_by_sandbox(made.plugin->facts())});
  if (!sandbox) return sandbox.error();
  made.plugin = std::make_shared<const ProcessorPlugin>(std::move(*sandbox));
  return play(processor, tenant, made);
}

/// The other side is inside this host. It outlives a change of the catalog.
Errors TenantPlugins::play(const Processor& processor, const std::string& tenant, Processing& made) {
  const std::lock_guard lock(mutex_);
  const auto before = tenants_.find(tenant);
  if (before != tenants_.end())
    if (const auto same = before->second->processors.find(processor.id.text());
        same != before->second->processors.end())
      made.sandbox = same->second.sandbox;
  if (!made.sandbox) {
    SandboxSettings settings{sandbox_api_key, sandbox_webhook_secret, {}};
    if (options_.books) settings.book = *options_.books / ("sandbox-" + tenant + "-" + processor.id.text() + ".book");
    auto sandbox = SandboxProvider::open(std::move(settings));
    if (!sandbox) return {sandbox.error()};
    made.sandbox = std::move(*sandbox);
  }
  made.way = made.sandbox;
  made.secrets = &sandbox_secret;
  return {};
}

/// The other side is a provider: every endpoint has an address that both the plugin and the operator name.
Errors TenantPlugins::reach(const Processor& processor, Processing& made) {
  const Manifest& manifest = made.plugin->manifest();
  const Granted grants = granted_by(processor.config);
  Errors problems = missing_secrets(grants, manifest);
  std::map<std::string, std::string> addresses = manifest.endpoints;
  std::vector<std::string_view> known;
  for (const auto& [name, address] : addresses) known.push_back(name);
  for (const auto& [endpoint, its_address] : grants.endpoints) {
    const auto found = addresses.find(endpoint);
    if (found != addresses.end()) {
      found->second = its_address;
      continue;
    }
    problems.push_back(
        {.code = "unknown_endpoint",
         .message = "the plugin has no endpoint '" + endpoint + "'" + config::did_you_mean(endpoint, known),
         .at = {}});
    problems.back().at.path = "/endpoints/" + endpoint;
  }
  for (auto& [name, address] : addresses) {
    auto granted = granted_address(address, grants.hosts, options_.egress);
    if (granted) {
      address = *std::move(granted);
      continue;
    }
    problems.push_back(granted.error());
    problems.back().at.path = granted.error().code == "host_not_granted" ? "/hosts" : "/endpoints/" + name;
  }
  if (!problems.empty()) return problems;
  const std::lock_guard lock(mutex_);
  if (!network_) {
    keep_memory_private();
    auto network = Network::open(options_.egress);
    if (!network) return {network.error()};
    network_ = std::move(*network);
  }
  made.way = network_->to(std::move(addresses));
  made.secrets = secrets_of(grants);
  return {};
}

std::shared_ptr<const TenantPlugins::Tenant> TenantPlugins::tenant(const TenantId& id) const {
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

Result<Answer> TenantPlugins::answer(const TenantId& id, std::uint32_t catalog, const Question& question) {
  const auto held = tenant(id);
  if (const auto* moment = std::get_if<Moment>(&question); moment != nullptr) {
    if (held != nullptr && held->policies.contains(catalog)) return either(held->policies.at(catalog)->decide(*moment));
    return Error{.code = "missing_plugin", .message = "the credit policy of '" + id.text() + "' is not loaded"};
  }
  if (held != nullptr && held->taxes.contains(catalog))
    return either(held->taxes.at(catalog)->taxes(std::get<Sale>(question)));
  return Error{.code = "missing_plugin", .message = "the tax plugin of '" + id.text() + "' is not loaded"};
}

void TenantPlugins::perform(const engine::Effect& effect, Instant now, Done done) {
  const auto held = tenant(effect.tenant);
  if (held == nullptr || !held->processors.contains(effect.processor.text())) {
    // A processor that the YAML no longer has: what left before is unknown; nothing leaves now.
    ProviderReport said;
    said.text = "processor '" + effect.processor.text() + "' is not loaded";
    return done(std::move(said));
  }
  const Processing& processing = held->processors.at(effect.processor.text());
  Operation operation = operation_of(effect);
  if (!processing.plugin->facts().offers_it(operation.kind, operation.method, operation.amount.currency())) {
    // What is held is captured by the processor itself then, or lapses.
    if (operation.kind == OperationKind::capture || operation.kind == OperationKind::confirm)
      operation = asked_after(std::move(operation));
    if (auto said = not_offered(operation.kind)) return done(*std::move(said));
  }
  const bool of_person = operation.kind == OperationKind::charge || operation.kind == OperationKind::save_method;
  if (const Manifest& manifest = processing.plugin->manifest(); of_person && !manifest.person.empty()) {
    const auto person = options_.persons(effect.tenant, effect.account, effect.person_at);
    if (!person && person.error().code != "erased" && person.error().code != "no_such_account") {
      ProviderReport said;  // the store does not answer: nothing left, and what left before stays as it is
      said.state = effect.asked == 0 ? AttemptState::not_sent : AttemptState::unknown;
      said.text = person.error().message;
      return done(std::move(said));
    }
    const std::vector<Word> known = person ? *person : std::vector<Word>();
    if (const auto missing = missing_of(manifest.person, known); !missing.empty())
      return done(not_known(manifest, missing, effect));
    for (const std::string& name : manifest.person)
      operation.person.emplace_back(name, std::ranges::find(known, name, &Word::name)->value);
  }
  if (const auto opened = unseal(effect, processing.plugin->manifest().browser, operation); !opened) {
    ProviderReport said;
    const bool sent = effect.asked > 0 || operation.kind == OperationKind::confirm;
    said.state = sent ? AttemptState::unknown : AttemptState::not_sent;
    said.text = opened.error().message;
    return done(std::move(said));
  }
  if (of_person && !options_.base_url.empty()) operation.return_url = return_url(options_.base_url, effect);
  // `held` keeps what this stands on until it is done, whatever catalog is applied meanwhile.
  const std::shared_ptr<Transport> way = traces_.along(processing.way, customer_key(effect.tenant, effect.account));
  operate(*processing.plugin, std::move(operation), *way, processing.secrets, now,
          [held, way, effect, now, done = std::move(done)](ProviderReport said) mutable {
            const bool waits = said.state == AttemptState::pending || said.state == AttemptState::needs_action;
            const auto method = held->methods.find(effect.method.text());
            if (waits && said.ask_after.us == 0 && method != held->methods.end())
              said.ask_after = next_poll(method->second->facts(), now - effect.decided_at);
            done(std::move(said));
          });
}

/// What the method's plugin made for the processor, and what the customer answered: sealed in the journal, open only
/// here. What was erased is not there any more.
Status TenantPlugins::unseal(const engine::Effect& effect, bool with_browser, Operation& operation) const {
  const auto open = [&](std::uint64_t entry, std::vector<std::pair<std::string, std::string>>& into) -> Status {
    const auto words = options_.sealed(effect.tenant, effect.account, entry);
    if (!words && words.error().code != "erased") return words.error();
    if (words)
      for (const Word& word : *words) into.emplace_back(word.name, word.value);
    return florin::Done{};
  };
  const bool charges = operation.kind == OperationKind::charge || operation.kind == OperationKind::save_method;
  if (charges && effect.details_at)
    if (const auto opened = open(*effect.details_at, operation.details); !opened) return opened;
  if (charges && with_browser && !effect.browser.empty()) {
    auto browser = options_.browsers(effect.tenant, effect.account, effect.browser);
    if (!browser && browser.error().code != "action_ended") return browser.error();
    if (browser) operation.browser = *std::move(browser);
  }
  if (operation.kind == OperationKind::confirm && effect.answer_at) return open(*effect.answer_at, operation.answer);
  return florin::Done{};
}

bool TenantPlugins::hears_answers(const TenantId& id) const {
  const auto held = tenant(id);
  return held != nullptr && std::ranges::any_of(held->processors, [](const auto& one) {
           return one.second.plugin->facts().offers_it(OperationKind::confirm, "", {});
         });
}

bool TenantPlugins::asks_for_browsers(const TenantId& id) const {
  const auto held = tenant(id);
  return held != nullptr &&
         std::ranges::any_of(held->processors, [](const auto& one) { return one.second.plugin->manifest().browser; });
}

void TenantPlugins::follow(const TenantId& tenant, const AccountId& account, const std::string& trace) {
  traces_.follow(customer_key(tenant, account), trace);
}

void TenantPlugins::finish() {
  const std::lock_guard lock(mutex_);
  if (network_) network_->finish(closing_grace);
}

std::shared_ptr<const MethodPlugin> TenantPlugins::method(const TenantId& id, const MethodId& wanted) const {
  const auto held = tenant(id);
  if (held == nullptr) return nullptr;
  const auto found = held->methods.find(wanted.text());
  return found == held->methods.end() ? nullptr : found->second;
}

MethodSituation situation_of(const Account& account, const Catalog& catalog) {
  MethodSituation situation{.amount = Money(0, catalog.currency), .country = account.billing_country};
  if (account.subscription) {
    situation.plan = account.subscription->plan.text();
    situation.cycle = account.subscription->cycle;
  }
  return situation;
}

std::string TenantPlugins::why_not_offered(const TenantId& tenant, const MethodId& wanted,
                                           const MethodSituation& situation) const {
  const auto plugin = method(tenant, wanted);
  if (plugin == nullptr) return {};
  const auto verdict = plugin->offered(situation);
  if (!verdict) return "This payment method cannot be used now.";
  if (verdict->allowed) return {};
  return verdict->text.empty() ? "This payment method is not offered here." : verdict->text;
}

namespace {
/// Names the one that was probably meant, or all that there are.
template <class Held>
Error no_such_processor(const Held* held, const ProcessorId& processor) {
  std::vector<std::string_view> known;
  if (held != nullptr)
    for (const auto& [name, processing] : held->processors) known.push_back(name);
  const std::string meant = config::did_you_mean(processor.text(), known);
  return {.code = "no_such_processor",
          .message = "there is no processor '" + processor.text() + "'" +
                     (meant.empty() && !known.empty() ? ": " + config::choice(known) : meant)};
}
}  // namespace

Result<Heard> TenantPlugins::webhook(const TenantId& id, const ProcessorId& processor,
                                     const WebhookMessage& message) const {
  const auto held = tenant(id);
  if (held == nullptr || !held->processors.contains(processor.text())) return no_such_processor(held.get(), processor);
  const Processing& processing = held->processors.at(processor.text());
  const auto asks = [&](const PlannedRequest& request) {
    return ask_provider(*processing.plugin, request, *processing.way, processing.secrets, message.received_at);
  };
  return processing.plugin->webhook(message, processing.secrets, asks);
}

std::vector<std::string> TenantPlugins::person_for(const TenantId& id, const ProcessorId& processor) const {
  const auto held = tenant(id);
  if (held == nullptr || !held->processors.contains(processor.text())) return {};
  return held->processors.at(processor.text()).plugin->manifest().person;
}

Result<std::vector<WebhookClaim>> TenantPlugins::pull(const TenantId& id, const ProcessorId& processor, Instant from,
                                                      Instant until, Instant now, const std::string& address) const {
  const auto held = tenant(id);
  if (held == nullptr || !held->processors.contains(processor.text())) return no_such_processor(held.get(), processor);
  const Processing& processing = held->processors.at(processor.text());
  if (!processing.plugin->facts().offers_it(OperationKind::pull, address.empty() ? "" : "wire", {}))
    return Error{.code = "no_books", .message = "the plugin of '" + processor.text() + "' reads no books"};
  std::vector<WebhookClaim> all;
  Operation operation{.kind = OperationKind::pull, .decided_at = now, .ref = address, .from = from, .until = until};
  if (!address.empty()) operation.method = "wire";
  constexpr int most_pages = 1000;
  for (int pages = 0; pages < most_pages; ++pages) {
    const auto said = std::make_shared<std::promise<Pulled>>();
    florin::pull(*processing.plugin, operation, *processing.way, processing.secrets, now,
                 [said](Pulled pulled) { said->set_value(std::move(pulled)); });
    Pulled pulled = said->get_future().get();
    if (!pulled.problem.empty())
      return Error{.code = "pull_failed",
                   .message = "the records of '" + processor.text() + "' cannot be read: " + pulled.problem +
                              "; nothing was compared"};
    std::ranges::move(pulled.page, std::back_inserter(all));
    if (pulled.cursor.empty()) return all;
    operation.cursor = pulled.cursor;
  }
  return Error{.code = "pull_failed", .message = "the processor's books have more than 1000 pages of this time"};
}

std::vector<std::pair<TenantId, ProcessorId>> TenantPlugins::books() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<TenantId, ProcessorId>> all;
  for (const auto& [id, held] : tenants_)
    for (const auto& [name, processing] : held->processors)
      if (processing.plugin->facts().offers_it(OperationKind::pull, "", {}))
        all.emplace_back(TenantId::trusted(id), ProcessorId::trusted(name));
  return all;
}

bool TenantPlugins::play(const TenantId& id, const ProcessorId& processor, std::shared_ptr<Transport> way,
                         Secrets secrets) {
  const std::lock_guard lock(mutex_);
  const auto held = tenants_.find(id.text());
  if (held == tenants_.end()) return false;
  auto made = std::make_shared<Tenant>(*held->second);
  const auto found = made->processors.find(processor.text());
  if (found == made->processors.end() || found->second.named->manifest().endpoints.empty()) return false;
  Processing& processing = found->second;
  processing.plugin = processing.named;
  processing.sandbox = nullptr;
  processing.way = std::move(way);
  processing.secrets = std::move(secrets);
  held->second = std::move(made);
  return true;
}

std::shared_ptr<SandboxProvider> TenantPlugins::sandbox(const TenantId& id, const ProcessorId& processor) const {
  const auto held = tenant(id);
  if (held == nullptr) return nullptr;
  const auto found = held->processors.find(processor.text());
  return found == held->processors.end() ? nullptr : found->second.sandbox;
}

std::vector<TenantPlugins::Sandbox> TenantPlugins::sandboxes() const {
  const std::lock_guard lock(mutex_);
  std::vector<Sandbox> all;
  for (const auto& [id, held] : tenants_)
    for (const auto& [processor, processing] : held->processors)
      if (processing.sandbox)
        all.push_back({TenantId::trusted(id), ProcessorId::trusted(processor), processing.sandbox});
  return all;
}

}  // namespace florin
