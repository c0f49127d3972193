#include "engine/plugin_failed.hpp"

namespace florin::engine {

Error plugin_failed(const TenantId& tenant, const Catalog& catalog, const Question& question, const Error& why) {
  if (why.code == "ask_again") return why;
  const bool policy = std::holds_alternative<Moment>(question);
  const std::string plugin = policy ? catalog.policy_plugin : catalog.tax ? catalog.tax->plugin : "";
  const RuleAt at = policy ? catalog.policy_at : catalog.tax ? catalog.tax->at : RuleAt();
  return {.code = "plugin_failed",
          .message = std::string(policy ? "the credit policy '" : "the tax plugin '") + plugin + "' of '" +
                     tenant.text() + "' gave no answer, and nothing was written: " + why.message,
          .at = {.file = at.file.text(), .line = at.line, .column = 0, .path = {}}};
}

}  // namespace florin::engine
