#pragma once

#include <memory>
#include <vector>

#include "domain/credits/policy.hpp"
#include "florin/result.hpp"

namespace florin {

struct PluginInstance;

/// A tenant's credit policy. Copies are the same instance; calls may run on many threads at once.
class CreditPolicy {
 public:
  /// What is to happen at this moment. The same moment always gets the same answer.
  ///
  /// Errors: plugin_failed when it gives no answer; bad_answer when it gives one that cannot be, such as a decision on
  /// a
  ///         grant that the moment does not hold, or an issue without units or without a word on its end
  Result<PolicyAnswer> decide(const Moment& moment) const;
  /// From now on an issue of another type is a bad answer: nobody could ever use what it gives.
  void knows(std::vector<CreditType> types) { types_ = std::move(types); }

  /// Errors: lacks_interface.
  static Result<CreditPolicy> of(std::shared_ptr<const PluginInstance> instance);

 private:
  explicit CreditPolicy(std::shared_ptr<const PluginInstance> instance) : instance_(std::move(instance)) {}
  std::shared_ptr<const PluginInstance> instance_;
  std::vector<CreditType> types_;  ///< of the tenant; none: any
};

}  // namespace florin
