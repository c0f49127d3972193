#include "domain/payments/methods.hpp"
#include "domain/catalog/nearest.hpp"

#include <algorithm>

#include "domain/orders/place.hpp"
#include "domain/payments/offered.hpp"
#include "domain/payments/settle.hpp"

namespace florin {

namespace {

const Method& keepable(const Draft& draft, const Actor& actor, const MethodId& id, const std::string& slot) {
  const Catalog& catalog = draft.catalog();
  const Method* method = catalog.method(id);
  if (method == nullptr)
    refuse("unknown_method", "There is no payment method " + quoted_with_nearest(id.text(), catalog.methods) + ".",
           catalog.methods_at);
  must_be_offered(*method, draft.account, actor);
  if (std::ranges::find(method->slots, slot) == method->slots.end())
    refuse("unknown_slot", "'" + id.text() + "' cannot be kept as " + quoted_with_nearest(slot, method->slots) + ".",
           method->at);
  return *method;
}

/// The processor that keeps the method: the one that was named, else the first of the tenant's list. Which one it is is
/// fixed then: a token works only where it was made.
ProcessorId keeper(const Method& method, const std::optional<ProcessorId>& named) {
  if (!named) return method.through.front();
  if (std::ranges::find(method.through, *named) == method.through.end())
    refuse("unknown_processor", "'" + method.id.text() + "' does not go through '" + named->text() + "'.", method.at);
  return *named;
}

/// A working method given while past due is tried at once.
void keep(Draft& draft, SavedMethod method) {
  method.id = {draft.account.last_method + 1};
  draft.add(PaymentMethodAdded{std::move(method)});
  if (!draft.account.past_due || draft.account.frozen) return;
  const OrderId unpaid = draft.account.past_due->order;
  if (!draft.account.order(unpaid)->in_flight()) try_afresh(draft, unpaid);
}

/// What a command says under seal is in its own entry. Entries count from 1: 0 stands for the one that is being made.
std::optional<std::uint64_t> sealed_here(const std::vector<Word>& words) {
  return words.empty() ? std::nullopt : std::optional<std::uint64_t>(0);
}

void move(Draft& draft, const Saving& saving, const ProviderReport& said, Instant ask_at) {
  draft.add(SavingMoved{.saving = saving.id,
                        .state = said.state,
                        .ask_at = ask_at,
                        .ref = said.ref,
                        .raw = said.raw,
                        .decline = said.decline,
                        .decline_code = said.decline_code,
                        .action = said.action});
}

}  // namespace

ProcessorId well_keeper(const TenantState& tenant, const Method& method, Instant now) {
  for (const ProcessorId& processor : method.through)
    if (tenant.cooldown_until(processor) <= now) return processor;
  return method.through.front();
}

void add_payment_method(Draft& draft, const Actor& actor, const AddPaymentMethod& command) {
  const Method& method = keepable(draft, actor, command.method, command.slot);
  must_take(method, command.brand);
  if (command.token.empty() && command.details.empty())
    refuse("token_missing", "The processor's token of the method is missing.", method.at);
  keep(draft, {.id = {},
               .method = command.method,
               .slot = command.slot,
               .processor = keeper(method, command.through),
               .token = command.token,
               .brand = command.brand,
               .masked = command.masked,
               .details_at = sealed_here(command.details)});
}

void remove_payment_method(Draft& draft, const RemovePaymentMethod& command) {
  const SavedMethod* saved = draft.account.slot(command.slot);
  if (saved == nullptr) refuse("no_payment_method", "There is no payment method in '" + command.slot + "'.");
  for (const Order& order : draft.account.orders.open())
    for (const Attempt& attempt : order.attempts)
      if (attempt.open() && attempt.method == saved->id)
        refuse("payment_under_way", "A payment with this method is under way.");
  draft.add(PaymentMethodRemoved{saved->id});
}

void set_up_payment_method(Draft& draft, const Actor& actor, const SetUpPaymentMethod& command) {
  const Method& method = keepable(draft, actor, command.method, command.slot);
  if (method.by_invoice()) refuse("unknown_slot", "'" + command.method.text() + "' is kept by nobody.", method.at);
  const SavingId id{draft.account.last_saving + 1};
  Saving saving{
      .id = id,
      .method = command.method,
      .slot = command.slot,
      .processor = command.through ? keeper(method, command.through) : well_keeper(draft.tenant, method, draft.now),
      .key = draft.world.provider_key(draft.tenant.id.text() + "/" + draft.account.id.text() + "/saving " +
                                      std::to_string(id.value))};
  saving.details_at = sealed_here(command.details);
  saving.browser = draft.browser;
  saving.started_at = draft.now;
  saving.ask_at = draft.now;
  saving.send_before = draft.now + send_window;
  saving.until = draft.calendar().after(draft.now, method.order_open);
  draft.add(SavingStarted{std::move(saving)});
}

void set_up_reported(Draft& draft, const SetUpReported& command) {
  const Saving* found = draft.account.saving(command.saving);
  if (found == nullptr) refuse("no_such_saving", "There is no such saving.");
  const Saving saving = *found;
  if (!saving.open()) refuse("stale_claim", "The outcome for this payment method is already recorded.");
  ProviderReport said = command.said;
  if (said.state == AttemptState::needs_action && said.action.empty()) said.action = saving.action;
  // Nothing of it costs anybody anything: what never arrived is sent again, and what the processor does not know is
  // over.
  if (said.absent) said.state = AttemptState::declined;
  if (said.state == AttemptState::not_sent)
    said.state = said.decline == DeclineKind::misconfigured ? AttemptState::declined : AttemptState::started;
  if (said.state == AttemptState::captured) {
    const Method* method = draft.catalog().method(saving.method);
    if (said.token.empty() || method == nullptr) {
      said.state = AttemptState::declined;
      said.decline_code = "nothing_saved";
    } else if (!takes(*method, said.brand)) {
      said.state = AttemptState::declined;
      said.decline_code = "brand_not_accepted";
    }
  }
  const Duration wait = said.ask_after.us > 0 ? said.ask_after : ask_again_after(saving.asked);
  const bool open = said.state == AttemptState::started || said.state == AttemptState::unknown ||
                    said.state == AttemptState::pending || said.state == AttemptState::needs_action;
  move(draft, saving, said, open ? draft.now + wait : never);
  if (said.state != AttemptState::captured) return;
  keep(draft, {.id = {},
               .method = saving.method,
               .slot = saving.slot,
               .processor = saving.processor,
               .token = said.token,
               .brand = said.brand,
               .masked = said.masked});
}

bool may_be_kept(const Account& account, const Order& order, const SavedMethod& used) {
  return used.once() && order.kind == OrderKind::subscription &&
         std::ranges::all_of(account.methods,
                             [](const SavedMethod& one) { return one.once() || one.slot == "invoice"; });
}

void keep_charged(Draft& draft, const Order& order, const Attempt& attempt, const ProviderReport& said) {
  const SavedMethod* used = draft.account.method(attempt.method);
  if (said.token.empty() || used == nullptr || !may_be_kept(draft.account, order, *used)) return;
  const Method* method = draft.catalog().method(used->method);
  if (method == nullptr || method->slots.empty() || !takes(*method, said.brand)) return;
  draft.add(PaymentMethodAdded{{.id = {draft.account.last_method + 1},
                                .method = used->method,
                                .slot = method->slots.front(),
                                .processor = attempt.processor,
                                .token = said.token,
                                .brand = said.brand,
                                .masked = said.masked}});
}

void close_saving(Draft& draft, SavingId id) {
  const Saving saving = *draft.account.saving(id);
  ProviderReport said;
  said.state = AttemptState::expired;
  said.raw = saving.raw;
  said.decline = DeclineKind::customer_gave_up;
  move(draft, saving, said, never);
}

void look_up(Draft& draft, const LookUp& command) {
  const auto nothing_new = [] { refuse("stale_claim", "This is already recorded."); };
  if (command.saving) {
    const Saving* saving = draft.account.saving(command.saving);
    if (saving == nullptr || !saving->open() || saving->ask_at <= draft.now) nothing_new();
  } else if (command.refund) {
    const Refund* refund = draft.account.refund(command.refund);
    if (refund == nullptr || refund->state == AttemptState::captured || refund->ask_at <= draft.now) nothing_new();
  } else {
    const Order* order = draft.account.order(command.order);
    if (order == nullptr || command.attempt == 0 || command.attempt > order->attempts.size()) nothing_new();
    const Attempt& attempt = order->attempts[command.attempt - 1];
    // What was never sent is not asked about, and what comes by bank is told by statements.
    if (!attempt.open() || attempt.state == AttemptState::started || attempt.ask_at <= draft.now ||
        attempt.ask_at == never)
      nothing_new();
  }
  draft.add(LookUpPlanned{command.order, command.attempt, command.refund, command.saving});
}

void customer_returned(Draft& draft, const CustomerReturned& command) {
  if (command.order && draft.account.order(*command.order) == nullptr)
    refuse("no_such_order", "There is no such order.");
  const auto waits = [](AttemptState state) { return state != AttemptState::started; };
  std::vector<LookUpPlanned> asked;
  for (const Order& order : draft.account.orders.open())
    for (const Attempt& attempt : order.attempts)
      if ((!command.order || order.id == *command.order) && attempt.open() && waits(attempt.state) &&
          attempt.ask_at != never)
        asked.push_back({.order = order.id, .attempt = attempt.number, .refund = {}, .saving = {}});
  for (const Saving& saving : draft.account.savings)
    if (!command.order && saving.open() && waits(saving.state))
      asked.push_back({.order = {}, .attempt = 0, .refund = {}, .saving = saving.id});
  if (asked.empty()) refuse("nothing_to_ask", "No payment and no payment method waits for the customer.");
  if (!command.answer.empty()) {
    if (asked.size() > 1)
      refuse("order_missing", "Several payments wait for the customer. Name the order that the answer is for.");
    asked.front().answered = true;
  }
  for (const LookUpPlanned& one : asked) draft.add(one);
}

}  // namespace florin
