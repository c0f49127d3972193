#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "florin/answers.hpp"
#include "florin/result.hpp"

/// Florin inside a program: the whole host is behind this one class. docs/embedding.md
namespace florin {

struct HostOptions {
  std::string config = "config/florin.yaml";
  /// The folder of journal.db and views.db, or the address of a journal in PostgreSQL, `postgres://user@host/database`;
  /// none: as the config says. `memory` keeps everything in this process.
  std::optional<std::string> data;
  /// Time stands still but for run_until(): for simulations and tests. None: the machine's clock.
  std::optional<Instant> virtual_from;
  /// Which tenants that are new to the journal are put into force, as their version 1. None: all of the config.
  std::optional<std::vector<TenantId>> begins;
  /// A journal in PostgreSQL that another host has is no error: this one answers ask_again to everything, and takes it
  /// over when that one is gone.
  bool stand_by = false;
};

/// A provider's request, as it came.
struct WebhookCall {
  std::string method = "POST";
  std::string query{};  ///< what stood behind the ? of its address
  std::vector<Word> headers{};
  std::string body{};
};
/// What its provider wants to read.
struct WebhookReply {
  std::uint32_t status = 200;
  std::string content_type;
  std::string body;
};

/// One billing host: tenants from YAML, plugins from shared libraries, books in a journal. Thread-safe.
class FLORIN_API Host {
 public:
  /// Reads the config, loads plugins, opens the journal and brings the tenants up. A tenant whose file or plugin is
  /// unfit is stopped, see problems(); the others run.
  ///
  /// Errors: every error of florin.yaml; already_open, newer_version, not_a_journal, damaged_store, damaged_row;
  /// bad_address, cannot_connect
  static Result<Host> open(const HostOptions& options);
  Host(Host&&) noexcept;
  Host& operator=(Host&&) noexcept;
  ~Host();

  /// Why tenants are stopped, with file, line and what would be right; and whose file is not what is in force, as
  /// `not_applied`: a file changes nothing until apply().
  const Errors& problems() const;

  /// Does it once, and answers when it is durable.
  ///
  /// Errors (nothing was written; the same request may be sent again): busy, ask_again, store_unavailable,
  /// plugin_failed (a credit policy or tax plugin gave no answer in time), no_such_tenant, tenant_stopped and the
  /// reasons in problems(), bad_key, key_reused, asked_too_long_ago, asked_in_future
  Result<Outcome> submit(const Request& request);
  /// In order; each line by itself.
  std::vector<Result<Outcome>> submit(const std::vector<Request>& requests);
  /// The same without waiting; `done` runs on a thread of the host and must not block.
  void submit(Request request, std::function<void(Result<Outcome>)> done);
  /// The command as JSON, as in `{"use": {"meter": "sms", "quantity": "160 characters"}}`.
  /// Errors: also those of reading it, with the field.
  Result<Outcome> submit_json(const TenantId& tenant, const AccountId& account, const Actor& actor,
                              std::string_view key, std::string_view command);

  /// The way of every message: a debit (`Use`), or `PlaceHold` before and `CaptureHold` or `ReleaseHold` after it. It
  /// happens, is refused and fails as by submit(); the answer is small, and no text is made. docs/performance.md
  Result<Taken> take(UsageRequest request);
  /// In order; each by itself. One commit carries many: a thousand together cost a fraction each of one alone.
  std::vector<Result<Taken>> take(std::vector<UsageRequest> requests);
  /// The same without waiting; `done` runs once, on a thread of the host, and must not block.
  void take(std::vector<UsageRequest> requests, std::function<void(std::vector<Result<Taken>>)> done);

  /// Errors: no_such_tenant, no_such_account; of this and every other reading, `ask_again` when another host has taken
  /// the journal over: close this one, and open it again when its work is wanted.
  Result<Check> check(const TenantId& tenant, const AccountId& account, const Actor& actor, const Use& usage) const;
  /// In order; each by itself, and cheaper than one after the other. docs/performance.md
  std::vector<Result<Check>> check(const std::vector<CheckRequest>& requests) const;
  /// What the command would do, as JSON, decided by the very code that would do it: `refused` and why, or what is
  /// charged `today` with its lines, the credits that come with the payment, what leaves at once, refunds, the
  /// subscription as it would be, and `next`: when its period ends, what is charged then and what becomes of credits.
  /// Nothing is written. Errors: no_such_tenant, no_such_account, those of reading the command, plugin_failed.
  Result<std::string> quote(const TenantId& tenant, const AccountId& account, const Actor& actor,
                            const Command& command) const;
  Result<std::string> quote_json(const TenantId& tenant, const AccountId& account, const Actor& actor,
                                 std::string_view command) const;
  /// Asks about a row of the tenant's `entitlements` (`numbers`, `whatsapp`) or an action (`buy_number`, `go_live`):
  /// what a backend asks before it does something itself. Errors: no_such_tenant, no_such_account.
  Result<May> may(const TenantId& tenant, const AccountId& account, const Actor& actor, std::string_view what) const;
  /// Every method of the tenant, those that this account is not offered with what excludes them.
  /// Errors: no_such_tenant, no_such_account.
  Result<std::vector<OfferedMethod>> methods(const TenantId& tenant, const AccountId& account,
                                             const Actor& actor) const;
  /// The account now, as JSON: plan, next renewal and what it will cost, credits, what is open, what waits for its
  /// customer, the prompt when its credits are used up, and of each list of its past the newest few. However much has
  /// happened it is about as long; Reads::list has the rest. docs/openapi.json, `account`.
  /// Errors: no_such_tenant, no_such_account.
  Result<std::string> account(const TenantId& tenant, const AccountId& account, Audience whom) const;
  /// What waits for a person, over all accounts, soonest due first, as a JSON array: reviews, guarantee requests and
  /// open disputes. Errors: no_such_tenant.
  Result<std::string> cases(const TenantId& tenant) const;
  /// Errors of these: no_such_tenant, no_such_account, no_such_order.
  Result<AccountVersion> version_of(const TenantId& tenant, const AccountId& account) const;
  Result<OrderNow> order_now(const TenantId& tenant, const AccountId& account, OrderId order) const;
  Result<std::string> order_answer(const TenantId& tenant, const AccountId& account, OrderId order,
                                   Audience whom) const;
  /// The decimals in which amounts of a type of credits are written. Errors: no_such_tenant.
  Result<std::vector<std::pair<CreditType, int>>> credit_types(const TenantId& tenant) const;
  /// Keys of the HTTP API, ended ones too. Errors: no_such_tenant.
  Result<std::vector<ApiKey>> keys(const TenantId& tenant) const;
  /// No money moves: every processor is played by the sandbox.
  bool in_sandbox() const;
  std::string folder() const;  ///< of its journal; empty: it has none
  bool is_virtual() const;     ///< time stands still but for run_until()
  /// Of the last entry that is durable.
  std::uint64_t position() const;
  std::vector<TenantId> tenants() const;
  std::vector<AccountId> accounts(const TenantId& tenant) const;
  /// Personal data of an account. Errors: no_such_account, erased.
  Result<std::vector<Word>> personal_data(const TenantId& tenant, const AccountId& account) const;

  /// Makes a tenant's file its next version; `florin plan` shows beforehand what that does. Running subscriptions,
  /// meters and grants come to it as its `on_new_version` says. All or nothing. Returns the version. Errors: every
  /// error of the file, in `message`; no_such_tenant, no_change, cannot_change, not_permitted.
  Result<std::uint32_t> apply(const std::string& file, const Actor& by);
  /// Makes what an earlier version says the next version: a rollback. Errors: as apply; no_such_version.
  Result<std::uint32_t> apply_again(const TenantId& tenant, std::uint32_t version, const Actor& by);

  /// What will be charged on a day of the tenant's, before it happens: by the decisions that will charge it, on copies.
  /// Errors: no_such_tenant; a plugin failed.
  Result<std::vector<UpcomingCharge>> upcoming(const TenantId& tenant, const Date& day) const;

  /// Live customers of another system, from a file: each with its plan, period, methods and open credits. A dry run
  /// says what each would be charged and when. Any error, and nothing is imported; the same file twice is once.
  /// Errors: no_such_tenant.
  Result<ImportReport> import_accounts(const TenantId& tenant, const std::string& file, const Actor& by, bool dry_run);

  /// Every month of a tenant up to now; closed ones as they were closed. Errors: no_such_tenant; the store's.
  Result<std::vector<MonthReport>> months(const TenantId& tenant) const;
  /// Locks a month that is over: what comes later counts in the next one. Errors: also month_not_over, month_closed,
  /// month_before_open, bad_month, not_permitted.
  Result<MonthReport> close_month(const TenantId& tenant, const std::string& month, const Actor& by);

  /// Takes an account back in that is set aside: its entries are folded once more with this program and checked, what
  /// processors reported meanwhile is decided, and what fell due follows. `dry_run` only says what that would be.
  /// Errors: no_such_tenant, not_set_aside, not_permitted, reason_missing; facts_fit, or the rule that is still broken:
  /// then it stays set aside.
  Result<Release> release(const TenantId& tenant, const AccountId& account, const Actor& by, const std::string& reason,
                          bool dry_run);

  /// What is to be told to whom by what follows position `from`. Errors: no_such_tenant; the store's.
  Result<std::vector<Notification>> notifications(const TenantId& tenant, std::uint64_t from, std::size_t most) const;

  /// Waits at most `most` for the answers to payments and refunds that were begun on an account (empty: on any of the
  /// tenant's). Those that have none yet: `payment 1 of order 3`, a refund as `refund 1`. Whoever closes the host now
  /// leaves them unknown, until the next host asks what became of them. Errors: no_such_tenant.
  Result<std::vector<std::string>> wait_for_payments(const TenantId& tenant, const AccountId& account,
                                                     Duration most) const;

  /// A provider's webhook as it came. In any order, any number of times; each event counts once. What it comes to is
  /// what to answer with. Errors: no_such_processor, bad_signature, no_webhooks (400: send it no more); others: ask for
  /// it again.
  Result<WebhookReply> webhook(const TenantId& tenant, const ProcessorId& processor, const WebhookCall& call);

  /// Every payment whose outcome is open, unknown or in doubt, refunds that are not paid yet, processors that do not
  /// answer, and discrepancies between books, each with why, as JSON. Errors: no_such_tenant.
  Result<std::string> payments(const TenantId& tenant) const;
  /// A processor's books of a time against ours, both ways: to be done daily. Errors: no_such_processor, no_books,
  /// pull_failed.
  Result<ReconcileReport> reconcile(const TenantId& tenant, const ProcessorId& processor, Instant from, Instant until);

  /// A bank's statement: each line goes to the order whose reference the payer wrote, or waits for a person. A line is
  /// entered once, however often it comes; with `dry_run` nothing is. `file` is its name in errors.
  /// Errors: no_such_tenant, no_such_processor, no_statements, wrong_account; bad_xml and bad_statement, with line and
  /// element or column
  Result<StatementReport> load_statement(const TenantId& tenant, const ProcessorId& processor, const std::string& file,
                                         std::string_view bytes, bool dry_run);
  /// Money of which nobody knows whose it is, money that has paid nothing yet, and orders that were invoiced and wait,
  /// with their references, as JSON. Errors: no_such_tenant.
  Result<std::string> bank_receipts(const TenantId& tenant) const;

  /// Virtual time only: everything that falls due up to and at `to`, with what providers say, at its own instant.
  void run_until(Instant to);
  Instant now() const;

  /// A restored journal sends nothing to providers until this is called, once, after reconciliation.
  Status start_sending();

  /// Brings the tables of views.db, beside the journal, up to date with what is durable: at once, what a host in real
  /// time does by itself within about a second. Also done by close().
  /// Errors: no_views without a folder; not_views; the store's.
  Status refresh_views();
  /// How old the tables are.
  struct Views {
    std::uint64_t position = 0;  ///< everything up to it is in them
    std::uint64_t behind = 0;    ///< durable entries that are not
    std::string problem;         ///< why the last try failed; empty: it did not
  };
  Views views() const;

  /// What the process of an isolated plugin did so far, for one tenant.
  struct PluginRunner {
    std::string plugin, tenant;
    std::uint64_t calls = 0, starts = 0, faults = 0, quarantines = 0;
    bool running = false, quarantined = false;
  };
  std::vector<PluginRunner> plugin_runners() const;

  /// Makes everything durable that waits, and lets the journal go. The destructor does it too. Afterwards every call
  /// answers `closed`, and another host may open the journal.
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
