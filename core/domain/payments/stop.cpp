#include "domain/payments/stop.hpp"
#include "domain/catalog/nearest.hpp"

#include <algorithm>

#include "domain/orders/place.hpp"

namespace florin {

namespace {

/// The processor that the order's next attempt would go through: of the next method that is there, else of the last
/// one tried.
ProcessorId next_processor(const Account& account, const Order& order) {
  for (std::size_t next = order.next_candidate; next < order.candidates.size(); ++next)
    if (const SavedMethod* saved = account.method(order.candidates[next])) return saved->processor;
  return order.attempts.empty() ? ProcessorId() : order.attempts.back().processor;
}

bool waits_no_more(const TenantState& tenant, const Account& account, const Order& order) {
  return order.state == OrderState::open && order.waits_for_lift &&
         stop_of(tenant, account, order, next_processor(account, order)) == nullptr;
}

std::string names_of(const auto& things) {
  std::string names;
  for (const auto& one : things) names += (names.empty() ? "" : ", ") + one.id.text();
  return names;
}

void must_name_something(const Draft& draft, StopScope scope, const std::string& name) {
  const auto& versions = draft.world.catalogs.versions;
  const auto in_some = [&](auto has) { return std::ranges::any_of(versions, has); };
  switch (scope) {
    case StopScope::tenant:
      if (!name.empty()) refuse("unknown_name", "A stop of the whole tenant has no name.");
      return;
    case StopScope::plan:
      if (!in_some([&](const auto& catalog) { return catalog->plan(PlanId::trusted(name)) != nullptr; }))
        refuse("unknown_plan", "There is no plan " + quoted_with_nearest(name, versions.back()->plans) +
                                   ". Plans: " + names_of(versions.back()->plans) + ".");
      return;
    case StopScope::processor:
      if (!in_some([&](const auto& catalog) {
            return std::ranges::find(catalog->processors, ProcessorId::trusted(name), &Processor::id) !=
                   catalog->processors.end();
          }))
        refuse("unknown_processor", "There is no processor " + quoted_with_nearest(name, versions.back()->processors) +
                                        ". Processors: " + names_of(versions.back()->processors) + ".");
      return;
  }
}

bool is_stopped(const TenantState& tenant, StopScope scope, const std::string& name) {
  return std::ranges::any_of(tenant.stops,
                             [&](const ChargeStop& stop) { return stop.scope == scope && stop.name == name; });
}

}  // namespace

void stop_charges(Draft& draft, const StopCharges& command) {
  const std::string name = command.name.value_or("");
  must_name_something(draft, command.scope, name);
  if (command.reason.empty()) refuse("reason_missing", "A stop needs a reason.");
  if (is_stopped(draft.tenant, command.scope, name)) refuse("already_stopped", "These charges are stopped already.");
  draft.add(ChargesStopped{{command.scope, name, command.reason, draft.now}});
}

void lift_charges(Draft& draft, const LiftCharges& command) {
  if (command.reason.empty()) refuse("reason_missing", "Lifting a stop needs a reason.");
  const std::string name = command.name.value_or("");
  if (!is_stopped(draft.tenant, command.scope, name)) refuse("not_stopped", "These charges are not stopped.");
  draft.add(ChargesLifted{command.scope, name, command.reason});
}

const ChargeStop* stop_of(const TenantState& tenant, const Account& account, const Order& order,
                          const ProcessorId& processor) {
  const auto holds_it = [&](const ChargeStop& stop) {
    switch (stop.scope) {
      case StopScope::tenant: return true;
      case StopScope::plan:
        return (order.buys.plan && order.buys.plan->text() == stop.name) ||
               (account.subscription && account.subscription->plan.text() == stop.name);
      case StopScope::processor: return processor.text() == stop.name;
    }
    return true;
  };
  const auto found = std::ranges::find_if(tenant.stops, holds_it);
  return found == tenant.stops.end() ? nullptr : &*found;
}

bool may_resume(const TenantState& tenant, const Account& account) {
  return std::ranges::any_of(account.orders.open(),
                             [&](const Order& order) { return waits_no_more(tenant, account, order); });
}

void resume_charges(Draft& draft) {
  std::vector<OrderId> waiting;
  for (const Order& order : draft.account.orders.open())
    if (waits_no_more(draft.tenant, draft.account, order)) waiting.push_back(order.id);
  if (waiting.empty()) refuse("nothing_waits", "No charge is waiting.");
  for (const OrderId id : waiting) {
    const Order& order = *draft.account.order(id);
    // What was never tried goes by the methods that are there now.
    const bool started =
        order.attempts.empty() ? try_afresh(draft, id) : try_next(draft, id) || try_again(draft, id, {});
    if (!started) could_not_be_paid(draft, id, "no_payment_method");
  }
}

}  // namespace florin
