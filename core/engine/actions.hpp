#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/accounts/account.hpp"
#include "domain/journal/entry.hpp"
#include "store/store.hpp"

/// What a customer must do is often a secret, such as the client secret of a payment form or a link with a token. It is
/// sealed in the journal under a key of its own, which is erased when nothing asks for the action any more.
/// Source   docs/decisions/0170-sealed-actions.md
namespace florin::engine {

/// What a report says its customer must do; null: it is no report that could.
std::string* action_said(AnyCommand& command);
const std::string* action_said(const AnyCommand& command);

/// `action` as JSON that says nothing of it, and the key that opens it. Errors: no_random.
struct SealedAction {
  std::string text, key;
};
Result<SealedAction> seal_action(const std::string& action);
bool is_sealed_action(std::string_view action);

/// The name of the key that opens `sealed`, which seal_action() has made for this account.
std::string action_key_name(const TenantId& tenant, const AccountId& account, std::string_view sealed);
/// The keys of the actions of all accounts.
store::DataKeyRange all_action_keys();
store::DataKeyRange only_key(const std::string& name);
bool is_action_key(std::string_view name);

/// What the account still asks its customers for, sealed, and the names of the keys.
std::vector<std::string> sealed_actions_of(const Account& account);
std::vector<std::string> action_keys_of(const TenantId& tenant, const Account& account);

/// The action again; one that was not sealed as it is. Errors: action_ended, damaged_seal, and the store's.
Result<std::string> open_action(store::Store& store, const TenantId& tenant, const AccountId& account,
                                const std::string& action);
/// `json` with each sealed action in it opened; null in place of one that is over.
std::string with_actions_opened(store::Store& store, const TenantId& tenant, const AccountId& account,
                                std::string json);

}  // namespace florin::engine
