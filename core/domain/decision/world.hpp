#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/catalog/catalog.hpp"
#include "domain/decision/question.hpp"
#include "domain/journal/entry.hpp"
#include "florin/apart.hpp"

namespace florin {

/// All versions of one tenant's catalog that somebody may still be on.
struct Catalogs {
  std::vector<std::shared_ptr<const Catalog>> versions;  ///< version n stands at n - 1
  const Catalog& at(std::uint32_t version) const { return *versions.at(version - 1); }
};

/// All that a decision may look at beside the account: nothing in it is asked from the machine.
struct World {
  Instant now;
  const Catalogs& catalogs;
  std::span<const Answer> answers;  ///< to the questions of this decision so far, in order
  /// A digest of the words as 25 of [0-9a-z]: what is paid for becomes the provider's key, so that a restored or
  /// doubled host asks with the same one.
  std::string (*provider_key)(std::string_view paid_for) = nullptr;
  const Account* other =
      nullptr;  ///< the second account of a command that is about two; null: there is no such account
};

/// The result for the second account of a command about two accounts: an entry of its own, in the same row.
struct Beside {
  AccountId account;
  AnyCommand command;
  Facts facts;
};

/// The facts that follow, or a refusal (which may have facts too), or a question that a plugin must answer first: then
/// the same decision is made again with the answer.
struct Decision {
  Facts facts;
  std::optional<Refusal> refusal;
  Seldom<Question> question;
  Seldom<Beside> beside{};
  Seldom<PluginFailed> failed{};  ///< a plugin that had to be heard failed: nothing follows, and nothing is written
};

/// What follows from one command on one account at `world.now`, which is not before its last entry. Changes nothing.
Decision decide(const Account& account, const TenantState& tenant, const Actor& actor, std::string_view key,
                const AnyCommand& command, const World& world);

}  // namespace florin
