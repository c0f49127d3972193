#include "domain/journal/entry.hpp"

namespace florin {

// Each debit moves some: a kind that is wider lies apart, or its fields do (florin/apart.hpp).
static_assert(sizeof(AnyCommand) <= 384);

AnyCommand::AnyCommand() = default;
AnyCommand::AnyCommand(const AnyCommand& other) = default;
AnyCommand::AnyCommand(AnyCommand&& other) noexcept = default;
AnyCommand& AnyCommand::operator=(const AnyCommand& other) = default;
AnyCommand& AnyCommand::operator=(AnyCommand&& other) noexcept = default;
AnyCommand::~AnyCommand() = default;

}  // namespace florin
