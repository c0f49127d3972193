#include "host/documents.hpp"

#include <algorithm>
#include <vector>

#include "domain/orders/place.hpp"
#include "host/parts.hpp"

namespace florin {

namespace {

namespace json = boost::json;

json::object invoice_as_json(const Order& order) {
  json::object invoice{{"number", order.invoice},
                       {"kind", "invoice"},
                       {"issued_at", order.paid_at.value_or(order.placed_at).text()},
                       {"order", order.id.value},
                       {"for", word_of(order.kind)},
                       {"lines", lines_as_json(order.lines)},
                       {"net", order.net().text()},
                       {"taxes", taxes_as_json(order.taxes)},
                       {"total", order.total.text()}};
  if (order.period_from) invoice["period_from"] = order.period_from->text();
  if (order.period_to) invoice["period_to"] = order.period_to->text();
  return invoice;
}

json::object credit_note_as_json(const Account& account, const Refund& refund) {
  return {{"number", refund.credit_note},
          {"kind", "credit_note"},
          {"issued_at", refund.credit_noted_at->text()},
          {"order", refund.order.value},
          {"invoice", account.order(refund.order)->invoice},
          {"net", refund.net().text()},
          {"taxes", taxes_as_json(refund.taxes)},
          {"total", refund.amount.text()}};
}

}  // namespace

std::string documents_as_json(const Account& account) {
  std::vector<std::pair<Instant, json::object>> all;
  for (const Order& order : account.orders)
    if (!order.invoice.empty()) all.emplace_back(order.paid_at.value_or(order.placed_at), invoice_as_json(order));
  for (const Refund& refund : account.refunds)
    if (!refund.credit_note.empty()) all.emplace_back(*refund.credit_noted_at, credit_note_as_json(account, refund));
  std::ranges::stable_sort(all, {}, [](const auto& one) { return one.first; });
  json::array array;
  for (auto& [at, document] : all) array.push_back(std::move(document));
  return json::serialize(array);
}

}  // namespace florin
