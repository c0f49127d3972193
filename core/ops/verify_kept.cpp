#include "ops/verify_kept.hpp"

#include <set>

#include "engine/actions.hpp"
#include "engine/vault.hpp"
#include "host/clock_keeper.hpp"

namespace florin {

namespace {

/// Accounts whose person was erased after `last`.
std::set<readers::Fold::Name> erased_since(store::Store& store, std::uint32_t shard, store::Position last) {
  std::set<readers::Fold::Name> erased;
  (void)!readers::read_entries(store, shard, last + 1, [&](const Entry& entry, store::Position) {
    if (!entry.refusal && std::holds_alternative<ErasePersonalData>(entry.command))
      erased.insert({entry.tenant.text(), entry.account.text()});
    return true;
  });
  return erased;
}

/// Accounts that anything was written of after `last`: what was asked of them may be over.
std::set<readers::Fold::Name> spoken_of_since(store::Store& store, std::uint32_t shard, store::Position last) {
  std::set<readers::Fold::Name> accounts;
  (void)!readers::read_entries(store, shard, last + 1, [&](const Entry& entry, store::Position) {
    accounts.insert({entry.tenant.text(), entry.account.text()});
    return true;
  });
  return accounts;
}

}  // namespace

std::vector<Unkept> check_persons(store::Store& store, std::uint32_t shard, const readers::Fold& fold,
                                  store::Position last) {
  std::vector<Unkept> unkept;
  for (const auto& [name, account] : fold.accounts()) {
    if (!account.person_at || account.person_at->entries.empty()) continue;
    for (const std::uint64_t position : account.person_at->entries) {  // each naming has a key of its own
      const auto person = engine::read_person(store, TenantId::trusted(name.first), account.id, {position});
      if (person || erased_since(store, shard, last).contains(name)) continue;
      unkept.push_back({"personal_data", name.first + "/" + name.second,
                        person.error().code == "erased" ? "the key of the person is not there, and nobody erased it"
                                                        : "the person cannot be read: " + person.error().message});
      break;
    }
  }
  return unkept;
}

std::vector<Unkept> check_actions(store::Store& store, std::uint32_t shard, const readers::Fold& fold,
                                  store::Position last) {
  std::vector<Unkept> unkept;
  for (const auto& [name, account] : fold.accounts())
    for (const std::string& action : engine::sealed_actions_of(account)) {
      const auto opened = engine::open_action(store, TenantId::trusted(name.first), account.id, action);
      if (opened || spoken_of_since(store, shard, last).contains(name)) continue;
      unkept.push_back({"actions", name.first + "/" + name.second,
                        opened.error().code == "action_ended"
                            ? "the key of what a customer is asked for is not there, and it is not over"
                            : "what a customer is asked for cannot be read: " + opened.error().message});
      break;
    }
  return unkept;
}

std::vector<Unkept> check_marks(store::Store& store, const readers::Fold& fold, readers::Versions& versions) {
  std::vector<Unkept> unkept;
  const auto check = [&](const std::string& name, const auto& fits) {
    const auto value = store.mark(name);
    if (!value || !fits(*value))
      unkept.push_back(
          {"marks", name,
           value ? "'" + value->substr(0, 80) + "' is nothing that a host writes there" : value.error().message});
  };
  const auto instant = [](const std::string& value) { return value.empty() || bool(Instant::parse(value)); };
  const auto midnight = [](const std::string& value) {
    const auto at = Instant::parse(value);
    return value.empty() || (at && at->us % hours(24).us == 0);
  };
  check("sending", [](const std::string& value) { return value.empty() || value == "held"; });
  check(clock_mark, instant);
  check(accepted_mark, instant);
  for (const auto& [id, tenant] : fold.tenants()) {
    const config::Tenant* file = versions.newest(tenant.id);
    if (file == nullptr) continue;  // its text is missing: that is said by itself
    for (const Processor& processor : file->catalog.processors)
      check("reconciled/" + id + "/" + processor.id.text(), midnight);
  }
  return unkept;
}

}  // namespace florin
