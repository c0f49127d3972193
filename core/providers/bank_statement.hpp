#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/engine.hpp"
#include "florin/answers.hpp"

namespace florin {

/// Asks through the gate, as anybody else would, and waits for the answer.
using Ask = std::function<Result<engine::Answered>(const Request&)>;

/// Reads a bank's statement and says of each line whose it is, and why; then enters what is new, or with `dry_run`
/// nothing. A line is entered once, however often and in whichever files it comes.
/// Errors: no_such_tenant, no_such_processor, no_statements, bad_xml, bad_statement, wrong_account
Result<StatementReport> load_statement(engine::Engine& engine, const Ask& ask, const TenantId& tenant,
                                       const ProcessorId& processor, const std::string& file, std::string_view bytes,
                                       bool dry_run);

}  // namespace florin
