#include "engine/vault.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "engine/row.hpp"

namespace florin::engine {

namespace {

const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// Name and value with their lengths, so that any bytes may stand in them.
std::string packed(const std::vector<Word>& words) {
  std::string out;
  for (const Word& word : words)
    for (const std::string& part : {word.name, word.value}) out += std::to_string(part.size()) + ":" + part;
  return out;
}

Result<std::vector<Word>> unpacked(const std::string& text) {
  const Error damaged{.code = "damaged_seal", .message = "what was sealed is not what was written"};
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t colon = text.find(':', at);
    if (colon == std::string::npos || colon == at || colon - at > 9) return damaged;
    std::size_t size = 0;
    for (std::size_t i = at; i < colon; ++i) {
      if (text[i] < '0' || text[i] > '9') return damaged;
      size = size * 10 + static_cast<std::size_t>(text[i] - '0');
    }
    if (size > text.size() - colon - 1) return damaged;
    parts.push_back(text.substr(colon + 1, size));
    at = colon + 1 + size;
  }
  if (parts.size() % 2 != 0) return damaged;
  std::vector<Word> words;
  for (std::size_t i = 0; i < parts.size(); i += 2) words.push_back({parts[i], parts[i + 1]});
  return words;
}

constexpr const char* sealed_word = "sealed";
constexpr const char* addressee_word = "sealed_addressee";

/// Each new word in place of the one of its name.
Result<std::vector<Word>> with(Result<std::vector<Word>> person, Result<std::vector<Word>> changed) {
  if (!changed || !person) return changed;
  for (Word& word : *changed) {
    std::erase_if(*person, [&](const Word& old) { return old.name == word.name; });
    person->push_back(std::move(word));
  }
  return person;
}

}  // namespace

namespace {

struct SealedText {
  std::string text, key;
};
SealedText sealed_text(const std::vector<Word>& person) {
  std::string key(crypto_secretbox_KEYBYTES, '\0');
  crypto_secretbox_keygen(bytes(key));
  std::string nonce(crypto_secretbox_NONCEBYTES, '\0');
  randombytes_buf(nonce.data(), nonce.size());
  const std::string open = packed(person);
  std::string sealed(open.size() + crypto_secretbox_MACBYTES, '\0');
  crypto_secretbox_easy(bytes(sealed), bytes(open), open.size(), bytes(nonce), bytes(key));
  const std::string whole = nonce + sealed;
  std::string text(sodium_base64_ENCODED_LEN(whole.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(whole), whole.size(), sodium_base64_VARIANT_ORIGINAL);
  text.resize(text.find('\0'));
  return {std::move(text), std::move(key)};
}

std::string digits_of(store::Position position) {
  std::string digits = std::to_string(position);
  digits.insert(0, 20 - digits.size(), '0');  // names are in the order of positions
  return digits;
}
/// Behind every name of a person's key, so that an erasure of those leaves it.
std::string addressee_key_name(const TenantId& tenant, const AccountId& account, store::Position position) {
  return tenant.text() + "/" + account.text() + "/addressee/" + digits_of(position);
}

}  // namespace

bool is_of_addressee(std::string_view word) {
  static constexpr std::array words = {
      std::string_view("name"),           std::string_view("company"),  std::string_view("address"),
      std::string_view("address_2"),      std::string_view("city"),     std::string_view("postcode"),
      std::string_view("country"),        std::string_view("state"),    std::string_view("tax_id"),
      std::string_view("purchase_order"), std::string_view("language"), std::string_view("peppol_id"),
      std::string_view("buyer_reference")};
  return std::ranges::find(words, word) != words.end();
}

Result<SealedWords> seal_person(const std::vector<Word>& person) {
  if (sodium_init() < 0) return Error{.code = "no_random", .message = "the machine gives no random bytes"};
  std::vector<Word> addressee;
  std::ranges::copy_if(person, std::back_inserter(addressee),
                       [](const Word& word) { return is_of_addressee(word.name); });
  SealedText whole = sealed_text(person);
  SealedText shown = sealed_text(addressee);
  return SealedWords{{{sealed_word, std::move(whole.text)}, {addressee_word, std::move(shown.text)}},
                     whole.key + shown.key};
}

Result<SealedWords> seal_words(const std::vector<Word>& words) {
  if (sodium_init() < 0) return Error{.code = "no_random", .message = "the machine gives no random bytes"};
  SealedText whole = sealed_text(words);
  return SealedWords{{{sealed_word, std::move(whole.text)}}, std::move(whole.key)};
}

bool names_person(const AnyCommand& command) {
  return std::holds_alternative<OpenAccount>(command) || std::holds_alternative<SetPersonalData>(command) ||
         std::holds_alternative<SetBilling>(command);
}

const std::vector<Word>* sealed_words(const AnyCommand& command) {
  if (const auto* opens = std::get_if<OpenAccount>(&command)) return &opens->personal_data;
  if (const auto* names = std::get_if<SetPersonalData>(&command)) return &names->personal_data;
  if (const auto* bills = std::get_if<SetBilling>(&command)) return &bills->personal_data;
  if (const auto* adds = std::get_if<AddPaymentMethod>(&command)) return &adds->details;
  if (const auto* sets_up = std::get_if<SetUpPaymentMethod>(&command)) return &sets_up->details;
  if (const auto* returned = std::get_if<CustomerReturned>(&command)) return &returned->answer;
  return nullptr;
}

std::string data_key_name(const TenantId& tenant, const AccountId& account, store::Position position) {
  return tenant.text() + "/" + account.text() + "/" + digits_of(position);
}

std::vector<store::DataKey> data_keys_of(const TenantId& tenant, const AccountId& account, store::Position position,
                                         std::string_view keys) {
  std::vector<store::DataKey> named;
  if (keys.empty()) return named;
  named.push_back({data_key_name(tenant, account, position), std::string(keys.substr(0, crypto_secretbox_KEYBYTES))});
  if (keys.size() > crypto_secretbox_KEYBYTES)
    named.push_back(
        {addressee_key_name(tenant, account, position), std::string(keys.substr(crypto_secretbox_KEYBYTES))});
  return named;
}

store::DataKeyRange addressee_keys_before(const TenantId& tenant, const AccountId& account, store::Position position) {
  return {addressee_key_name(tenant, account, 0), addressee_key_name(tenant, account, position)};
}

store::DataKeyRange data_keys_before(const TenantId& tenant, const AccountId& account, store::Position position) {
  return {data_key_name(tenant, account, 0), data_key_name(tenant, account, position)};
}

namespace {

/// The words again, of a seal that was written at `position`. Errors: erased, damaged_seal.
Result<std::vector<Word>> open_person(store::Store& store, std::uint32_t shard, const std::string& key_name,
                                      const std::string& text) {
  const Error damaged{.code = "damaged_seal", .message = "what was sealed is not what was written"};
  auto key = store.key(shard, key_name);
  if (!key && key.error().code != "no_such_key") return key.error();
  if (!key) return Error{.code = "erased", .message = "the personal data of this account was erased"};
  std::string whole(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(bytes(whole), whole.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES || key->size() != crypto_secretbox_KEYBYTES)
    return damaged;
  whole.resize(size);
  std::string open(size - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES, '\0');
  const std::string& const_whole = whole;
  if (crypto_secretbox_open_easy(bytes(open), bytes(const_whole) + crypto_secretbox_NONCEBYTES,
                                 size - crypto_secretbox_NONCEBYTES, bytes(const_whole),
                                 bytes(std::as_const(*key))) != 0)
    return damaged;
  return unpacked(open);
}

/// What one entry sealed of a person; null: nothing of this account's.
const std::vector<Word>* sealed_in(const Entry& entry, const TenantId& tenant, const AccountId& account) {
  if (entry.tenant != tenant || entry.account != account || entry.refusal) return nullptr;
  return sealed_words(entry.command);
}

const std::string* text_of(const std::vector<Word>& sealed, std::string_view name) {
  const auto found = std::ranges::find(sealed, name, &Word::name);
  return found == sealed.end() ? nullptr : &found->value;
}

/// What was sealed before documents had a seal of their own is read by the person's.
Result<std::vector<Word>> open_one(store::Store& store, std::uint32_t shard, const TenantId& tenant,
                                   const AccountId& account, store::Position position, const std::vector<Word>& sealed,
                                   Sealed which) {
  const std::string* whole = text_of(sealed, sealed_word);
  const std::string* addressee = text_of(sealed, addressee_word);
  if (whole == nullptr) return Error{.code = "damaged_seal", .message = "what was sealed is not what was written"};
  if (which == Sealed::documents && addressee != nullptr)
    return open_person(store, shard, addressee_key_name(tenant, account, position), *addressee);
  return open_person(store, shard, data_key_name(tenant, account, position), *whole);
}

/// Calls `take` with an entry and what it holds of the account under seal, if it does.
template <class Take>
Status with_sealed(store::Store& store, std::uint32_t shard, const TenantId& tenant, const AccountId& account,
                   store::Position position, Take take) {
  const auto read = store.read(shard, position, [&](const store::Row& row) {
    const auto all = entries_of(row);
    if (!all || position < row.first || row.last < position) return false;
    const Entry& entry = (*all)[position - row.first];
    const std::vector<Word>* sealed = sealed_in(entry, tenant, account);
    if (sealed != nullptr && !sealed->empty()) take(entry, *sealed);
    return false;
  });
  return read ? Status(Done{}) : Status(read.error());
}

}  // namespace

Result<std::vector<Word>> read_sealed(store::Store& store, const TenantId& tenant, const AccountId& account,
                                      store::Position position) {
  Result<std::vector<Word>> words =
      Error{.code = "nothing_sealed", .message = "nothing of '" + account.text() + "' is sealed there"};
  const auto shards = store.shards();
  if (!shards) return shards.error();
  for (const std::uint32_t shard : *shards)
    if (const auto read = with_sealed(store, shard, tenant, account, position,
                                      [&](const Entry&, const auto& sealed) {
                                        words =
                                            open_one(store, shard, tenant, account, position, sealed, Sealed::person);
                                      });
        !read)
      return read.error();
  return words;
}

Result<std::vector<Word>> read_person(store::Store& store, const TenantId& tenant, const AccountId& account,
                                      const std::vector<std::uint64_t>& entries, Sealed which) {
  Result<std::vector<Word>> person =
      Error{.code = "no_such_account", .message = "no person was given for '" + account.text() + "'"};
  const auto shards = store.shards();
  if (!shards) return shards.error();
  for (const std::uint32_t shard : *shards)
    for (const std::uint64_t position : entries) {
      const auto read =
          with_sealed(store, shard, tenant, account, position, [&](const Entry& entry, const auto& sealed) {
            if (!names_person(entry.command)) return;
            auto opened = open_one(store, shard, tenant, account, position, sealed, which);
            person = std::holds_alternative<SetBilling>(entry.command) ? with(std::move(person), std::move(opened))
                                                                       : std::move(opened);
          });
      if (!read) return read.error();
    }
  return person;
}

}  // namespace florin::engine
