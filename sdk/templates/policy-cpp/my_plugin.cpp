#include <florin/plugin.hpp>
using namespace florin::plugin;

/// Gives what was paid for until the period ends, and takes nothing away before.
class MyPlugin {
 public:
  explicit MyPlugin(Setup& setup) {
    setup.only(setup.config, {"priority"});
    priority_ = static_cast<std::int32_t>(setup.config["priority"].integer(0));
    if (priority_ < 0) setup.problem("/priority", "priority is 0 or more");
  }

  Decisions decide(const Moment& moment) const {
    Decisions then;
    if (moment.kind == FLORIN_PERIOD_PAID)
      for (const auto& credits : each<florin_allowance>(moment.includes))
        then.add({.kind = FLORIN_ISSUE,
                  .type = credits.type,
                  .units = credits.units,
                  .source = FLORIN_FROM_PLAN,
                  .priority = priority_,
                  .end = {FLORIN_ENDS_WITH_PERIOD},
                  .rule = "priority"});
    return then;
  }

 private:
  std::int32_t priority_ = 0;
};

FLORIN_PLUGIN(MyPlugin, R"({"id": "my_plugin", "version": "0.1.0", "interfaces": ["florin.credit_policy/1"],
  "config": {"type": "object", "additionalProperties": false, "properties": {"priority": {"type": "string"}}}})")
