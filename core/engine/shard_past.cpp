#include <algorithm>
#include <mutex>

#include "domain/journal/journal.hpp"
#include "engine/shard.hpp"

/// Pages of accounts' pasts that are away, and how they come back. docs/decisions/0370-pages-on-disk.md
namespace florin::engine {

namespace {

/// One decision that still lacks something after so many times is one whose pages are not in the store.
constexpr std::uint32_t most_times = 8;

std::string account_object(const TenantId& tenant, const AccountId& account) {
  return "account/" + tenant.text() + "/" + account.text();
}

ObjectNames only(std::string object) { return {.from = object, .until = object + '\x01'}; }

Error not_brought(const Error& why) {
  return {.code = "store_unavailable",
          .message =
              "what it is about lies on disk and could not be read; ask again with the same key (" + why.message + ")"};
}

}  // namespace

ObjectNames Shard::past_of(const TenantId& tenant, const AccountId& account) {
  // '0' follows '/'.
  return {.from = journal::page_object(account_object(tenant, account), ""),
          .until = "past/" + tenant.text() + "/" + account.text() + "0"};
}

ObjectNames Shard::pages_for(const TenantId& tenant, const AccountId& account, const PageAway& away,
                             std::uint32_t times) {
  if (times >= one_by_one || away.of != PageAway::Of::history) return past_of(tenant, account);
  return only(journal::page_object(account_object(tenant, account), journal::page_name(away)));
}

ObjectNames Shard::Lacking::names() const { return ref.empty() ? past_of(tenant, account) : only(ref); }

// ---- Decisions -------------------------------------------------------------------------------------------------

Result<bool> Shard::want(const PageAway& away, Held* held, Held* other, Known& known) {
  std::vector<ObjectNames> names;
  for (const Held* one : {held, other}) {
    if (one == nullptr || one->account.is_whole()) continue;
    known.catalog = one->tenant->state.catalog;
    names.push_back(pages_for(one->tenant->state.id, one->account.id, away, known.times_brought));
  }
  if (names.empty() || ++known.times_brought > most_times) {
    note_damage();
    return Error{.code = "store_unavailable", .message = "a page of the account's past is not in the store"};
  }
  if (read_pages_) {
    known.pages = std::move(names);
    return true;
  }
  const Status brought = bring_in_place(names);
  if (brought) return false;
  if (brought.error().code == "damaged_checkpoint") note_damage();
  return not_brought(brought.error());
}

/// With a page that is damaged or missing the next start folds the journal, and all are saved anew.
void Shard::note_damage() {
  alarm(
      "a page of an account's past on disk is damaged or missing: the next start makes all of them anew from the "
      "journal");
  (void)!store_.set_mark(past_mark, "damaged");
}

Status Shard::bring_in_place(std::span<const ObjectNames> names) {
  for (const ObjectNames& some : names) {
    const auto pages = store_.objects(options_.number, some.from, some.until);
    if (!pages) return pages.error();
    if (const Status brought = bring(*pages); !brought) return brought;
  }
  return Done{};
}

/// What is here by now stays as it is: it may be newer.
Status Shard::bring(std::span<const store::Checkpoint> pages) {
  for (const store::Checkpoint& page : pages) {
    const std::string_view name = page.object;  // past/acme/ann/orders/12
    const std::size_t account_at = name.find('/', 5) + 1;
    const std::size_t page_at = name.find('/', account_at) + 1;
    const Tenant* tenant = find_tenant(TenantId::trusted(std::string(name.substr(5, account_at - 6))));
    Held* held =
        tenant == nullptr
            ? nullptr
            : find(*tenant, AccountId::trusted(std::string(name.substr(account_at, page_at - 1 - account_at))));
    if (held == nullptr) continue;
    {
      const std::unique_lock contents(lock_of(*held));
      const Status brought = journal::bring(held->account, &held->saved, name.substr(page_at), page.bytes);
      if (!brought) return brought;
    }
    if (!std::exchange(held->brought, true)) brought_.push_back(held);
  }
  return Done{};
}

void Shard::make_whole(Held& held) {
  if (held.account.is_whole()) return;
  const ObjectNames all = past_of(held.tenant->state.id, held.account.id);
  (void)!bring_in_place(std::span(&all, 1));
}

void Shard::brought(std::uint64_t ticket, const Result<std::vector<store::Checkpoint>>& pages, Instant now) {
  const auto what = end_ticket(ticket);
  if (!what) return;
  now = last_at_ = std::max(last_at_, now);
  const Status brought = pages ? bring(*pages) : Status(pages.error());
  if (!brought)
    alarm("what lies on disk of the past of an account of tenant '" + what->tenant->state.id.text() +
          "' could not be read: " + brought.error().message);
  if (!brought && brought.error().code == "damaged_checkpoint") note_damage();
  if (what->of_effects) {
    if (Held* held = find(*what->tenant, what->slot.second)) {
      held->reads_for_effects = false;
      schedule(*held);
    }
  } else if (what->parked) {
    brought_for_command(what->parked, brought);
  } else {
    brought_for_due(what->slot, brought, now);
  }
  go_on(now);
}

/// What the host itself has to record waits on: it is read once more.
void Shard::brought_for_command(const std::shared_ptr<Parked>& parked, const Status& brought) {
  Tenant& tenant = *parked->tenant;
  Pending& pending = parked->pending;
  parked->ticket = 0;
  pending.known.pages.clear();
  if (pending.known.catalog != tenant.state.catalog) pending.at = never;
  const bool counts = still_counts(tenant, pending.known);
  if ((brought || pending.of_host) && counts) return ready_.push_back(parked->slots.front());
  fail(find(tenant, parked->slots.front().second), pending,
       brought ? Error{.code = "ask_again", .message = "the catalog was changed each time before it was read"}
               : not_brought(brought.error()));
  leave_slots(*parked);
}

void Shard::brought_for_due(const SlotName& name, const Status& brought, Instant now) {
  Slot* slot = slot_of(name);
  Held* held = find(*name.first, name.second);
  if (slot == nullptr || held == nullptr || !slot->due) return;
  slot->due->ticket = 0;
  slot->due->known.pages.clear();
  if (!brought) {
    hold_due(*held, not_brought(brought.error()), now);
  } else if (!still_counts(*name.first, slot->due->known)) {
    hold_due(*held, {.code = "ask_again", .message = "the catalog was changed each time before it was read"}, now);
  } else {
    std::size_t one = 1;
    (void)advance(*held, now, one);
  }
  ready_.push_back(name);
}

// ---- Effects ---------------------------------------------------------------------------------------------------

/// A refund of an old order says what was paid then.
std::vector<Effect> Shard::effects_of(Held& held, Instant now) {
  try {
    return effects_due(held.tenant->state.id, held.account, now);
  } catch (const PageAway&) {
    if (read_pages_) {
      std::uint64_t ticket = 0;
      if (!std::exchange(held.reads_for_effects, true))
        send({.tenant = held.tenant, .parked = nullptr, .slot = {held.tenant, held.account.id}, .of_effects = true},
             ticket);
      return {};
    }
  }
  make_whole(held);
  if (held.account.is_whole()) return effects_due(held.tenant->state.id, held.account, now);
  alarm("what lies on disk of the past of account '" + held.account.id.text() + "' could not be read");
  return {};
}

// ---- Reading ---------------------------------------------------------------------------------------------------

const Account& Shard::shown(const Held& held) const {
  if (held.account.is_whole()) return held.account;
  if (read_pages_)
    lacking_.push_back(&held);
  else
    const_cast<Shard*>(this)->make_whole(const_cast<Held&>(held));  // nobody else is there who looks
  return held.account;
}

Result<std::vector<Shard::Lacking>> Shard::read_with(const std::vector<Fetched>& pages,
                                                     const std::function<void(const Shard&)>& read) {
  for (const Fetched& fetched : pages) {
    if (!fetched.of.ref.empty()) {
      looked_up_.insert_or_assign(fetched.of.ref, holder_in(fetched.pages));
      continue;
    }
    const Tenant* tenant = find_tenant(fetched.of.tenant);
    const Held* held = tenant == nullptr ? nullptr : find(*tenant, fetched.of.account);
    if (held == nullptr || held->times_left != fetched.of.times_left) continue;
    const Status brought = bring(fetched.pages);
    if (brought) continue;
    if (brought.error().code == "damaged_checkpoint") note_damage();
    return not_brought(brought.error());
  }
  lacking_.clear();
  lacking_ref_.reset();
  std::vector<Lacking> lacking;
  try {
    read(*this);
  } catch (const PageAway&) {
    for (const Held* held : lacking_) lacking.push_back({held->tenant->state.id, held->account.id, held->times_left});
    if (lacking_ref_) lacking.push_back({.tenant = {}, .account = {}, .ref = *lacking_ref_});
    if (lacking.empty())
      return Error{.code = "internal_fault", .message = "what was read looked at a page that was not asked for"};
  }
  lacking_.clear();
  if (!lacking.empty()) return lacking;
  looked_up_.clear();
  if (read_pages_) put_away_brought();  // in place, who reads may look on at what they were shown
  return lacking;
}

// ---- Leaving ---------------------------------------------------------------------------------------------------

/// Who is set aside may be released, and what is being decided needs what was brought for it. While a page of an
/// account is being read none leaves, so that what comes is what is away.
void Shard::put_away(Held& held) {
  if (held.waits || held.aside || held.reads_for_effects) return;
  const std::size_t away = held.account.orders.pages().away() + held.account.closed_grants.pages().away();
  if (held.account.orders.pages().count() + held.account.closed_grants.whole_pages() == away) return;
  std::vector<SharedList<Order>> left;
  {
    const std::unique_lock contents(lock_of(held));
    left = journal::put_away(held.account, held.saved);
  }
  if (held.account.orders.pages().away() + held.account.closed_grants.pages().away() != away) ++held.times_left;
  if (!left.empty()) forget_attempts(held, left);
}

/// Never what a cut has that is not saved yet.
void Shard::put_away_brought() {
  if (!cut_accounts_.empty()) return;
  std::vector<Held*> stay;
  for (Held* held : std::exchange(brought_, {})) {
    put_away(*held);
    held->brought = held->waits || held->aside || held->reads_for_effects;
    if (held->brought) stay.push_back(held);
  }
  brought_ = std::move(stay);
}

}  // namespace florin::engine
