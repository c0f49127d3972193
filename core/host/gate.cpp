#include "host/gate.hpp"

#include "domain/catalog/command_rule.hpp"
#include "host/card_numbers.hpp"

namespace florin {

Status admitted(const engine::Job& job) {
  if (auto why = kept_out(job.way, job.actor, job.command))
    return Error{.code = "not_permitted", .message = *std::move(why)};
  return holds_no_card_number(job);
}

}  // namespace florin
