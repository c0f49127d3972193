#pragma once

#include <string>
#include <string_view>

#include "florin/host.hpp"
#include "host/assembly.hpp"

namespace florin {

/// Reads a bank's statement and says of each line whose it is, and why; then enters what is new, or with `dry_run`
/// nothing. A line is entered once, however often and in whichever files it comes.
/// Errors: no_such_tenant, no_such_processor, no_statements, bad_xml, bad_statement, wrong_account
Result<StatementReport> load_statement(Assembly& assembly, const TenantId& tenant, const ProcessorId& processor,
                                       const std::string& file, std::string_view bytes, bool dry_run);

/// What a person has to look at, as JSON: money that nobody knows whose it is, money that has paid nothing, and orders
/// that were invoiced and wait, each with its reference.
Result<std::string> bank_money_as_json(Assembly& assembly, const TenantId& tenant);

}  // namespace florin
