#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/journal/entry.hpp"

/// The bytes of entries and of state, as they lie in the store. docs/decisions/0002-journal.md
namespace florin::journal {

/// Of Row::entries. Raised only when bytes are laid out anew; a reader knows every released format.
inline constexpr std::uint32_t format = 1;

/// Appends one entry.
void write(std::string& out, const Entry& entry);
/// All entries of a row, in order. Errors: damaged_row, also as soon as there are more than `most`.
Result<std::vector<Entry>> read(std::string_view bytes, std::size_t most = SIZE_MAX);

std::string write(const Account& account);
std::string write(const TenantState& tenant);
/// Errors: damaged_checkpoint.
Result<Account> read_account(std::string_view bytes);

/// What of an account's past lies in pages that are saved once: orders and grants that hardly change.
struct AccountPages {
  Pages<Order> orders;
  Pages<Grant> closed_grants;
};
AccountPages pages_of(const Account& account);
/// An account as a checkpoint has it: whole pages of its past are left out, for each is saved as an object of its own.
std::string write_beside_pages(const Account& account);
/// Calls `see(page, bytes)` for each whole page that is not the same in `saved`. Its name is `orders/12`.
void write_pages(const Account& account, const AccountPages& saved,
                 const std::function<void(const std::string& page, std::string bytes)>& see);
/// Puts away whole pages that are the same in `saved`, which is what the store has. Returns the orders' among them.
std::vector<SharedList<Order>> put_away(Account& account, AccountPages& saved);
/// Pages that are away, as `orders/12`.
std::vector<std::string> away_pages(const Account& account);
/// The page of a PageAway.
std::string page_name(const PageAway& away);
/// Puts a page that is away back, here and in `saved`; of one that is here there is nothing to do. Errors:
/// damaged_checkpoint.
Status bring(Account& account, AccountPages* saved, std::string_view page, std::string_view bytes);
/// The name of a page's object, by the one of its account's: `past/acme/ann/orders/12` by `account/acme/ann`.
std::string page_object(std::string_view account_object, std::string_view page);
/// Orders of pages that are not the same in `saved`: whose attempts have to be found by their keys when they are away.
void each_order_to_save(const Account& account, const AccountPages& saved,
                        const std::function<void(const Order& order)>& see);
/// What was written beside its pages, all of which are away. None: it is of a version whose pages are found only in
/// memory. Errors: damaged_checkpoint.
Result<std::optional<Account>> read_beside_pages(std::string_view bytes);
/// Puts together what was written so. `page` gives a page's bytes; null: there is none. Errors: damaged_checkpoint.
using PageBytes = std::function<const std::string*(const std::string& page)>;
Result<Account> read_account(std::string_view bytes, const PageBytes& page);

/// The same for a tenant: receipts of which it is known whose they are.
std::string write_beside_pages(const TenantState& tenant);
void write_pages(const TenantState& tenant, const Pages<ReceiptId>& saved,
                 const std::function<void(const std::string& page, std::string bytes)>& see);
Result<TenantState> read_tenant(std::string_view bytes, const PageBytes& page);

Result<TenantState> read_tenant(std::string_view bytes);

}  // namespace florin::journal
