#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "florin/commands.hpp"
#include "store/store.hpp"

/// Personal data, sealed under a key of its account that lies outside the journal: erasing a person is deleting the
/// key, and the chain of hashes stays whole. Source   ALL-10
namespace florin::engine {

/// Makes a key for the account unless it has one, stores it, and returns the words as one sealed word that may go into
/// the journal. Errors: the store's.
Result<std::vector<Word>> seal_person(store::Store& store, const TenantId& tenant, const AccountId& account,
                                      const std::vector<Word>& person);

/// The words again. Errors: erased, damaged_seal.
Result<std::vector<Word>> open_person(store::Store& store, const TenantId& tenant, const AccountId& account,
                                      const std::vector<Word>& sealed);

/// The person behind an account, as it was sealed last. `entries`: where, as the account's `person_at` says.
/// Errors: no_such_account (nobody was named), erased, damaged_seal, and the store's.
Result<std::vector<Word>> read_person(store::Store& store, const TenantId& tenant, const AccountId& account,
                                      const std::vector<std::uint64_t>& entries);

Status erase_personal_data(store::Store& store, const TenantId& tenant, const AccountId& account);

}  // namespace florin::engine
