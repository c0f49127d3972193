#pragma once

#include <string>

#include "domain/accounts/account.hpp"

namespace florin {

/// Every invoice and credit note of an account, oldest first, as a JSON array: number, kind, lines without tax, each
/// tax with what it is on, and the total; a credit note names its invoice. Amounts are text with their currency. Who it
/// is for is not in it: that is personal, and kept apart.
std::string documents_as_json(const Account& account);

}  // namespace florin
