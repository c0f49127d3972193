#include <algorithm>

#include "engine/command_identity.hpp"
#include "engine/plugin_failed.hpp"
#include "engine/shard.hpp"

/// Accounts that wait for a plugin, and what waits behind them. docs/decisions/0050-asking-plugins.md
namespace florin::engine {

namespace {

/// Questions of one tenant that are out at a time. What comes beyond waits for one of them.
constexpr std::size_t most_asking = 1'024;
/// Commands of one tenant that may wait for its plugins.
constexpr std::size_t most_parked = 65'536;
/// A command that was asked about under so many versions of the catalog is given up.
constexpr std::uint32_t most_restarts = 3;

constexpr Duration first_retry = seconds(1);
constexpr Duration longest_retry = minutes(15);
constexpr std::uint32_t failures_to_alarm = 3;

const Error moved_too_often{.code = {}, .message = "the catalog was changed each time before it answered"};

/// 1 s after the first failure, doubled by each to 15 minutes.
Duration retry_after(std::uint32_t failures) {
  Duration after = first_retry;
  for (std::uint32_t i = 1; i < failures && after < longest_retry; ++i) after = after + after;
  return std::min(after, longest_retry);
}

}  // namespace

// ---- Slots -----------------------------------------------------------------------------------------------------

Shard::Slot* Shard::slot_of(const SlotName& name) {
  const auto found = slots_.find(name);
  return found == slots_.end() ? nullptr : &found->second;
}

Shard::Slot& Shard::make_slot(const SlotName& name) {
  Slot& slot = slots_[name];
  if (Held* held = find(*name.first, name.second)) held->waits = true;
  return slot;
}

bool Shard::is_busy(const SlotName& name, const Held* held) {
  if (slots_.empty() || (held != nullptr && !held->waits)) return false;
  const Slot* slot = slot_of(name);
  return slot != nullptr && (!slot->queue.empty() || (slot->due && slot->due->ticket != 0));
}

Shard::ReservedKey Shard::reserved_key(const Pending& pending) {
  return {is_usage(pending.job.command) ? 1u : 0u, pending.key.segment, pending.key.mark};
}

/// It waits in the queue of every account that it names. Nobody waits for ever: it waits only for what came earlier.
void Shard::park(Tenant& tenant, Pending& pending, Ran ran) {
  Held* held = find(tenant, pending.job.account);
  if (tenant.parked >= most_parked)
    return fail(held, pending, {.code = "busy", .message = "too many commands wait for a plugin: send it again"});
  const auto parked = std::make_shared<Parked>(std::move(pending.job));
  Pending& its = parked->pending;
  its.of_host = pending.of_host;
  its.asked_at = pending.asked_at;
  its.at = pending.at;
  its.key = pending.key;
  its.content = pending.content;
  its.known = std::move(pending.known);
  parked->tenant = &tenant;
  ++tenant.parked;
  parked->slots.emplace_back(&tenant, its.job.account);
  if (const auto* moves = std::get_if<Transfer>(&its.job.command); moves != nullptr && moves->to != its.job.account)
    parked->slots.emplace_back(&tenant, moves->to);
  for (const SlotName& name : parked->slots) {
    make_slot(name).queue.push_back(parked);
    if (Held* account = find(tenant, name.second)) schedule(*account);
  }
  parked->reserved = reserved_key(its);
  if (!its.of_host) reserved_.emplace(parked->reserved, parked);
  if (ran == Ran::asks) send({.tenant = &tenant, .parked = parked, .slot = {}}, parked->ticket);
}

void Shard::leave_slots(Parked& parked) {
  for (const SlotName& name : parked.slots) {
    Slot* slot = slot_of(name);
    if (slot == nullptr) continue;
    std::erase_if(slot->queue, [&](const auto& queued) { return queued.get() == &parked; });
    ready_.push_back(name);
  }
  --parked.tenant->parked;
  if (!parked.pending.of_host) reserved_.erase(parked.reserved);
}

bool Shard::may_run(const Parked& parked) {
  return parked.ticket == 0 && std::ranges::all_of(parked.slots, [&](const SlotName& name) {
           const Slot* slot = slot_of(name);
           return slot != nullptr && slot->queue.front().get() == &parked && !(slot->due && slot->due->ticket != 0);
         });
}

void Shard::go_on(Instant now) {
  while (!ready_.empty()) {
    const SlotName name = ready_.front();
    ready_.pop_front();
    run_queue(name, now);
  }
}

void Shard::run_queue(const SlotName& name, Instant now) {
  Slot* slot = slot_of(name);
  if (slot == nullptr || (slot->due && slot->due->ticket != 0)) return;
  Tenant& tenant = *name.first;
  if (!slot->queue.empty()) {
    const std::shared_ptr<Parked> parked = slot->queue.front();
    if (!may_run(*parked)) return;
    Held* held = find(tenant, parked->slots.front().second);
    const auto* moves = std::get_if<Transfer>(&parked->job.command);
    Held* other = moves == nullptr ? nullptr : find(tenant, moves->to);
    const Ran ran = run(tenant, held, other, parked->pending, now);
    if (ran == Ran::asks) send({.tenant = &tenant, .parked = parked, .slot = {}}, parked->ticket);
    if (ran == Ran::through) leave_slots(*parked);  // and those who are first now
    return;
  }
  slot->due.reset();
  const bool held_back = slot->held();
  Held* held = find(tenant, name.second);
  if (!held_back) {
    slots_.erase(name);
    if (held != nullptr) held->waits = false;
  }
  if (held != nullptr) schedule(*held);
}

void Shard::drop_parked(const Error& why) {
  for (auto& [name, slot] : slots_)
    for (const auto& parked : slot.queue) fail(nullptr, parked->pending, why);
  slots_.clear();
  tickets_.clear();
  reserved_.clear();
  ready_.clear();
}

// ---- Questions -------------------------------------------------------------------------------------------------

void Shard::send(Ticket what, std::uint64_t& ticket) {
  ticket = ++last_ticket_;
  Tenant& tenant = *what.tenant;
  tickets_.emplace(ticket, std::move(what));
  if (tenant.asking < most_asking)
    dispatch(ticket);
  else
    tenant.unsent.push_back(ticket);
}

void Shard::dispatch(std::uint64_t ticket) {
  const Ticket& what = tickets_.at(ticket);
  ++what.tenant->asking;
  if (what.of_effects) return read_pages_(ticket, {past_of(what.tenant->state.id, what.slot.second)});
  const Known& known = what.parked ? what.parked->pending.known : slot_of(what.slot)->due->known;
  if (!known.pages.empty()) return read_pages_(ticket, known.pages);
  ask_(ticket, what.tenant->state.id, known.catalog, known.questions.back());
}

std::optional<Shard::Ticket> Shard::end_ticket(std::uint64_t ticket) {
  const auto found = tickets_.find(ticket);
  if (found == tickets_.end()) return std::nullopt;
  Ticket what = std::move(found->second);
  tickets_.erase(found);
  --what.tenant->asking;
  if (!what.tenant->unsent.empty()) {
    const std::uint64_t next = what.tenant->unsent.front();
    what.tenant->unsent.pop_front();
    dispatch(next);
  }
  return what;
}

void Shard::answered(std::uint64_t ticket, Result<Answer> answer, Instant now) {
  const auto what = end_ticket(ticket);
  if (!what) return;
  now = last_at_ = std::max(last_at_, now);
  if (what->parked)
    answer_command(what->parked, std::move(answer));
  else
    answer_due(what->slot, std::move(answer), now);
  go_on(now);
}

bool Shard::still_counts(const Tenant& tenant, Known& known) {
  if (known.catalog == tenant.state.catalog) return true;
  if (known.restarts == most_restarts) return false;
  known = {.restarts = known.restarts + 1};
  return true;
}

/// A failure is an answer too: the domain decides what follows from it.
Answer Shard::heard(const Tenant& tenant, const Known& known, Result<Answer> answer) {
  if (answer) return std::move(*answer);
  return failed_answer(tenant, known.questions.back(), answer.error());
}

void Shard::answer_command(const std::shared_ptr<Parked>& parked, Result<Answer> answer) {
  Tenant& tenant = *parked->tenant;
  Pending& pending = parked->pending;
  Known& known = pending.known;
  parked->ticket = 0;
  const auto give_up = [&](const Error& why) {
    fail(find(tenant, parked->slots.front().second), pending,
         plugin_failed(tenant.state.id, tenant.catalogs.at(known.catalog), known.questions.back(), why));
    leave_slots(*parked);
  };
  // When the host closes, a caller asks the next one; what the host itself has to record is recorded.
  if (!answer && answer.error().code == "ask_again" && !pending.of_host) return give_up(answer.error());
  if (known.catalog == tenant.state.catalog) {
    known.answers.push_back(heard(tenant, known, std::move(answer)));
  } else {
    if (known.restarts == most_restarts) return give_up(moved_too_often);
    known = {.restarts = known.restarts + 1};
    pending.at = never;
  }
  ready_.push_back(parked->slots.front());
}

// ---- Due work --------------------------------------------------------------------------------------------------

Instant Shard::due_event(const Held& held) const {
  const auto found = slots_.find({held.tenant, held.account.id});
  if (found == slots_.end()) return held.account.due_at;
  const Slot& slot = found->second;
  if (!slot.queue.empty() || (slot.due && slot.due->ticket != 0)) return never;
  return slot.held() ? std::max(slot.retry_at, held.account.due_at) : held.account.due_at;
}

void Shard::ask_for_due(Held& held, Known& known) {
  const SlotName name{held.tenant, held.account.id};
  Known asked = std::move(known);
  Slot& slot = make_slot(name);
  slot.due.emplace(Slot::Due{.known = std::move(asked)});
  slot.retry_at = never;
  send({.tenant = held.tenant, .parked = nullptr, .slot = name}, slot.due->ticket);
  schedule(held);
}

void Shard::due_is_decided(Held& held, Slot& slot) {
  slot.due.reset();
  slot.failures = 0;
  slot.retry_at = never;
  if (!slot.queue.empty()) return;
  slots_.erase({held.tenant, held.account.id});
  held.waits = false;
}

void Shard::answer_due(const SlotName& name, Result<Answer> answer, Instant now) {
  Slot* slot = slot_of(name);
  Held* held = find(*name.first, name.second);
  if (slot == nullptr || held == nullptr || !slot->due) return;
  Known& known = slot->due->known;
  slot->due->ticket = 0;
  const auto hold = [&](const Error& why) {
    hold_due(
        *held,
        plugin_failed(held->tenant->state.id, held->tenant->catalogs.at(known.catalog), known.questions.back(), why),
        now);
    ready_.push_back(name);
  };
  if (!answer && answer.error().code == "ask_again") return hold(answer.error());
  if (known.catalog == held->tenant->state.catalog) {
    known.answers.push_back(heard(*held->tenant, known, std::move(answer)));
  } else {
    if (known.restarts == most_restarts) return hold(moved_too_often);
    known = {.restarts = known.restarts + 1};
  }
  std::size_t one = 1;
  (void)advance(*held, now, one);
  ready_.push_back(name);
}

/// Nothing is written: it is still due. Until it is tried again what is asked of the account is an error.
void Shard::hold_due(Held& held, const Error& why, Instant now) {
  Slot& slot = make_slot({held.tenant, held.account.id});
  slot.due.reset();
  slot.why = why;
  ++slot.failures;
  slot.retry_at = now + retry_after(slot.failures);
  if (slot.failures >= failures_to_alarm && why.code == "plugin_failed") {
    const std::string sentence = "tenant '" + held.tenant->state.id.text() + "', account '" + held.account.id.text() +
                                 "': what is due since " + held.account.due_at.text() + " could not be decided " +
                                 std::to_string(slot.failures) + " times and is tried again at " +
                                 slot.retry_at.text() +
                                 "; until then the account's commands are errors: " + why.message;
    alarm(sentence);
  }
  schedule(held);
}

}  // namespace florin::engine
