#include "florin/host.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <span>
#include <thread>

#include "answers/account.hpp"
#include "answers/answers.hpp"
#include "answers/bank_money.hpp"
#include "answers/cases.hpp"
#include "answers/may.hpp"
#include "answers/payments.hpp"
#include "answers/quote.hpp"
#include "config/check.hpp"
#include "config/command.hpp"
#include "config/service_file.hpp"
#include "config/write_json.hpp"
#include "domain/accounts/set_aside.hpp"
#include "engine/vault.hpp"
#include "host/assembly.hpp"
#include "host/inside.hpp"
#include "host/operating.hpp"
#include "host/usage.hpp"
#include "providers/bank_statement.hpp"
#include "providers/reconcile.hpp"
#include "providers/webhook.hpp"
#include "store/postgres/address.hpp"

namespace florin {

namespace {

Outcome outcome_of(const engine::Answered& answered) {
  Outcome outcome;
  outcome.position = answered.position;
  outcome.refusal = answered.entry->refusal;
  outcome.at = answered.entry->at;
  outcome.again = answered.again;
  for (const Fact& fact : answered.entry->facts) {
    if (const auto* placed = std::get_if<OrderPlaced>(&fact)) outcome.order = placed->order->id;
    if (const auto* started = std::get_if<AttemptStarted>(&fact)) outcome.order = started->order;
    if (const auto* held = std::get_if<HoldPlaced>(&fact)) outcome.hold = held->hold;
  }
  outcome.entry = config::json_of(*answered.entry, answered.position);
  return outcome;
}

Result<Outcome> outcome_of(const Result<engine::Answered>& answered) {
  if (!answered) return answered.error();
  return outcome_of(*answered);
}

Error no_such_order(OrderId order) {
  return {.code = "no_such_order", .message = "there is no order " + std::to_string(order.value)};
}

}  // namespace

std::string etag_of(const AccountVersion& version) {
  const std::string until = version.changes_at == never ? std::string("never") : version.changes_at.text();
  return "\"" + std::to_string(version.position) + "-" + until + "\"";
}

Host::Host(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Host::Host(Host&&) noexcept = default;
Host& Host::operator=(Host&&) noexcept = default;
Host::~Host() = default;

Result<Host> Host::open(const HostOptions& options) try {
  Errors errors;
  Assembly::Options put_together;
  put_together.file = config::load_host_file(options.config, errors);
  if (!errors.empty())
    return Error{.code = errors.front().code, .message = config::text_of(errors), .at = errors.front().at};
  if (options.data ? store::is_address(*options.data) : put_together.file.postgres.has_value())
    put_together.postgres = options.data ? options.data : put_together.file.postgres;
  else if (options.data != "memory")
    put_together.data = options.data ? std::filesystem::path(*options.data) : put_together.file.data;
  put_together.virtual_from = options.virtual_from;
  put_together.stand_by = options.stand_by;
  auto assembly = Assembly::open(put_together, options.begins);
  if (!assembly) return assembly.error();
  ServiceSettings service = config::load_service_settings(options.config, errors);
  return Host(std::make_unique<Inside>(std::move(*assembly), std::move(service)));
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

const Errors& Host::problems() const { return inside_->problems; }

Result<Outcome> Host::submit(const Request& request) try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  return outcome_of(assembly->ask(request));
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

std::vector<Result<Outcome>> Host::submit(const std::vector<Request>& requests) {
  const auto assembly = inside_->open();
  if (!assembly) return {requests.size(), Result<Outcome>(closed())};
  std::vector<Result<Outcome>> outcomes(requests.size(), Result<Outcome>(Outcome()));
  std::vector<engine::Job> jobs;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto job = assembly->job_of(requests[i]);
    if (!job) {
      outcomes[i] = job.error();
      continue;
    }
    jobs.push_back(std::move(*job));
    places.push_back(i);
  }
  const auto answers = assembly->engine().submit_and_wait(std::move(jobs));
  for (std::size_t i = 0; i < answers.size(); ++i) outcomes[places[i]] = outcome_of(answers[i]);
  return outcomes;
}

void Host::submit(Request request, std::function<void(Result<Outcome>)> done) {
  const auto assembly = inside_->open();
  if (!assembly) return done(closed());
  auto job = assembly->job_of(request);
  if (!job) return done(job.error());
  job->reply = [done = std::move(done)](Result<engine::Answered> answered) { done(outcome_of(answered)); };
  assembly->engine().submit(std::move(*job));
}

Result<Taken> Host::take(UsageRequest request) try {
  std::vector<UsageRequest> one;
  one.push_back(std::move(request));
  return std::move(take(std::move(one)).front());
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

std::vector<Result<Taken>> Host::take(std::vector<UsageRequest> requests) {
  const auto assembly = inside_->open();
  if (!assembly) return {requests.size(), Result<Taken>(closed())};
  return florin::take(assembly->engine(), std::move(requests));
}

void Host::take(std::vector<UsageRequest> requests, std::function<void(std::vector<Result<Taken>>)> done) {
  const auto assembly = inside_->open();
  if (!assembly) return done({requests.size(), Result<Taken>(closed())});
  florin::take(assembly->engine(), std::move(requests), std::move(done));
}

Result<Outcome> Host::submit_json(const TenantId& tenant, const AccountId& account, const Actor& actor,
                                  std::string_view key, std::string_view command) try {
  Errors errors;
  auto read = config::command_of_json(command, errors);
  if (!read) return errors.front();
  return submit({tenant, account, actor, std::string(key), std::nullopt, std::move(*read)});
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<Check> Host::check(const TenantId& tenant, const AccountId& account, const Actor& actor, const Use& usage) const
    try {
  return inside_->on_account_at_once<Check>(
      tenant, account, [&](const TenantState& state, const Account& found, const Catalogs& catalogs, Instant now) {
        return check_usage(state, found, catalogs, actor, usage, now);
      });
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

std::vector<Result<Check>> Host::check(const std::vector<CheckRequest>& requests) const {
  const auto assembly = inside_->open();
  if (!assembly) return {requests.size(), Result<Check>(closed())};
  engine::Engine& engine = assembly->engine();
  const Instant clock = engine.now();
  std::vector<Result<Check>> checks;
  checks.reserve(requests.size());
  std::vector<engine::Shard::Whom> block;
  for (std::size_t from = 0; from < requests.size(); from += engine::Shard::block) {
    const auto some = std::span(requests).subspan(from, std::min(engine::Shard::block, requests.size() - from));
    block.clear();
    for (const CheckRequest& request : some) block.push_back({request.tenant, request.account});
    engine.expect(block);
    for (const CheckRequest& request : some)
      checks.push_back(inside_->on_account_at_once<Check>(
          *assembly, request.tenant, request.account, clock,
          [&](const TenantState& state, const Account& found, const Catalogs& catalogs, Instant now) {
            return check_usage(state, found, catalogs, request.actor, request.usage, now);
          }));
  }
  return checks;
}

Result<May> Host::may(const TenantId& tenant, const AccountId& account, const Actor& actor, std::string_view what) const
    try {
  return inside_->on_account_at_once<May>(
      tenant, account, [&](const TenantState& state, const Account& found, const Catalogs& catalogs, Instant) {
        return may_of(state, found, catalogs, actor, what);
      });
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::vector<OfferedMethod>> Host::methods(const TenantId& tenant, const AccountId& account,
                                                 const Actor& actor) const try {
  MethodSituation situation;
  auto methods = inside_->on_account<std::vector<OfferedMethod>>(
      tenant, account, [&](const TenantState& state, const Account& found, const Catalogs& catalogs) {
        situation = situation_of(found, catalogs.at(state.catalog));
        return methods_of(found, catalogs.at(state.catalog), actor);
      });
  const auto assembly = inside_->open();
  if (!methods || !assembly) return methods;
  for (OfferedMethod& method : *methods) {
    if (!method.offered) continue;
    method.why = assembly->plugins().why_not_offered(tenant, method.method, situation);
    method.offered = method.why.empty();
  }
  return methods;
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Host::account(const TenantId& tenant, const AccountId& account, Audience whom) const try {
  auto rehearsal = inside_->rehearsal(tenant, account);
  if (!rehearsal) return rehearsal.error();
  answers::Beside beside{.next = {}, .aside = set_aside_of(rehearsal->tenant(), account)};
  // Nothing is to come for one that is set aside, until its release.
  if (!beside.aside) {
    auto next = next_period(*rehearsal);
    if (!next) return next.error();
    beside.next = *std::move(next);
  }
  const Account& now = rehearsal->account();
  return inside_->with_actions(
      tenant, account,
      answers::as_json(answers::account_of(rehearsal->catalog(), now, seen_at(now, this->now()), beside, whom)));
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<AccountVersion> Host::version_of(const TenantId& tenant, const AccountId& account) const try {
  return inside_->on_account_at_once<AccountVersion>(
      tenant, account, [](const TenantState&, const Account& found, const Catalogs&, Instant) {
        return AccountVersion{found.position, found.due_at};
      });
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<OrderNow> Host::order_now(const TenantId& tenant, const AccountId& account, OrderId order) const try {
  auto now = inside_->on_account_at_once<std::optional<OrderNow>>(
      tenant, account, [&](const TenantState&, const Account& found, const Catalogs&, Instant) {
        const Order* one = found.order(order);
        return one == nullptr ? std::nullopt : std::optional(answers::now_of(found, *one));
      });
  if (!now) return now.error();
  if (!*now) return no_such_order(order);
  (*now)->json = inside_->with_actions(tenant, account, std::move((*now)->json));
  return **std::move(now);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Host::order_answer(const TenantId& tenant, const AccountId& account, OrderId order,
                                       Audience whom) const try {
  auto answer = inside_->on_account<std::optional<std::string>>(
      tenant, account, [&](const TenantState& state, const Account& found, const Catalogs& catalogs) {
        const Order* one = found.order(order);
        return one == nullptr ? std::nullopt
                              : std::optional(answers::as_json(catalogs.at(state.catalog), found, *one, whom));
      });
  if (!answer) return answer.error();
  if (!*answer) return no_such_order(order);
  return inside_->with_actions(tenant, account, **std::move(answer));
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::vector<std::pair<CreditType, int>>> Host::credit_types(const TenantId& tenant) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  using Types = std::vector<std::pair<CreditType, int>>;
  Result<Types> result = no_such_tenant(tenant);
  const auto read = assembly->engine().read([&](const engine::Shard& shard) {
    if (!is_up(shard, tenant)) {
      result = not_up(shard, tenant);
      return;
    }
    Types types;
    const Catalog& catalog = shard.catalogs(tenant)->at(shard.tenant(tenant)->catalog);
    for (const CreditTypeRule& rule : catalog.credits) types.emplace_back(rule.id, rule.decimals);
    result = std::move(types);
  });
  return read ? std::move(result) : Result<Types>(read.error());
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::vector<ApiKey>> Host::keys(const TenantId& tenant) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  Result<std::vector<ApiKey>> result = no_such_tenant(tenant);
  const auto read = assembly->engine().read([&](const engine::Shard& shard) {
    if (const TenantState* state = shard.tenant(tenant)) result = state->keys.all();
  });
  return read ? std::move(result) : Result<std::vector<ApiKey>>(read.error());
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

bool Host::in_sandbox() const {
  const auto assembly = inside_->open();
  return assembly && assembly->in_sandbox();
}

std::string Host::folder() const {
  const auto assembly = inside_->open();
  return assembly && assembly->data() ? assembly->data()->string() : std::string();
}

bool Host::is_virtual() const {
  const auto assembly = inside_->open();
  return assembly && assembly->is_virtual();
}

std::uint64_t Host::position() const {
  const auto assembly = inside_->open();
  return assembly ? assembly->engine().durable_position() : 0;
}

Result<std::string> Host::quote(const TenantId& tenant, const AccountId& account, const Actor& actor,
                                const Command& command) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  const auto job = assembly->job_of({tenant, account, actor, {}, std::nullopt, command});
  if (!job) return job.error();
  if (job->unfit) return *job->unfit;
  const auto aside = inside_->aside(tenant, account);
  if (!aside) return aside.error();
  if (*aside) return Error{.code = account_set_aside, .message = refusal_of(**aside).text};
  const auto quoted = [&](const engine::Rehearsal& rehearsal) -> Result<std::string> {
    const auto quotation = florin::quote(rehearsal, actor, "", job->command, seen_at(rehearsal.account(), now()));
    if (!quotation) return quotation.error();
    return quote_as_json(*quotation, rehearsal.catalog());
  };
  return inside_->rehearsed<std::string>(tenant, account, job->command, quoted);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Host::quote_json(const TenantId& tenant, const AccountId& account, const Actor& actor,
                                     std::string_view command) const try {
  Errors errors;
  const auto read = config::command_of_json(command, errors);
  if (!read) return errors.front();
  return quote(tenant, account, actor, *read);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Host::cases(const TenantId& tenant) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  std::optional<Error> missing;
  const auto read = assembly->engine().read([&](const engine::Shard& shard) {
    missing = shard.tenant(tenant) == nullptr ? std::optional(not_up(shard, tenant)) : std::nullopt;
  });
  if (!read) return read.error();
  if (missing) return *missing;
  const auto of_accounts =
      assembly->engine().of_accounts<std::vector<answers::Case>>(tenant, [](const Account& account) {
        auto cases = answers::cases_of(account);
        return cases.empty() ? std::nullopt : std::optional(std::move(cases));
      });
  if (!of_accounts) return of_accounts.error();
  std::vector<answers::Case> all;
  for (const auto& [id, cases] : *of_accounts) std::ranges::copy(cases, std::back_inserter(all));
  return answers::as_json(std::move(all));
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

std::vector<TenantId> Host::tenants() const {
  const auto assembly = inside_->open();
  if (!assembly) return {};
  std::vector<TenantId> ids;
  (void)!assembly->engine().read([&](const engine::Shard& shard) { ids = shard.tenants(); });
  return ids;
}

std::vector<AccountId> Host::accounts(const TenantId& tenant) const {
  const auto assembly = inside_->open();
  if (!assembly) return {};
  std::vector<AccountId> ids;
  (void)!assembly->engine().read([&](const engine::Shard& shard) { ids = shard.accounts(tenant); });
  return ids;
}

Result<std::vector<Word>> Host::personal_data(const TenantId& tenant, const AccountId& account) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  std::vector<std::uint64_t> entries;
  bool forgotten = false;
  const auto read = assembly->engine().read([&](const engine::Shard& shard) {
    const Account* found = shard.account(tenant, account);
    if (found == nullptr || !found->person_at) return;
    entries = found->person_at->entries;
    forgotten = entries.empty();
  });
  if (!read) return read.error();
  if (forgotten) return Error{.code = "erased", .message = "the personal data of this account was erased"};
  return engine::read_person(assembly->store(), tenant, account, entries);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::uint32_t> Host::apply(const std::string& file, const Actor& by) try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  Errors errors;
  const config::Tenant tenant = config::load_tenant(file, errors);
  if (!errors.empty())
    return Error{.code = errors.front().code, .message = config::text_of(errors), .at = errors.front().at};
  return assembly->apply(tenant.catalog.tenant, config::effective(tenant), by, 0);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::uint32_t> Host::apply_again(const TenantId& tenant, std::uint32_t version, const Actor& by) try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  const auto text = assembly->version_text(tenant, version);
  if (!text) return text.error();
  return assembly->apply(tenant, *text, by, version);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::vector<UpcomingCharge>> Host::upcoming(const TenantId& tenant, const Date& day) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  return operating::upcoming(*assembly, tenant, day);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<ImportReport> Host::import_accounts(const TenantId& tenant, const std::string& file, const Actor& by,
                                           bool dry_run) try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  return operating::import_accounts(*assembly, tenant, file, by, dry_run);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::vector<MonthReport>> Host::months(const TenantId& tenant) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  return operating::months(*assembly, tenant);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<MonthReport> Host::close_month(const TenantId& tenant, const std::string& month, const Actor& by) try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  return operating::close_month(*assembly, tenant, month, by);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<Release> Host::release(const TenantId& tenant, const AccountId& account, const Actor& by,
                              const std::string& reason, bool dry_run) try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  return operating::release(*assembly, tenant, account, by, reason, dry_run);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::vector<Notification>> Host::notifications(const TenantId& tenant, std::uint64_t from,
                                                      std::size_t most) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  return operating::notifications(*assembly, tenant, from, most);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<WebhookReply> Host::webhook(const TenantId& tenant, const ProcessorId& processor, const WebhookCall& call) try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  WebhookMessage message{call.body, {}, now(), call.method, call.query};
  for (const Word& header : call.headers) message.headers.emplace_back(header.name, header.value);
  auto answer = take_webhook(assembly->engine(), assembly->store(), assembly->plugins(), tenant, processor, message);
  if (!answer) return answer.error();
  return WebhookReply{answer->status, std::move(answer->content_type), std::move(answer->body)};
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::vector<std::string>> Host::wait_for_payments(const TenantId& tenant, const AccountId& account,
                                                         Duration most) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  const auto sending = assembly->sending();
  if (!sending) return sending.error();
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(most.us);
  for (;;) {
    auto open = answers::without_answer(assembly->engine(), tenant, account);
    if (!open || open->empty() || !*sending || std::chrono::steady_clock::now() >= until) return open;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Host::payments(const TenantId& tenant) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  const auto open = answers::open_payments(assembly->engine(), assembly->daily_reconciliation().states(), tenant);
  if (!open) return open.error();
  return answers::as_json(*open);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<ReconcileReport> Host::reconcile(const TenantId& tenant, const ProcessorId& processor, Instant from,
                                        Instant until) try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  return florin::reconcile(assembly->engine(), assembly->plugins(), tenant, processor, from, until);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<StatementReport> Host::load_statement(const TenantId& tenant, const ProcessorId& processor,
                                             const std::string& file, std::string_view bytes, bool dry_run) try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  const Ask ask = [&](const Request& request) { return assembly->ask(request); };
  return florin::load_statement(assembly->engine(), ask, tenant, processor, file, bytes, dry_run);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Host::bank_receipts(const TenantId& tenant) const try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  const auto money = answers::bank_money(assembly->engine(), assembly->plugins(), tenant);
  if (!money) return money.error();
  return answers::as_json(*money);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

void Host::run_until(Instant to) {
  if (const auto assembly = inside_->open()) assembly->engine().run_until(to);
}
Instant Host::now() const {
  const auto assembly = inside_->open();
  return assembly ? assembly->engine().now() : inside_->closed_at;
}

Status Host::start_sending() try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  if (const auto told = assembly->store().set_mark("sending", ""); !told) return told.error();
  assembly->engine().start_sending();
  return Done{};
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Status Host::refresh_views() try {
  const auto assembly = inside_->open();
  if (!assembly) return closed();
  return assembly->refresh_views();
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

std::vector<Host::PluginRunner> Host::plugin_runners() const {
  std::vector<PluginRunner> runners;
  const auto assembly = inside_->open();
  if (!assembly) return runners;
  for (const isolated::Figures& one : assembly->plugins().runners())
    runners.push_back(
        {one.plugin, one.tenant, one.calls, one.starts, one.faults, one.quarantines, one.running, one.quarantined});
  return runners;
}

Host::Views Host::views() const {
  const auto assembly = inside_->open();
  if (!assembly) return {};
  if (!assembly->data()) return {.problem = "this host has no folder for views.db"};
  ViewKeeper::State state = assembly->views().state();
  const std::uint64_t durable = assembly->engine().durable_position();
  return {state.position, durable - std::min(durable, state.position), std::move(state.problem)};
}

void Host::close() { inside_->close(); }

}  // namespace florin
