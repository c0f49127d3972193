#pragma once

#include "config/import_file.hpp"
#include "florin/host.hpp"
#include "host/assembly.hpp"

/// What an operator asks of a running host. Errors: as Host has them.
namespace florin::operating {

Result<std::vector<UpcomingCharge>> upcoming(Assembly& assembly, const TenantId& tenant, const Date& day);
Result<ImportReport> import_accounts(Assembly& assembly, const TenantId& tenant, const std::string& file,
                                     const Actor& by, bool dry_run);
/// The same of what was read; the report begins with the errors of reading it.
Result<ImportReport> import_accounts(Assembly& assembly, const TenantId& tenant, const config::ImportFile& read,
                                     Errors errors, const Actor& by, bool dry_run);
Result<std::vector<MonthReport>> months(Assembly& assembly, const TenantId& tenant);
Result<MonthReport> close_month(Assembly& assembly, const TenantId& tenant, const std::string& month, const Actor& by);
Result<Release> release(Assembly& assembly, const TenantId& tenant, const AccountId& account, const Actor& by,
                        const std::string& reason, bool dry_run);
Result<std::vector<Notification>> notifications(Assembly& assembly, const TenantId& tenant, std::uint64_t from,
                                                std::size_t most);

}  // namespace florin::operating
