#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "florin/money.hpp"
#include "florin/result.hpp"
#include "florin/time.hpp"

namespace florin {

struct PluginInstance;

/// What a form asks a customer for.
struct MethodField {
  std::string name;
  std::string label;
  bool required = false;
};

/// What a kind of method is like.
struct MethodFacts {
  std::string method;
  std::string title;
  std::vector<MethodField> fields;
  Duration pending_up_to;       ///< how long a payment may stay pending
  std::vector<Duration> polls;  ///< when to ask status, counted from the start; ascending
};

/// A payment somebody would like to make with it.
struct MethodSituation {
  Money amount;
  std::string country;  ///< ISO 3166; empty: not known
  std::string plan;
  std::string cycle;
  std::string brand;
};

/// Whether a method is offered, and if not by which rule.
struct MethodVerdict {
  bool allowed = false;
  std::string rule;
  std::string text;
};

/// What a method made of a customer's input.
struct MethodChecked {
  std::vector<std::pair<std::string, std::string>> problems;  ///< field, what would be right; never what was entered
  std::vector<std::pair<std::string, std::string>> details;   ///< cleaned, for the processor
  std::string masked;                                         ///< for people
  std::string brand;
};

/// A tenant's kind of method. Copies are the same instance; calls may run on many threads at once.
class MethodPlugin {
 public:
  const MethodFacts& facts() const { return facts_; }
  /// Errors: plugin_failed, bad_answer.
  Result<MethodVerdict> offered(const MethodSituation& situation) const;
  /// Errors: plugin_failed, bad_answer; bad_answer, too, when it has neither problems nor details.
  Result<MethodChecked> check(const std::vector<std::pair<std::string, std::string>>& fields) const;

  /// Errors: lacks_interface, plugin_failed, bad_answer.
  static Result<MethodPlugin> of(std::shared_ptr<const PluginInstance> instance);

 private:
  MethodPlugin(std::shared_ptr<const PluginInstance> instance, MethodFacts facts)
      : instance_(std::move(instance)), facts_(std::move(facts)) {}
  std::shared_ptr<const PluginInstance> instance_;
  MethodFacts facts_;
};

}  // namespace florin
