#pragma once

#include <memory>

#include "domain/taxes/tax.hpp"
#include "florin/result.hpp"

namespace florin {

struct PluginInstance;

/// A tenant's tax rules. Copies are the same instance; calls may run on many threads at once.
class TaxPlugin {
 public:
  /// The rates on a sale's lines. The same sale always gets the same answer.
  ///
  /// Errors: plugin_failed when it gives no answer; bad_answer when it gives one that cannot be: a line that the sale
  ///         does not have, a tax without a name, a rate below 0 or above 1
  Result<TaxAnswer> taxes(const Sale& sale) const;

  /// Errors: lacks_interface.
  static Result<TaxPlugin> of(std::shared_ptr<const PluginInstance> instance);

 private:
  explicit TaxPlugin(std::shared_ptr<const PluginInstance> instance) : instance_(std::move(instance)) {}
  std::shared_ptr<const PluginInstance> instance_;
};

}  // namespace florin
