#include "answers/cases.hpp"

#include <algorithm>

#include "config/write_json.hpp"

namespace florin::answers {

std::vector<Case> cases_of(const florin::Account& account) {
  std::vector<Case> cases;
  const auto add = [&](std::string_view kind) -> Case& {
    Case& one = cases.emplace_back();
    one.kind = kind;
    one.account = account.id;
    return one;
  };
  for (const Review& review : account.reviews) {
    if (review.decided) continue;
    Case& one = add("review");
    one.due_at = review.due_at;
    one.review = review.id;
    one.order = review.order;
    one.reason = review.reason;
    if (review.duplicate_of.value != 0) one.duplicate_of = review.duplicate_of;
  }
  if (account.guarantee && !account.guarantee->decided) add("guarantee").asked_at = account.guarantee->asked_at;
  for (const florin::Order& order : account.orders)
    for (const Attempt& attempt : order.attempts) {
      if (!attempt.kept) continue;
      Case& one = add("late_money");
      one.order = order.id;
      one.amount = attempt.amount;
    }
  for (const florin::Order& order : account.orders) {
    if (!order.undelivered) continue;
    Case& one = add("delivery");
    if (order.undelivered->try_at != never) one.due_at = order.undelivered->try_at;
    one.order = order.id;
    one.amount = order.total;
    one.plugin = order.undelivered->plugin;
    one.code = order.undelivered->code;
    one.why = order.undelivered->text;
  }
  for (const Dispute& dispute : account.disputes) {
    if (dispute.state >= DisputeState::won) continue;
    Case& one = add("dispute");
    one.ref = dispute.ref;
    one.order = dispute.order;
    one.amount = dispute.amount;
  }
  return cases;
}

std::string as_json(std::vector<Case> cases) {
  std::ranges::stable_sort(cases, {}, [](const Case& one) { return one.due_at.value_or(never); });
  return config::write_whole_json(cases);
}

}  // namespace florin::answers
