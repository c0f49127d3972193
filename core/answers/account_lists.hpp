#pragma once

#include "answers/answers.hpp"
#include "answers/page.hpp"
#include "domain/credits/grant_state.hpp"

/// What grows with an account's past, a page at a time.
namespace florin::answers {

struct Document {
  std::string number, kind;
  Instant issued_at;
  OrderId order;
  std::optional<std::string> what;     ///< of an invoice: subscription, purchase, …
  std::optional<std::string> invoice;  ///< of a credit note
  std::string state;                   ///< paid, open, closed; given_back
  std::vector<OrderLine> lines;
  Money net;
  std::vector<TaxLine> taxes;
  Money total, refunded;
  std::optional<Instant> period_from, period_to;
  std::optional<std::string> irn;  ///< its number at the government's portal, once that is recorded
};
struct GrantForStaff {
  std::string rule;  ///< the word of the policy that issued it, as `grants.rollover`
  std::optional<AccountId> received_from;
  std::optional<Money> cost;  ///< of what was received: what was paid for it there
};
/// granted = remaining + spent + expired + rolled + forfeited + refunded + transferred + corrected; what is held
/// remains.
struct GrantLine {
  GrantId id;
  CreditType type;
  GrantSource source = GrantSource::plan;
  GrantState state = GrantState::working;
  Instant issued_at;
  std::optional<Instant> ends_at;
  std::optional<OrderId> order;  ///< whose payment bought it
  std::string granted, remaining, held, spent, expired, rolled, forfeited, refunded, transferred, corrected;
  std::optional<GrantForStaff> staff;
};
struct RefundForStaff {
  std::string key, reference, raw, decline_code, alarm;
};
struct RefundLine {
  RefundId id;
  OrderId order;
  Money amount;
  std::string state;
  std::optional<std::string> credit_note;
  bool guarantee = false;
  std::optional<RefundForStaff> staff;
};
struct ReviewLine {
  ReviewId id;
  OrderId order;
  std::optional<OrderId> duplicate_of;  ///< an order that looks like the reviewed one
  std::string reason, said, state, decision;
  Instant asked_at, due_at;
};
struct DisputeLine {
  std::string reference;
  OrderId order;
  Money amount;
  DisputeState state = DisputeState::needs_response;
  std::string reason;
  Instant opened_at, moved_at;
};
struct HoldLine {
  HoldId id;
  MeterId meter;
  std::string amount;
  Instant ends_at;
};

BOOST_DESCRIBE_STRUCT(Document, (),
                      (number, kind, issued_at, order, what, invoice, state, lines, net, taxes, total, refunded,
                       period_from, period_to, irn))
BOOST_DESCRIBE_STRUCT(GrantForStaff, (), (rule, received_from, cost))
BOOST_DESCRIBE_STRUCT(GrantLine, (),
                      (id, type, source, state, issued_at, ends_at, order, granted, remaining, held, spent, expired,
                       rolled, forfeited, refunded, transferred, corrected, staff))
BOOST_DESCRIBE_STRUCT(RefundForStaff, (), (key, reference, raw, decline_code, alarm))
BOOST_DESCRIBE_STRUCT(RefundLine, (), (id, order, amount, state, credit_note, guarantee, staff))
BOOST_DESCRIBE_STRUCT(ReviewLine, (), (id, order, duplicate_of, reason, said, state, decision, asked_at, due_at))
BOOST_DESCRIBE_STRUCT(DisputeLine, (), (reference, order, amount, state, reason, opened_at, moved_at))
BOOST_DESCRIBE_STRUCT(HoldLine, (), (id, meter, amount, ends_at))

/// Errors of all: bad_cursor.
Result<Page<Order>> orders_of(const Catalog& catalog, const florin::Account& account, const PageWords& page,
                              Audience whom);
Result<Page<Document>> documents_of(const Catalog& catalog, const florin::Account& account, const PageWords& page);
Result<Page<GrantLine>> grants_of(const Catalog& catalog, const florin::Account& account, const PageWords& page,
                                  Audience whom);
Result<Page<RefundLine>> refunds_of(const florin::Account& account, const PageWords& page, Audience whom);
Result<Page<ReviewLine>> reviews_of(const florin::Account& account, const PageWords& page);
Result<Page<DisputeLine>> disputes_of(const florin::Account& account, const PageWords& page);
Result<Page<HoldLine>> holds_of(const Catalog& catalog, const florin::Account& account, const PageWords& page);

/// None: the account has no document of this number.
std::optional<Document> document_of(const Catalog& catalog, const florin::Account& account, const std::string& number);
std::string as_json(const Document& document);
GrantLine grant_of(const Catalog& catalog, const Grant& grant, Audience whom);

/// A page of any of them: `{"data": […], "next": "…" or null}`, and `count` where it was asked for. Errors: bad_cursor.
Result<std::string> list_as_json(AccountList list, const Catalog& catalog, const florin::Account& account,
                                 const PageWords& page, Audience whom);
/// JSON Schemas of their rows, by name.
std::vector<std::pair<std::string, std::string>> list_schemas();

}  // namespace florin::answers
