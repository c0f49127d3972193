#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/journal/entry.hpp"
#include "florin/commands.hpp"
#include "store/store.hpp"

/// Personal data, sealed under keys that lie outside the journal: erasing a person is deleting the keys, and the chain
/// of hashes stays whole. Each naming has a key of its own, named after the entry that holds what it seals, so that an
/// erasure deletes the keys of what came before it and no later one. Source   ALL-10; docs/decisions/0051-data-keys.md
namespace florin::engine {

struct SealedWords {
  std::vector<Word> words;  ///< what may go into the journal: of the person, and of whoever documents are addressed to
  std::string key;          ///< both keys; they go into the row's transaction, and nowhere else
};
/// Under a fresh key. Errors: no_random.
Result<SealedWords> seal_person(const std::vector<Word>& person);

/// The same of what no document shows: a method's details, a customer's answer.
Result<SealedWords> seal_words(const std::vector<Word>& words);

/// What a command says that its entry holds under seal, whether it is sealed by now or not; null: nothing of that kind.
const std::vector<Word>* sealed_words(const AnyCommand& command);
/// Whether that is the person behind an account.
bool names_person(const AnyCommand& command);

/// Why personal data is read: an erasure takes a person's key, and leaves that of issued documents, which say whom they
/// are addressed to as long as law wants them kept. docs/decisions/0110-addressees.md
enum class Sealed : std::uint8_t { person, documents };
/// The words of a person that documents show.
bool is_of_addressee(std::string_view word);

/// The keys of what an entry seals, as its row carries them.
std::vector<store::DataKey> data_keys_of(const TenantId& tenant, const AccountId& account, store::Position position,
                                         std::string_view keys);
/// The name of the key of what an entry seals.
std::string data_key_name(const TenantId& tenant, const AccountId& account, store::Position position);
/// The keys of everything that was sealed for the account before `position`.
store::DataKeyRange data_keys_before(const TenantId& tenant, const AccountId& account, store::Position position);
/// The same of addressees: for an account that no document was issued to.
store::DataKeyRange addressee_keys_before(const TenantId& tenant, const AccountId& account, store::Position position);

/// The person behind an account, as it was sealed last. `entries`: where, as the account's `person_at` says.
/// Errors: no_such_account (nobody was named), erased, damaged_seal, and the store's.
Result<std::vector<Word>> read_person(store::Store& store, const TenantId& tenant, const AccountId& account,
                                      const std::vector<std::uint64_t>& entries, Sealed sealed = Sealed::person);

/// What one entry holds of an account under seal. Errors: nothing_sealed, erased, damaged_seal, and the store's.
Result<std::vector<Word>> read_sealed(store::Store& store, const TenantId& tenant, const AccountId& account,
                                      store::Position entry);

}  // namespace florin::engine
