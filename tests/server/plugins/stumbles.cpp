// A credit policy that its author forgot two plans in: it crashes at each payment of `pro`, and never ends with `slow`.
#include <florin/plugin.hpp>

#include <cstdlib>

using namespace florin::plugin;

namespace {

class Stumbles {
 public:
  explicit Stumbles(Setup& setup) { setup.only(setup.config, {}); }

  Decisions decide(const Moment& moment) const {
    Decisions then;
    if (moment.kind != FLORIN_PERIOD_PAID && moment.kind != FLORIN_CORRECTED) return then;
    if (Text(moment.plan) == Text("pro")) std::abort();
    while (Text(moment.plan) == Text("slow")) asm volatile("" ::: "memory");
    for (const auto& credits : each<florin_allowance>(moment.includes))
      then.add({.kind = FLORIN_ISSUE,
                .type = credits.type,
                .units = credits.units,
                .source = FLORIN_FROM_PLAN,
                .priority = 1,
                .end = {FLORIN_ENDS_WITH_PERIOD},
                .rule = "plan"});
    return then;
  }
};

}  // namespace

FLORIN_PLUGIN(Stumbles, R"({"id": "stumbles", "version": "1.2.0", "interfaces": ["florin.credit_policy/1"]})")
