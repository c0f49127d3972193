#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "florin/commands.hpp"
#include "store/store.hpp"

/// Personal data, sealed under keys that lie outside the journal: erasing a person is deleting the keys, and the chain
/// of hashes stays whole. Each naming has a key of its own, named after the entry that holds what it seals, so that an
/// erasure deletes the keys of what came before it and no later one. Source   ALL-10; docs/decisions/0051-data-keys.md
namespace florin::engine {

struct SealedWords {
  std::vector<Word> words;  ///< one, which may go into the journal
  std::string key;          ///< goes into the row's transaction, and nowhere else
};
/// Under a fresh key. Errors: no_random.
Result<SealedWords> seal_person(const std::vector<Word>& person);

/// The name of the key of what an entry seals.
std::string data_key_name(const TenantId& tenant, const AccountId& account, store::Position position);
/// The keys of everything that was sealed for the account before `position`.
store::DataKeyRange data_keys_before(const TenantId& tenant, const AccountId& account, store::Position position);

/// The person behind an account, as it was sealed last. `entries`: where, as the account's `person_at` says.
/// Errors: no_such_account (nobody was named), erased, damaged_seal, and the store's.
Result<std::vector<Word>> read_person(store::Store& store, const TenantId& tenant, const AccountId& account,
                                      const std::vector<std::uint64_t>& entries);

}  // namespace florin::engine
