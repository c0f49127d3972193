#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/tenant/tenant.hpp"
#include "florin/ops.hpp"
#include "store/store.hpp"

/// What ops.hpp has of a journal's address, of a journal that is open.
namespace florin {

/// `errors`: what of the file can't change any more, each with its line.
Result<TenantPlan> plan_on(store::Store& store, const config::Tenant& file, Errors& errors);
Result<std::vector<AppliedVersion>> versions_on(store::Store& store, const std::optional<TenantId>& tenant);
/// `callloop, version 3`: in force, and nothing that this program can read.
Result<std::vector<std::string>> unreadable_versions(store::Store& store);
/// views  beside the journal; there need be none
Result<std::string> explain_on(store::Store& store, const std::filesystem::path& views, const TenantId& tenant,
                               const AccountId& account, bool json);

}  // namespace florin
