#pragma once

#include "domain/catalog/catalog.hpp"
#include "domain/decision/question.hpp"

namespace florin::engine {

/// `plugin_failed`, with the plugin that was asked and `why` it gave no answer. Nothing was written. An `ask_again`
/// stays what it is: this host is closing.
Error plugin_failed(const TenantId& tenant, const Catalog& catalog, const Question& question, const Error& why);

}  // namespace florin::engine
