#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "florin/commands.hpp"
#include "florin/credits.hpp"
#include "florin/export.hpp"
#include "florin/money.hpp"
#include "florin/outcome.hpp"

/// The answers of a host, as values. docs/http.md describes those that are JSON.
namespace florin {

/// The outcome of a command: it is durable, and the same key will get the same answer.
struct Outcome {
  std::uint64_t position = 0;      ///< of its entry in the journal
  std::optional<Refusal> refusal;  ///< none: it was done
  OrderId order;                   ///< the order that was placed or is being paid; 0: none
  HoldId hold;                     ///< the hold that was placed; 0: none
  std::string entry;               ///< the whole entry as JSON: who, what, when, and every fact that followed
  Instant at{};                    ///< the instant as of which it was decided
  bool again = false;              ///< the same command came under this key before; this is the answer to it
};

/// The outcome of a usage, in few bytes.
struct Taken {
  std::uint64_t position = 0;      ///< of its entry in the journal
  std::optional<Refusal> refusal;  ///< none: it was done
  HoldId hold;                     ///< the hold that was placed; 0: none
  Credits amount;                  ///< debited by a usage or a captured hold, or reserved by a hold
  bool again = false;              ///< as in an Outcome
  CreditType type{};               ///< of the amount; empty: several types, or nothing was debited
};

/// Whether this account may use this now, and what is available. Nothing is written, and nothing is promised: only a
/// hold or a debit is a promise.
struct Check {
  bool allowed = false;
  std::optional<Refusal> refusal;
  std::string price;      ///< `2 message`
  std::string available;  ///< `640 message`
};

struct CheckRequest {
  TenantId tenant;
  AccountId account;
  Actor actor;
  Use usage;
};

/// Whether this account may do X, how much is left, and the line of the YAML that decides. Nothing is promised: only a
/// command is.
struct May {
  bool allowed = false;
  std::optional<Refusal> refusal;
  std::string value;                 ///< of an entitlement, as in the YAML: `advanced`, `5`, `unlimited`
  std::optional<std::int64_t> left;  ///< of a counted entitlement; none: unlimited, or not counted
  std::int64_t taken = 0;            ///< of a counted entitlement
  std::string rule;                  ///< file:line of the operator's YAML
};

/// A payment method of the tenant, and whether this account is offered it.
struct OfferedMethod {
  MethodId method;
  bool offered = false;
  std::string rule;  ///< file:line of the method, or of the rule that excludes it
  std::string why;   ///< a sentence that a customer can read; empty: it is offered
};

/// A future charge, if every payment before it succeeds.
struct UpcomingCharge {
  AccountId account;
  Instant at;
  std::string kind;    ///< subscription, recharge, …
  std::string what;    ///< its lines
  Money amount;        ///< with tax
  std::string method;  ///< slot and kind; empty: no payment method, or the charge waits
  bool waits = false;  ///< charges are stopped; it waits until the stop is lifted
};

/// The result of an import for one account.
struct ImportedAccount {
  AccountId account;
  bool there_already = false;           ///< imported before
  std::vector<UpcomingCharge> charges;  ///< up to and at its next renewal
  std::string is;                       ///< a description: its plan, overdue payments, credits, methods, members
};
struct ImportReport {
  Errors errors;  ///< of all accounts, with file and line; if there is one, nothing is imported
  std::vector<ImportedAccount> accounts;
};

/// A month of a tenant's credits. before + issued = used + gone + returned + after, in credits and in money.
struct MonthReport {
  struct Line {
    std::string type;
    std::string before, issued, used, gone, returned, after;                                ///< credits
    Money before_money, issued_money, used_money, gone_money, returned_money, after_money;  ///< what was paid for them
  };
  std::string month;  ///< 2026-03
  bool closed = false;
  std::vector<Line> lines;
  Money written_off;  ///< amounts that customers owed and will not be charged
};
FLORIN_API std::string as_csv(const std::vector<MonthReport>& months);
FLORIN_API std::string as_json(const std::vector<MonthReport>& months);
FLORIN_API std::string as_json(const std::vector<UpcomingCharge>& charges);

/// A notification that is due by mail; nothing is sent yet.
struct Notification {
  std::uint64_t position = 0;  ///< of the entry that caused it
  Instant at;
  AccountId account;
  std::string kind;                ///< order_confirmed, past_due, …
  std::vector<std::string> roles;  ///< of the account's members who receive it
  std::vector<Word> data;          ///< order, invoice, total, …
};
FLORIN_API std::string as_json(const std::vector<Notification>& notifications);

/// The result for one line of a bank statement, and the reason.
struct StatementLine {
  std::uint32_t at = 0;  ///< line of the file
  std::string receipt;   ///< its name in the books, the same in every file that contains it
  std::string amount;
  std::string dated;
  std::string said;     ///< what the payer wrote
  std::string account;  ///< whose it is; empty: unknown
  OrderId order;
  /// pays, part, over, kept (for the next order), unmatched (waits for staff), known (already in the books),
  /// not_booked, went (an outgoing payment), other_account, other_currency (ignored), refused, failed
  std::string becomes;
  std::string why;
};
struct StatementReport {
  bool dry_run = false;
  std::vector<StatementLine> lines;
};

/// An account that is set aside, and the result of its release.
struct Release {
  bool released = false;  ///< false: it was only examined
  std::string rule;       ///< why it was set aside: balance, grant_equation, facts_fit, …
  std::string text;       ///< what breaks the rule
  Instant since;
  std::vector<UpcomingCharge> charges;  ///< charges that fall due at once with the release
  std::size_t reports = 0;              ///< reports of processors that were kept, and are decided now
};

/// A comparison of a processor's records with our ledger.
struct ReconcileReport {
  std::uint32_t theirs = 0;                ///< our payments and refunds in its records
  std::uint32_t same = 0;                  ///< that agree
  std::uint32_t learned = 0;               ///< whose outcome we did not know; our ledger has it now
  std::uint32_t ours_alone = 0;            ///< in our ledger only
  std::vector<std::string> discrepancies;  ///< each is an item for staff, see Host::payments
};

/// The position of an account in its books, and the instant at which it next changes without a command. While neither
/// moves, its books are the same; an answer also depends on the version of the catalog in force.
struct AccountVersion {
  std::uint64_t position = 0;  ///< of its last entry
  Instant changes_at = never;  ///< the next instant at which something falls due
};
/// `"1042-2027-04-01T00:00:00Z"`: as an HTTP entity tag.
FLORIN_API std::string etag_of(const AccountVersion& version);

/// Who reads an answer. A customer does not see processors' keys, references, fees and raw texts.
enum class Audience : std::uint8_t { customer, staff };

/// The state of an order's payment.
struct OrderNow {
  bool over = false;  ///< no further change without an action: it is paid, declined, open or closed
  std::string json;   ///< `{"id": 12, "total": "49.00 USD", "now": {"state": "paid", …}}`
};

}  // namespace florin
