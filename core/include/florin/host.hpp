#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "florin/answers.hpp"
#include "florin/result.hpp"

/// Florin inside a program: this class is the whole host. docs/embedding.md
namespace florin {

struct HostOptions {
  std::string config = "config/florin.yaml";
  /// The folder of journal.db and views.db, or the address of a journal in PostgreSQL, `postgres://user@host/database`.
  /// Left out: as the config says. `memory` keeps everything in this process.
  std::optional<std::string> data;
  /// A virtual clock that only run_until() moves, for simulations and tests. Left out: the machine's clock.
  std::optional<Instant> virtual_from;
  /// Which tenants that are new to the journal are put into force, as their version 1. Left out: all of the config.
  std::optional<std::vector<TenantId>> begins;
  /// If another host owns the journal in PostgreSQL, that is not an error: this host answers ask_again to everything,
  /// and takes the journal over when the other one is gone.
  bool stand_by = false;
};

/// A provider's request, as it came.
struct WebhookCall {
  std::string method = "POST";
  std::string query{};  ///< the part of its address after the ?
  std::vector<Word> headers{};
  std::string body{};
};
/// The answer that the provider expects.
struct WebhookReply {
  std::uint32_t status = 200;
  std::string content_type;
  std::string body;
};

/// One billing host: tenants from YAML, plugins from shared libraries, and a journal. Thread-safe.
class FLORIN_API Host {
 public:
  /// Reads the config, loads plugins, opens the journal and starts the tenants. A tenant with an error in its file or
  /// plugin is stopped, see problems(); the others run.
  ///
  /// Errors: every error of florin.yaml; already_open, newer_version, not_a_journal, damaged_store, damaged_row;
  /// bad_address, cannot_connect
  static Result<Host> open(const HostOptions& options);
  Host(Host&&) noexcept;
  Host& operator=(Host&&) noexcept;
  ~Host();

  /// Why tenants are stopped, with file, line and the correct form; and tenants whose file differs from the version in
  /// force, as `not_applied`: a file has no effect until apply().
  const Errors& problems() const;

  /// Carries out the command once, and returns when the outcome is durable.
  ///
  /// Errors (nothing was written; the same request may be sent again): busy, ask_again, store_unavailable,
  /// plugin_failed (a credit policy or tax plugin failed or was too slow), no_such_tenant, tenant_stopped and the
  /// reasons in problems(), bad_key, key_reused, asked_too_long_ago, asked_in_future
  Result<Outcome> submit(const Request& request);
  /// In order; each one independently of the others.
  std::vector<Result<Outcome>> submit(const std::vector<Request>& requests);
  /// The same without waiting; `done` runs on a thread of the host and must not block.
  void submit(Request request, std::function<void(Result<Outcome>)> done);
  /// The command as JSON, as in `{"use": {"meter": "sms", "quantity": "160 characters"}}`.
  /// Errors: also those of reading it, with the field.
  Result<Outcome> submit_json(const TenantId& tenant, const AccountId& account, const Actor& actor,
                              std::string_view key, std::string_view command);

  /// The fast path for usage: a debit (`Use`), or `PlaceHold` before a usage and `CaptureHold` or `ReleaseHold` after
  /// it. Same guarantees, refusals and errors as submit(), with a small answer and no text. docs/performance.md
  Result<Taken> take(UsageRequest request);
  /// In order; each one independently. One commit carries many: in a batch of a thousand, each costs a fraction of a
  /// single call.
  std::vector<Result<Taken>> take(std::vector<UsageRequest> requests);
  /// The same without waiting; `done` runs once, on a thread of the host, and must not block.
  void take(std::vector<UsageRequest> requests, std::function<void(std::vector<Result<Taken>>)> done);

  /// Errors: no_such_tenant, no_such_account. Like all other reads, `ask_again` when another host has taken the journal
  /// over: close this host, and open it again when it should work again.
  Result<Check> check(const TenantId& tenant, const AccountId& account, const Actor& actor, const Use& usage) const;
  /// In order; each one independently, and cheaper than single calls. docs/performance.md
  std::vector<Result<Check>> check(const std::vector<CheckRequest>& requests) const;
  /// What the command would do, as JSON, decided by the same code that would do it: `refused` and why, or what is
  /// charged `today` with its lines, the credits that come with the payment, the credits that end at once, refunds, the
  /// subscription afterwards, and `next`: when its period ends, what is charged then and what happens to credits.
  /// Nothing is written. Errors: no_such_tenant, no_such_account, those of reading the command, plugin_failed.
  Result<std::string> quote(const TenantId& tenant, const AccountId& account, const Actor& actor,
                            const Command& command) const;
  Result<std::string> quote_json(const TenantId& tenant, const AccountId& account, const Actor& actor,
                                 std::string_view command) const;
  /// Whether the account has an entitlement (`numbers`, `whatsapp`) or may do an action (`buy_number`, `go_live`). For
  /// actions that a backend carries out itself. Errors: no_such_tenant, no_such_account.
  Result<May> may(const TenantId& tenant, const AccountId& account, const Actor& actor, std::string_view what) const;
  /// All payment methods of the tenant; for those that this account is not offered, the reason.
  /// Errors: no_such_tenant, no_such_account.
  Result<std::vector<OfferedMethod>> methods(const TenantId& tenant, const AccountId& account,
                                             const Actor& actor) const;
  /// The account now, as JSON: plan, next renewal and its price, credits, open orders, customer actions, the prompt to
  /// show when its credits are used up, and the newest few of each list. Bounded in size: Reads::list returns the rest.
  /// docs/openapi.json, `account`. Errors: no_such_tenant, no_such_account.
  Result<std::string> account(const TenantId& tenant, const AccountId& account, Audience whom) const;
  /// What waits for staff on all accounts, earliest due date first, as a JSON array: reviews, guarantee requests and
  /// open disputes. Errors: no_such_tenant.
  Result<std::string> cases(const TenantId& tenant) const;
  /// Errors of these: no_such_tenant, no_such_account, no_such_order.
  Result<AccountVersion> version_of(const TenantId& tenant, const AccountId& account) const;
  Result<OrderNow> order_now(const TenantId& tenant, const AccountId& account, OrderId order) const;
  Result<std::string> order_answer(const TenantId& tenant, const AccountId& account, OrderId order,
                                   Audience whom) const;
  /// The number of decimals of a credit type. Errors: no_such_tenant.
  Result<std::vector<std::pair<CreditType, int>>> credit_types(const TenantId& tenant) const;
  /// Keys of the HTTP API, including those that ended. Errors: no_such_tenant.
  Result<std::vector<ApiKey>> keys(const TenantId& tenant) const;
  /// True: the sandbox plays every processor, and no money moves.
  bool in_sandbox() const;
  std::string folder() const;  ///< of its journal; empty: it has none
  bool is_virtual() const;     ///< only run_until() moves its clock
  /// The position of the last durable entry.
  std::uint64_t position() const;
  std::vector<TenantId> tenants() const;
  std::vector<AccountId> accounts(const TenantId& tenant) const;
  /// Personal data of an account. Errors: no_such_account, erased.
  Result<std::vector<Word>> personal_data(const TenantId& tenant, const AccountId& account) const;

  /// Puts a tenant's file into force as its next version; `florin plan` shows what that does. Its `on_new_version`
  /// decides when running subscriptions, meters and grants move to it. All or nothing. Returns the version. Errors:
  /// every error of the file, in `message`; no_such_tenant, no_change, cannot_change, not_permitted.
  Result<std::uint32_t> apply(const std::string& file, const Actor& by);
  /// Puts the text of an earlier version into force as the next version: a rollback. Errors: as apply; no_such_version.
  Result<std::uint32_t> apply_again(const TenantId& tenant, std::uint32_t version, const Actor& by);

  /// What will be charged on a day of the tenant's time zone, computed on copies by the same decisions that will charge
  /// it.
  /// Errors: no_such_tenant; a plugin failed.
  Result<std::vector<UpcomingCharge>> upcoming(const TenantId& tenant, const Date& day) const;

  /// Imports live customers of another system from a file, each with plan, period, payment methods and open credits. A
  /// dry run reports what each would be charged and when. If there is any error, nothing is imported. Importing the
  /// same file twice has the effect of once. Errors: no_such_tenant.
  Result<ImportReport> import_accounts(const TenantId& tenant, const std::string& file, const Actor& by, bool dry_run);

  /// Every month of a tenant up to now; closed ones as they were closed. Errors: no_such_tenant; the store's.
  Result<std::vector<MonthReport>> months(const TenantId& tenant) const;
  /// Closes a month that is over; later entries count in the next one. Errors: also month_not_over, month_closed,
  /// month_before_open, bad_month, not_permitted.
  Result<MonthReport> close_month(const TenantId& tenant, const std::string& month, const Actor& by);

  /// Releases an account that is set aside: folds its entries again with this program and checks them, then decides the
  /// reports that processors made meanwhile, and the due work. `dry_run` only reports what that would be. Errors:
  /// no_such_tenant, not_set_aside, not_permitted, reason_missing; facts_fit, or the rule that is still broken: then it
  /// stays set aside.
  Result<Release> release(const TenantId& tenant, const AccountId& account, const Actor& by, const std::string& reason,
                          bool dry_run);

  /// Notifications that follow from the entries after position `from`. Errors: no_such_tenant; the store's.
  Result<std::vector<Notification>> notifications(const TenantId& tenant, std::uint64_t from, std::size_t most) const;

  /// Waits at most `most` for the outcomes of payments and refunds in flight on an account (empty: on all of the
  /// tenant's). Returns those without an outcome: `payment 1 of order 3`, or `refund 1`. If the host is closed now,
  /// their outcome stays unknown until the next host asks the provider. Errors: no_such_tenant.
  Result<std::vector<std::string>> wait_for_payments(const TenantId& tenant, const AccountId& account,
                                                     Duration most) const;

  /// Processes a provider's webhook, unchanged as it came. Webhooks may come in any order and repeatedly; each event
  /// counts once. Returns the answer to send. Errors: no_such_processor, bad_signature, no_webhooks (answer 400: do not
  /// send it again); for all others the provider should send it again.
  Result<WebhookReply> webhook(const TenantId& tenant, const ProcessorId& processor, const WebhookCall& call);

  /// Payments whose outcome is open or unknown, refunds that are not paid yet, processors that do not answer, and
  /// discrepancies with the processors' records, each with its reason, as JSON. Errors: no_such_tenant.
  Result<std::string> payments(const TenantId& tenant) const;
  /// Compares a processor's records of a period with our ledger, in both directions. Call it daily. Errors:
  /// no_such_processor, no_books, pull_failed.
  Result<ReconcileReport> reconcile(const TenantId& tenant, const ProcessorId& processor, Instant from, Instant until);

  /// Loads a bank statement: each line pays the order whose reference the payer wrote, or waits for staff. A line is
  /// entered once, however often it is loaded; with `dry_run` nothing is entered. `file` is the name used in errors.
  /// Errors: no_such_tenant, no_such_processor, no_statements, wrong_account; bad_xml and bad_statement, with line and
  /// element or column
  Result<StatementReport> load_statement(const TenantId& tenant, const ProcessorId& processor, const std::string& file,
                                         std::string_view bytes, bool dry_run);
  /// Unmatched bank receipts, unapplied cash, and orders that wait for a transfer, with their references, as JSON.
  /// Errors: no_such_tenant.
  Result<std::string> bank_receipts(const TenantId& tenant) const;

  /// Virtual clock only: runs all work that falls due up to and at `to`, and the providers' answers, each at its own
  /// instant.
  void run_until(Instant to);
  Instant now() const;

  /// A restored journal sends nothing to providers until this is called, once, after reconciliation.
  Status start_sending();

  /// Brings the tables of views.db, beside the journal, up to date with the durable entries, at once. A host on the
  /// machine's clock does so automatically within about a second, and close() does too.
  /// Errors: no_views without a folder; not_views; the store's.
  Status refresh_views();
  /// How far the tables are behind the journal.
  struct Views {
    std::uint64_t position = 0;  ///< the tables contain everything up to it
    std::uint64_t behind = 0;    ///< durable entries that are missing in them
    std::string problem;         ///< why the last update failed; empty: it succeeded
  };
  Views views() const;

  /// Counts of an isolated plugin's process, for one tenant.
  struct PluginRunner {
    std::string plugin, tenant;
    std::uint64_t calls = 0, starts = 0, faults = 0, quarantines = 0;
    bool running = false, quarantined = false;
  };
  std::vector<PluginRunner> plugin_runners() const;

  /// Makes everything durable that waits, and closes the journal. The destructor does the same. Afterwards every call
  /// returns `closed`, and another host may open the journal.
  void close();

 private:
  friend class Reads;        // florin/reads.hpp
  friend class Service;      // florin/service.hpp
  friend struct HostAround;  // for stories: a host around what they see inside of
  class Inside;
  explicit Host(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace florin
