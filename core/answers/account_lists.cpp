#include "answers/account_lists.hpp"

#include <functional>

#include "answers/parts.hpp"
#include "config/schema.hpp"
#include "config/write_json.hpp"
#include "domain/journal/described.hpp"
#include "domain/journal/word_text.hpp"

namespace florin::answers {

namespace {

/// Of an invoice.
std::string state_of(const florin::Order& order) {
  if (order.state == OrderState::paid) return order.refunded.is_zero() ? "paid" : "given_back";
  return order.state == OrderState::closed ? "closed" : "open";
}

std::optional<std::string> irn_of(const florin::Account& account, const std::string& number) {
  const auto& all = account.registered.all();
  const auto found = std::ranges::find(all, number, &RegisteredDocument::document);
  return found == all.end() ? std::nullopt : std::optional(found->irn);
}

Document invoice_of(const Catalog& catalog, const florin::Account& account, const florin::Order& order) {
  const Currency currency = order.total.is_zero() ? catalog.currency : order.total.currency();
  return {.number = order.invoice,
          .kind = "invoice",
          .issued_at = order.paid_at.value_or(order.placed_at),
          .order = order.id,
          .what = word_text(order.kind),
          .invoice = {},
          .state = state_of(order),
          .lines = lines_of(order.lines),
          .net = in_currency(currency, order.net()),
          .taxes = taxes_of(order.taxes),
          .total = in_currency(currency, order.total),
          .refunded = in_currency(currency, order.refunded),
          .period_from = order.period_from,
          .period_to = order.period_to,
          .irn = irn_of(account, order.invoice)};
}

Document credit_note_of(const florin::Account& account, const Refund& refund) {
  const Currency currency = refund.amount.currency();
  const florin::Order* order = account.order(refund.order);
  return {.number = refund.credit_note,
          .kind = "credit_note",
          .issued_at = *refund.credit_noted_at,
          .order = refund.order,
          .what = {},
          .invoice = order == nullptr ? std::nullopt : text_or_none(order->invoice),
          .state = refund.state == AttemptState::captured ? "given_back" : "open",
          .lines = {},
          .net = in_currency(currency, refund.net()),
          .taxes = taxes_of(refund.taxes),
          .total = refund.amount,
          .refunded = Money(0, currency),
          .period_from = {},
          .period_to = {},
          .irn = irn_of(account, refund.credit_note)};
}

/// An invoice or a credit note, before it is one in an answer.
struct Paper {
  const florin::Order* order = nullptr;
  const Refund* refund = nullptr;  ///< null: it is the order's invoice

  const std::string& number() const { return refund == nullptr ? order->invoice : refund->credit_note; }
  Instant issued_at() const {
    return refund == nullptr ? order->paid_at.value_or(order->placed_at) : *refund->credit_noted_at;
  }
  /// Of one instant a credit note comes before invoices, and a later one before an earlier one.
  Place<3> place() const {
    return {issued_at().us, refund == nullptr ? 1 : 2, refund == nullptr ? order->id.value : refund->id.value};
  }
  Document as_document(const Catalog& catalog, const florin::Account& account) const {
    return refund == nullptr ? invoice_of(catalog, account, *order) : credit_note_of(account, *refund);
  }
};

std::vector<Paper> papers_of(const florin::Account& account) {
  std::vector<Paper> all;
  for (const florin::Order& order : account.orders)
    if (!order.invoice.empty()) all.push_back({&order, nullptr});
  for (const Refund& refund : account.refunds)
    if (!refund.credit_note.empty()) all.push_back({nullptr, &refund});
  return all;
}

template <class List>
auto pointers_to(const List& list) {
  std::vector<const typename List::value_type*> all;
  all.reserve(list.size());
  for (const auto& one : list) all.push_back(&one);
  return all;
}

constexpr auto by_id = [](const auto& one) { return Place<1>{one.id.value}; };

template <class T>
Result<std::string> as_json(const Result<Page<T>>& page, bool count) {
  if (!page) return page.error();
  std::string json = "{\"data\":" + config::write_whole_json(page->data) +
                     ",\"next\":" + (page->next ? "\"" + *page->next + "\"" : "null");
  if (count) json += ",\"count\":" + std::to_string(std::min(page->all, most_counted));
  return json + "}";
}

}  // namespace

Result<Page<Order>> orders_of(const Catalog& catalog, const florin::Account& account, const PageWords& page,
                              Audience whom) {
  // By number without a gap: what is not on the page is not looked at.
  Page<Order> orders;
  orders.all = account.orders.size();
  std::size_t before = orders.all;
  if (!page.after.empty()) {
    const auto after = place_of<1>(page.after);
    if (!after) return after.error();
    before = std::min(before, static_cast<std::size_t>(std::max<std::int64_t>((*after)[0], 1) - 1));
  }
  for (; before > 0 && orders.data.size() < page.most; --before)
    orders.data.push_back(order_of(catalog, account, account.orders[before - 1], whom));
  if (before > 0 && !orders.data.empty()) orders.next = cursor_of(Place<1>{orders.data.back().id.value});
  return orders;
}

Result<Page<Document>> documents_of(const Catalog& catalog, const florin::Account& account, const PageWords& page) {
  const std::vector<Paper> papers = papers_of(account);
  return page_of(pointers_to(papers), page, std::mem_fn(&Paper::place),
                 [&](const Paper& paper) { return paper.as_document(catalog, account); });
}

std::optional<Document> document_of(const Catalog& catalog, const florin::Account& account, const std::string& number) {
  const std::vector<Paper> papers = papers_of(account);
  const auto found = std::ranges::find(papers, number, &Paper::number);
  return found == papers.end() ? std::nullopt : std::optional(found->as_document(catalog, account));
}

std::string as_json(const Document& document) { return config::write_whole_json(document); }

GrantLine grant_of(const Catalog& catalog, const Grant& grant, Audience whom) {
  const auto amount = [&](Credits credits) { return amount_text(catalog, grant.type, credits); };
  GrantLine line{.id = grant.id,
                 .type = grant.type,
                 .source = grant.source,
                 .state = state_of(grant),
                 .issued_at = grant.issued_at,
                 .ends_at = grant.ends_at,
                 .order = grant.paid_by ? std::optional(grant.paid_by) : std::nullopt,
                 .granted = amount(grant.granted),
                 .remaining = amount(grant.remaining),
                 .held = amount(grant.held),
                 .spent = amount(grant.spent),
                 .expired = amount(grant.expired),
                 .rolled = amount(grant.rolled),
                 .forfeited = amount(grant.forfeited),
                 .refunded = amount(grant.refunded),
                 .transferred = amount(grant.transferred),
                 .corrected = amount(grant.corrected),
                 .staff = {}};
  if (whom != Audience::staff) return line;
  line.staff = GrantForStaff{.rule = grant.rule, .received_from = {}, .cost = {}};
  if (grant.received) {
    line.staff->received_from = grant.received->from_account;
    line.staff->cost = in_currency(catalog.currency, grant.received->cost);
  }
  return line;
}

Result<Page<GrantLine>> grants_of(const Catalog& catalog, const florin::Account& account, const PageWords& page,
                                  Audience whom) {
  return page_of(account.all_grants(), page, by_id, [&](const Grant& grant) { return grant_of(catalog, grant, whom); });
}

Result<Page<RefundLine>> refunds_of(const florin::Account& account, const PageWords& page, Audience whom) {
  return page_of(pointers_to(account.refunds), page, by_id, [&](const Refund& refund) {
    RefundLine line{.id = refund.id,
                    .order = refund.order,
                    .amount = refund.amount,
                    .state = refund.state == AttemptState::captured ? std::string("paid") : word_text(refund.state),
                    .credit_note = text_or_none(refund.credit_note),
                    .guarantee = refund.guarantee,
                    .staff = {}};
    if (whom == Audience::staff)
      line.staff = RefundForStaff{refund.key, refund.ref, refund.raw, refund.decline_code, refund.alarm};
    return line;
  });
}

Result<Page<ReviewLine>> reviews_of(const florin::Account& account, const PageWords& page) {
  return page_of(pointers_to(account.reviews), page, by_id, [](const Review& review) {
    return ReviewLine{.id = review.id,
                      .order = review.order,
                      .duplicate_of = review.duplicate_of ? std::optional(review.duplicate_of) : std::nullopt,
                      .reason = review.reason,
                      .said = review.said,
                      .state = !review.decided   ? "open"
                               : review.approved ? "approved"
                                                 : "declined",
                      .decision = review.decision,
                      .asked_at = review.asked_at,
                      .due_at = review.due_at};
  });
}

Result<Page<DisputeLine>> disputes_of(const florin::Account& account, const PageWords& page) {
  // None is ever taken out of the list, and a new one comes at its end.
  const std::vector<Dispute>& all = account.disputes;
  const auto place = [&](const Dispute& dispute) { return Place<1>{&dispute - all.data() + 1}; };
  return page_of(pointers_to(all), page, place, [](const Dispute& dispute) {
    return DisputeLine{.reference = dispute.ref,
                       .order = dispute.order,
                       .amount = dispute.amount,
                       .state = dispute.state,
                       .reason = dispute.reason,
                       .opened_at = dispute.opened_at,
                       .moved_at = dispute.moved_at};
  });
}

Result<Page<HoldLine>> holds_of(const Catalog& catalog, const florin::Account& account, const PageWords& page) {
  return page_of(pointers_to(account.holds), page, by_id, [&](const Hold& hold) {
    return HoldLine{.id = hold.id,
                    .meter = hold.meter,
                    .amount = amount_text(catalog, hold.type, hold.amount()),
                    .ends_at = hold.ends_at};
  });
}

Result<std::string> list_as_json(AccountList list, const Catalog& catalog, const florin::Account& account,
                                 const PageWords& page, Audience whom) {
  switch (list) {
    case AccountList::orders: return as_json(orders_of(catalog, account, page, whom), page.count);
    case AccountList::documents: return as_json(documents_of(catalog, account, page), page.count);
    case AccountList::grants: return as_json(grants_of(catalog, account, page, whom), page.count);
    case AccountList::refunds: return as_json(refunds_of(account, page, whom), page.count);
    case AccountList::reviews: return as_json(reviews_of(account, page), page.count);
    case AccountList::disputes: return as_json(disputes_of(account, page), page.count);
    case AccountList::holds: return as_json(holds_of(catalog, account, page), page.count);
  }
  return bad_cursor();
}

std::vector<std::pair<std::string, std::string>> list_schemas() {
  return {{"document", config::schema<Document>("document")},  {"grant", config::schema<GrantLine>("grant")},
          {"refund", config::schema<RefundLine>("refund")},    {"review", config::schema<ReviewLine>("review")},
          {"dispute", config::schema<DisputeLine>("dispute")}, {"hold", config::schema<HoldLine>("hold")}};
}

}  // namespace florin::answers
