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

/// What a host answers, as values. Those that are JSON are described in docs/http.md.
namespace florin {

/// What became of a command that was taken: it is durable, and the same key will get this answer again.
struct Outcome {
  std::uint64_t position = 0;      ///< of its entry in the journal
  std::optional<Refusal> refusal;  ///< none: it was done
  OrderId order;                   ///< that was placed, or whose payment was started; 0: neither
  HoldId hold;                     ///< that was placed, if one was
  std::string entry;               ///< the whole entry as JSON: who, what, when, and every fact that followed
  Instant at{};                    ///< as of when it was decided
  bool again = false;              ///< the key was used before, for the same: this is what was answered then
};

/// The same of a usage, in few bytes.
struct Taken {
  std::uint64_t position = 0;      ///< of its entry in the journal
  std::optional<Refusal> refusal;  ///< none: it was done
  HoldId hold;                     ///< that was placed, if one was
  Credits amount;                  ///< taken by a debit or a settled hold, kept aside by a hold
  bool again = false;              ///< as of an Outcome
  CreditType type{};               ///< of the amount; empty: of several, or nothing was taken
};

/// May this account use this now, and what is there? Nothing is written and nothing is promised: only a hold or a debit
/// is.
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

/// May this account do X, how much is left, and the line that says so. Nothing is promised: only a command is.
struct May {
  bool allowed = false;
  std::optional<Refusal> refusal;
  std::string value;                 ///< of an entitlement, as the price page has it: `advanced`, `5`, `unlimited`
  std::optional<std::int64_t> left;  ///< of a count; none: unlimited, or no count
  std::int64_t taken = 0;            ///< of a count
  std::string rule;                  ///< file:line of the operator's YAML
};

/// A payment method of the tenant, and whether this account is offered it.
struct OfferedMethod {
  MethodId method;
  bool offered = false;
  std::string rule;  ///< file:line: of the method, or of what excludes it
  std::string why;   ///< a sentence that a customer can read; empty: it is offered
};

/// A charge that is to come, if every payment before it succeeds.
struct UpcomingCharge {
  AccountId account;
  Instant at;
  std::string kind;    ///< subscription, recharge, …
  std::string what;    ///< its lines
  Money amount;        ///< with tax
  std::string method;  ///< slot and kind; empty: there is none, or it waits
  bool waits = false;  ///< charges are stopped: not before they are lifted
};

/// What an import makes of one account.
struct ImportedAccount {
  AccountId account;
  bool there_already = false;           ///< imported before
  std::vector<UpcomingCharge> charges;  ///< up to and at its next renewal
  std::string is;                       ///< in words: its plan, what is overdue, credits, methods, members
};
struct ImportReport {
  Errors errors;  ///< of all accounts, with file and line; with any nothing is imported
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
  Money written_off;  ///< what customers owed and are not asked for any more, without a payment
};
FLORIN_API std::string as_csv(const std::vector<MonthReport>& months);
FLORIN_API std::string as_json(const std::vector<MonthReport>& months);
FLORIN_API std::string as_json(const std::vector<UpcomingCharge>& charges);

/// Somebody is to be told something by mail; nothing is sent yet.
struct Notification {
  std::uint64_t position = 0;  ///< of the entry that it follows from
  Instant at;
  AccountId account;
  std::string kind;                ///< order_confirmed, past_due, …
  std::vector<std::string> roles;  ///< of the account's people
  std::vector<Word> data;          ///< order, invoice, total, …
};
FLORIN_API std::string as_json(const std::vector<Notification>& notifications);

/// What becomes of one line of a bank's statement, and why.
struct StatementLine {
  std::uint32_t at = 0;  ///< line of the file
  std::string receipt;   ///< its name in the books, the same in whichever file it comes
  std::string amount;
  std::string dated;
  std::string said;     ///< what the payer wrote
  std::string account;  ///< whose it is; empty: nobody knows
  OrderId order;
  /// pays, part, over, kept (for the next order), unmatched (waits for a person), known (in the books already),
  /// not_booked, went (money that left), other_account, other_currency (passed over), refused, failed
  std::string becomes;
  std::string why;
};
struct StatementReport {
  bool dry_run = false;
  std::vector<StatementLine> lines;
};

/// An account that is set aside, and what its release comes to.
struct Release {
  bool released = false;  ///< false: it was only looked at
  std::string rule;       ///< why it was set aside: balance, grant_equation, facts_fit, …
  std::string text;       ///< what breaks the rule
  Instant since;
  std::vector<UpcomingCharge> charges;  ///< what falls due with the release, at once
  std::size_t reports = 0;              ///< of processors, that were kept and are decided now
};

/// A processor's books against ours.
struct ReconcileReport {
  std::uint32_t theirs = 0;                ///< payments and refunds of ours in its books
  std::uint32_t same = 0;                  ///< of which both say the same
  std::uint32_t learned = 0;               ///< of which we had not heard: our books say so now
  std::uint32_t ours_alone = 0;            ///< in our books only
  std::vector<std::string> discrepancies;  ///< each an item for a person, see Host::payments
};

/// Where an account stands in its books, and when it changes without anybody asking for anything. While neither moves,
/// its books are the same; what an answer says also depends on the version of the catalog that is in force.
struct AccountVersion {
  std::uint64_t position = 0;  ///< of its last entry
  Instant changes_at = never;  ///< what falls due next
};
/// `"1042-2027-04-01T00:00:00Z"`: as an HTTP entity tag.
FLORIN_API std::string etag_of(const AccountVersion& version);

/// Who reads an answer: a customer sees no processor's keys, references, fees and raw words.
enum class Audience : std::uint8_t { customer, staff };

/// How the payment of an order stands.
struct OrderNow {
  bool over = false;  ///< nothing more happens by itself for now: it is paid, declined, open or closed
  std::string json;   ///< `{"id": 12, "total": "49.00 USD", "now": {"state": "paid", …}}`
};

}  // namespace florin
