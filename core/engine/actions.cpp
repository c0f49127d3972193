#include "engine/actions.hpp"

#include <sodium.h>

#include <algorithm>

namespace florin::engine {

namespace {

/// Two quotes around a name that is followed by a colon stand in no text within JSON, so this is never a customer's.
constexpr std::string_view opening = R"({"sealed":")";
constexpr std::string_view closing = R"("})";
constexpr std::size_t id_bytes = 16;
constexpr std::size_t id_digits = 2 * id_bytes;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string hex_of(const std::string& raw) {
  std::string text(raw.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes(std::string_view(raw)), raw.size());
  text.pop_back();
  return text;
}

std::string random_bytes(std::size_t count) {
  std::string random(count, '\0');
  randombytes_buf(random.data(), random.size());
  return random;
}

/// What stands between the quotes: the key's id, then nonce and seal in base64.
std::string_view inside(std::string_view sealed) {
  return sealed.substr(opening.size(), sealed.size() - opening.size() - closing.size());
}

Error damaged() { return {.code = "damaged_seal", .message = "what was sealed is not what was written"}; }

}  // namespace

std::string* action_said(AnyCommand& command) { return const_cast<std::string*>(action_said(std::as_const(command))); }

const std::string* action_said(const AnyCommand& command) {
  if (const auto* said = std::get_if<PaymentReported>(&command)) return &said->said.action;
  if (const auto* said = std::get_if<SetUpReported>(&command)) return &said->said.action;
  if (const auto* said = std::get_if<CancelReported>(&command)) return &said->said.action;
  return nullptr;
}

Result<SealedAction> seal_action(const std::string& action) {
  if (sodium_init() < 0) return Error{.code = "no_random", .message = "the machine gives no random bytes"};
  std::string key(crypto_secretbox_KEYBYTES, '\0');
  crypto_secretbox_keygen(bytes(key));
  const std::string nonce = random_bytes(crypto_secretbox_NONCEBYTES);
  std::string whole(action.size() + crypto_secretbox_MACBYTES, '\0');
  crypto_secretbox_easy(bytes(whole), bytes(std::string_view(action)), action.size(), bytes(std::string_view(nonce)),
                        bytes(std::string_view(key)));
  whole.insert(0, nonce);
  std::string text(sodium_base64_ENCODED_LEN(whole.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(std::string_view(whole)), whole.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.resize(text.find('\0'));
  return SealedAction{std::string(opening) + hex_of(random_bytes(id_bytes)) + text + std::string(closing),
                      std::move(key)};
}

bool is_sealed_action(std::string_view action) {
  return action.starts_with(opening) && action.ends_with(closing) &&
         action.size() >= opening.size() + id_digits + closing.size();
}

std::string action_key_name(const TenantId& tenant, const AccountId& account, std::string_view sealed) {
  return "/action/" + tenant.text() + "/" + account.text() + "/" + std::string(inside(sealed).substr(0, id_digits));
}

// No tenant's name begins with a stroke, so these lie apart from the keys of persons.
store::DataKeyRange all_action_keys() { return {"/action/", "/action0"}; }
bool is_action_key(std::string_view name) { return name.starts_with("/action/"); }
store::DataKeyRange only_key(const std::string& name) { return {name, name + '\x01'}; }

std::vector<std::string> sealed_actions_of(const Account& account) {
  std::vector<std::string> actions;
  for (const Order& order : account.orders.open()) {
    if (order.browser) actions.push_back(*order.browser);
    for (const Attempt& attempt : order.attempts)
      if (attempt.open() && is_sealed_action(attempt.action)) actions.push_back(attempt.action);
  }
  for (const Saving& saving : account.savings) {
    if (saving.open() && is_sealed_action(saving.action)) actions.push_back(saving.action);
    if (saving.browser) actions.push_back(*saving.browser);
  }
  return actions;
}

std::vector<std::string> action_keys_of(const TenantId& tenant, const Account& account) {
  std::vector<std::string> names = sealed_actions_of(account);
  for (std::string& name : names) name = action_key_name(tenant, account.id, name);
  return names;
}

Result<std::string> open_action(store::Store& store, const TenantId& tenant, const AccountId& account,
                                const std::string& action) {
  if (!is_sealed_action(action)) return action;
  const auto shards = store.shards();
  if (!shards) return shards.error();
  Result<std::string> key = Error{.code = "no_such_key", .message = ""};
  for (std::size_t i = 0; i < shards->size() && !key; ++i) {
    key = store.key((*shards)[i], action_key_name(tenant, account, action));
    if (!key && key.error().code != "no_such_key") return key.error();
  }
  if (!key) return Error{.code = "action_ended", .message = "nothing is asked of the customer any more"};
  const std::string_view text = inside(action).substr(id_digits);
  std::string whole(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(bytes(whole), whole.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES || key->size() != crypto_secretbox_KEYBYTES)
    return damaged();
  const std::string_view sealed = std::string_view(whole).substr(0, size);
  std::string open(size - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(bytes(open), bytes(sealed.substr(crypto_secretbox_NONCEBYTES)),
                                 size - crypto_secretbox_NONCEBYTES, bytes(sealed), bytes(std::string_view(*key))) != 0)
    return damaged();
  return open;
}

std::string with_actions_opened(store::Store& store, const TenantId& tenant, const AccountId& account,
                                std::string json) {
  for (std::size_t at = json.find(opening); at != std::string::npos;) {
    const std::size_t end = json.find(closing, at + opening.size());
    if (end == std::string::npos) break;
    const std::size_t size = end + closing.size() - at;
    const std::string sealed = json.substr(at, size);
    const auto opened = open_action(store, tenant, account, sealed);
    const std::string shown = opened && !is_sealed_action(*opened) ? *opened : "null";
    json.replace(at, size, shown);
    at = json.find(opening, at + shown.size());
  }
  return json;
}

}  // namespace florin::engine
