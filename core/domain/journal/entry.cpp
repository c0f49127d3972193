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

Seldom<Browser>* browser_of(AnyCommand& command) {
  return std::visit(
      [](auto& one) -> Seldom<Browser>* {
        if constexpr (requires { one.browser; }) return &one.browser;
        return nullptr;
      },
      static_cast<KindsOfCommand&>(command));
}
const Seldom<Browser>* browser_of(const AnyCommand& command) { return browser_of(const_cast<AnyCommand&>(command)); }

}  // namespace florin
