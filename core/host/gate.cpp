#include "host/gate.hpp"

#include "domain/catalog/command_rule.hpp"
#include "engine/command_identity.hpp"
#include "host/card_numbers.hpp"
#include "host/free_text.hpp"
#include "host/text_lengths.hpp"

namespace florin {

Status admitted(const engine::Job& job) {
  if (auto why = kept_out(job.way, job.actor, job.command))
    return Error{.code = "not_permitted", .message = *std::move(why)};
  if (auto none = holds_fit_texts(job); !none) return none;
  // A usage has no other free text than its key, and is asked for often.
  if (engine::is_usage(job.command) && job.key.find('@') == std::string::npos) return Done{};
  const std::vector<FreeText> texts = free_texts_of(job);
  if (auto none = have_fit_lengths(job.command, texts); !none) return none;
  return names_no_address(texts);
}

}  // namespace florin
