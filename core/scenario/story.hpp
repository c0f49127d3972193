#pragma once

#include <boost/describe.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/decode.hpp"
#include "florin/commands.hpp"
#include "transport/scripted/key_pair.hpp"
#include "transport/scripted/scripted.hpp"

/// A story as its file says it. tests/scenarios/README.md
namespace florin::scenario {

/// A number of credits as written; which decimals it has is the tenant's to say.
struct Amount {
  Decimal value;
  std::string written;
  static Result<Amount> parse(std::string_view text);
  const std::string& text() const { return written; }
};

/// How payments with a card or an address go, in words: what the sandbox processor calls a token.
struct HowItGoes {
  std::string token;
  /// Errors: unknown_word, with the nearest one.
  static Result<HowItGoes> parse(std::string_view text);
  const std::string& text() const { return token; }
};

struct Recharge {
  CreditAmount below;
  CreditAmount amount;
};

/// An account as the story finds it. What is not said is not there.
struct AccountGiven {
  std::optional<PlanId> plan;  ///< what `subscribe: {}` takes
  std::optional<std::string> cycle;
  std::optional<std::int32_t> licences;
  std::vector<std::pair<AddOnId, std::int32_t>> add_ons;
  std::optional<CreditAmount> first_credits;
  std::optional<std::string> country;  ///< US when not said
  std::optional<std::string> billing_state;
  std::vector<std::pair<std::string, std::string>> personal_data;
  std::optional<HowItGoes> card, backup, upi;
  std::vector<std::pair<std::string, std::string>> approvals;
  std::optional<Recharge> auto_recharge;
  std::optional<Instant> opened_at;      ///< when not said: the story's first instant
  std::optional<Instant> trial_from;     ///< in a trial since
  std::optional<Instant> running_since;  ///< on its plan since
  std::optional<bool> imported;          ///< true: it lives elsewhere, and the first step imports it
};

/// An answer of a provider whose processor the story plays with its own plugin.
struct AnswerGiven {
  std::optional<std::string> to;        ///< `POST /payments`, `GET /payments/*`
  std::optional<std::string> recorded;  ///< a file of exchanges whose replies these are, from the story's folder
  std::optional<std::int32_t> times;    ///< so often; 1 when not said
  std::optional<bool> always;           ///< any number of times, also none
  std::optional<std::int32_t> status;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;
  std::optional<AnswerFault> fault;
};

/// A message from a provider, as it reaches the host.
struct WebhookGiven {
  struct Signed {
    std::optional<std::string> header;  ///< when not said, the signature stands for `${signature}` in the body
    std::string secret;
    std::optional<std::string> over;  ///< `${body}` when not said; `${now}` is in seconds
    std::optional<std::string> as;    ///< `${signature}` when not said
    std::optional<bool> sha512, base64;
    std::optional<bool> hex_key;  ///< the secret is the key in hex
    /// By a key pair of the story's own, whose public half the secret then is, and in base64; none: by the secret.
    std::optional<KeyScheme> scheme;
  };
  ProcessorId processor;
  std::optional<std::string> method, query, body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<Signed> sign;
  std::optional<std::int32_t> times;    ///< the same message so often
  std::optional<std::string> answered;  ///< what it must be answered with
  std::optional<std::string> refused;   ///< a code: it must be refused with it
};

struct Given {
  TenantId tenant;
  std::optional<AccountGiven> account;  ///< the only one
  std::vector<std::pair<AccountId, AccountGiven>> accounts;
  std::vector<std::pair<ProcessorId, HowItGoes>> once;  ///< how what is paid there and then goes through each processor
  /// Processors that the story plays with their own plugins, and what their providers answer.
  std::vector<std::pair<ProcessorId, std::vector<AnswerGiven>>> providers;
  /// Of these processors, by name; of one that is not here `secret-of-NAME`, or the public key that a webhook's
  /// `scheme` signs with.
  std::vector<std::pair<std::string, std::string>> secrets;
};

struct GrantExpected {
  std::string source;
  std::optional<CreditType> type;
  std::optional<Amount> granted, remaining, held;
  std::optional<config::OrNone<Instant>> ends;  ///< none: until used
};
struct OrderExpected {
  std::string kind;
  std::optional<std::string> state;
  std::optional<Money> total;
  std::optional<Money> kept;  ///< of its payments, by their processors
};
/// The newest of its kind: net, each tax by its name, and what they sum up to.
struct DocumentExpected {
  std::string number;
  Money net;
  std::vector<std::pair<std::string, Money>> taxes;
  Money total;
};
struct ReviewExpected {
  std::string reason;
  std::string state;  ///< open, approved, declined
  std::optional<Instant> due_at;
  std::optional<std::int32_t> duplicate_of;  ///< an order; 0: none
};
struct PendingExpected {
  PlanId plan;
  std::optional<std::string> cycle;
  std::optional<std::int32_t> licences;
};

/// Of the quote in the same step. `gives` is by type of credits; what leaves by how: rolled, expired, forfeited.
struct QuoteExpected {
  std::optional<std::string> refused;  ///< a code
  std::optional<Money> today;
  std::optional<std::int32_t> lines;
  std::vector<std::pair<std::string, Amount>> gives, leaves;
  std::optional<Money> refunds;
  std::optional<config::OrNone<Instant>> next_renewal;  ///< or when it ends
  std::optional<Money> next_total;
  std::vector<std::pair<std::string, Amount>> then_leaves;  ///< when the period ends, as things stand
};

/// What must be so. What is not said is not looked at; lists and `credits` are complete.
struct Expect {
  std::vector<std::pair<std::string, Amount>> credits;
  std::optional<std::vector<GrantExpected>> grants;
  std::vector<std::pair<std::string, Amount>> gone;
  std::optional<Money> charged_in_all, refunded_in_all;
  std::optional<std::int32_t> charges;
  std::optional<std::string> state;
  std::optional<config::OrNone<PlanId>> plan;
  std::optional<std::string> cycle;
  std::optional<std::int32_t> licences;
  std::vector<std::pair<AddOnId, std::int32_t>> add_ons;
  std::optional<config::OrNone<Instant>> next_renewal;
  std::optional<config::OrNone<PendingExpected>> pending;
  std::optional<bool> cancelled;
  std::optional<config::OrNone<Instant>> trial_ends;
  std::optional<config::OrNone<Instant>> past_due_since;
  std::optional<std::vector<std::string>> invoices, credit_notes;
  std::optional<DocumentExpected> invoice, credit_note;
  std::optional<std::vector<OrderExpected>> orders;
  std::optional<std::vector<std::string>> attempts;  ///< of the newest order that was tried: `primary declined`
  std::optional<std::vector<std::string>> methods;   ///< slots in use
  std::optional<std::vector<ReviewExpected>> reviews;
  std::vector<std::pair<std::string, std::string>> disputes;  ///< by the processor's id: its state
  std::optional<bool> blocked;
  std::optional<Amount> goodwill;  ///< over all refunds
  std::optional<bool> prompt, frozen, recharge_suspended;
  std::optional<Amount> owed;
  std::vector<std::pair<std::string, std::string>> approvals;
  std::optional<config::OrNone<Instant>> paused_until, ends_at, agreement_ends, credits_kept_until;
  std::optional<QuoteExpected> quote;
  std::vector<std::pair<std::string, bool>> may;                    ///< by the role of the step
  std::vector<std::pair<EntitlementId, std::string>> entitlements;  ///< as the price page has them
  std::vector<std::pair<EntitlementId, std::string>> left;
  std::vector<std::pair<EntitlementId, std::vector<std::string>>> working, suspended;
  std::optional<std::vector<std::string>> members;        ///< `anna owner`, `ben member invited`
  std::optional<std::vector<std::string>> offered;        ///< payment methods
  std::optional<Money> account_money;                     ///< kept for the next order
  std::optional<Money> unapplied;                         ///< came by bank, and has paid nothing yet
  std::optional<std::vector<std::string>> unmatched;      ///< of the tenant: names in the list of a person
  std::optional<Money> written_off, withheld_tax;         ///< of all orders
  std::optional<std::vector<std::string>> payouts;        ///< by a person: `590.00 INR waits`, `590.00 INR paid_out`
  std::optional<std::vector<std::string>> notifications;  ///< kinds of what was to be told of the account so far
  std::optional<std::vector<std::string>> discrepancies;  ///< of the tenant: what of each is open
};

struct Step {
  Instant at;
  std::optional<AccountId> account;
  std::optional<std::string> as;       ///< a role
  std::optional<std::string> by;       ///< a member
  std::optional<std::string> key;      ///< the command's idempotency key
  std::optional<std::int32_t> times;   ///< so many of it, in one batch
  std::optional<bool> together;        ///< all of them or none
  std::optional<std::string> refused;  ///< a code: it must be refused with it
  std::optional<std::int32_t> refused_times;
  /// The tenant's file with these values (path and text) is applied.
  std::vector<std::pair<std::string, std::string>> new_version;
  std::optional<std::int32_t> version_again;  ///< an earlier version is applied again
  std::optional<Expect> expect;
  std::optional<bool> nobodys;            ///< true: of no account, as money of which nobody knows whose it is
  std::optional<std::string> says;        ///< stands in the sentence of the refusal
  std::optional<std::string> decided_by;  ///< stands in the line of the tenant's file that the refusal names
  std::optional<WebhookGiven> webhook;    ///< in place of a command
  std::optional<Date> weekly_until;       ///< a habit: again each week before this day, done or refused
  config::Rest rest;                      ///< the command
};

struct Story {
  std::string because;
  std::vector<std::string> rules;    ///< that it shows
  std::vector<std::string> refutes;  ///< whose tempting wrong results it shows not to happen
  Given given;
  std::vector<Step> timeline;
  std::string math;
};

BOOST_DESCRIBE_STRUCT(Recharge, (), (below, amount))
BOOST_DESCRIBE_STRUCT(AccountGiven, (),
                      (plan, cycle, licences, add_ons, first_credits, country, billing_state, personal_data, card,
                       backup, upi, approvals, auto_recharge, opened_at, trial_from, running_since, imported))
BOOST_DESCRIBE_STRUCT(AnswerGiven, (), (to, recorded, times, always, status, headers, body, fault))
BOOST_DESCRIBE_STRUCT(WebhookGiven::Signed, (), (header, secret, over, as, sha512, base64, hex_key, scheme))
BOOST_DESCRIBE_STRUCT(WebhookGiven, (), (processor, method, query, body, headers, sign, times, answered, refused))
BOOST_DESCRIBE_STRUCT(Given, (), (tenant, account, accounts, once, providers, secrets))
BOOST_DESCRIBE_STRUCT(GrantExpected, (), (source, type, granted, remaining, held, ends))
BOOST_DESCRIBE_STRUCT(OrderExpected, (), (kind, state, total, kept))
BOOST_DESCRIBE_STRUCT(DocumentExpected, (), (number, net, taxes, total))
BOOST_DESCRIBE_STRUCT(ReviewExpected, (), (reason, state, due_at, duplicate_of))
BOOST_DESCRIBE_STRUCT(PendingExpected, (), (plan, cycle, licences))
BOOST_DESCRIBE_STRUCT(QuoteExpected, (),
                      (refused, today, lines, gives, leaves, refunds, next_renewal, next_total, then_leaves))
BOOST_DESCRIBE_STRUCT(Expect, (),
                      (credits, grants, gone, charged_in_all, refunded_in_all, charges, state, plan, cycle, licences,
                       add_ons, next_renewal, pending, cancelled, trial_ends, past_due_since, invoices, credit_notes,
                       invoice, credit_note, orders, attempts, methods, prompt, frozen, recharge_suspended, owed,
                       approvals, paused_until, ends_at, agreement_ends, credits_kept_until, quote, reviews, disputes,
                       blocked, goodwill, may, entitlements, left, working, suspended, members, offered, account_money,
                       unapplied, unmatched, written_off, withheld_tax, discrepancies, payouts, notifications))
BOOST_DESCRIBE_STRUCT(Step, (),
                      (at, account, as, by, key, times, together, refused, refused_times, new_version, version_again,
                       expect, nobodys, says, decided_by, webhook, weekly_until))
BOOST_DESCRIBE_STRUCT(Story, (), (because, rules, refutes, given, timeline, math))

/// One thing that happens: a command (or none), then what must be so.
struct Act {
  Instant at;
  AccountId account;
  Actor actor;
  std::string key;
  std::optional<Command> command;
  bool only_quoted = false;  ///< asked what it would do, not to do it
  std::int32_t times = 1;
  std::optional<std::string> refused;
  std::int32_t refused_times = 0;
  std::vector<std::pair<std::string, std::string>> new_version;
  std::int32_t version_again = 0;
  bool of_tenant = false;  ///< the command names no account
  std::optional<Expect> expect;
  bool nobodys = false;  ///< the command is of no account
  bool habit = false;    ///< one week of a habit: done or refused, both are as told
  std::string says, decided_by;
  std::optional<WebhookGiven> webhook;
  config::Node node;  ///< of the step, for file and line; of `given` for what it leads to
};

/// A story ready to be played: what is given comes first, as commands.
struct Script {
  std::string file;
  TenantId tenant;
  std::string because;
  std::vector<std::string> rules;
  std::vector<AccountId> accounts;
  std::vector<std::pair<ProcessorId, HowItGoes>> once;
  std::vector<std::pair<ProcessorId, std::vector<ScriptedAnswer>>> providers;
  std::vector<std::pair<std::string, std::string>> secrets;
  std::vector<Act> acts;
};

/// Errors: those of documents and decode; no_expect, empty_text, time_runs_back, unknown_account, two_commands, …
std::optional<Script> read_story(const std::filesystem::path& file, Errors& errors);
/// The same of a text; `name` is its own name in errors.
std::optional<Script> read_story(std::string_view text, const std::string& name, Errors& errors);

}  // namespace florin::scenario
