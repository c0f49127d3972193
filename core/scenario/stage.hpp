#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/rehearsal.hpp"
#include "host/assembly.hpp"

namespace florin::scenario {

/// A folder of its own that is gone when this is: in memory where the machine has such a place.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A host on a clock that stands still, in memory or in a folder; it can be closed and opened again.
class Stage {
 public:
  /// synced   false: a power cut may cost its journal, for what can be played again
  /// Errors: those of Assembly::open, and of a tenant that is stopped.
  static Result<Stage> open(config::HostFile file, std::optional<std::filesystem::path> data,
                            std::optional<std::string> postgres, Instant from, bool synced = true);

  Status restart();
  void run_until(Instant to) { assembly_->engine().run_until(to); }
  Instant now() const { return assembly_->engine().now(); }
  Assembly& assembly() const { return *assembly_; }
  std::shared_ptr<Assembly> shared() const { return assembly_; }

  /// Sends all in one batch. Errors, one by one: as Engine::submit.
  std::vector<Result<engine::Answered>> send(const std::vector<Request>& requests);

  /// The tenant's file in force with other values, applied as its next version. Errors: unknown_key; Assembly::apply's.
  Result<std::uint32_t> apply(const TenantId& tenant, const std::vector<std::pair<std::string, std::string>>& values,
                              const Actor& by);
  Result<std::uint32_t> apply_again(const TenantId& tenant, std::uint32_t version, const Actor& by);

  /// Never null between commands: virtual time reads in place.
  const Account* account(const TenantId& tenant, const AccountId& id) const;
  const TenantState& tenant(const TenantId& id) const;
  const Catalog& catalog(const TenantId& tenant) const;
  /// Copies of an account that is there, and of one that the command names beside it, to see what would follow.
  engine::Rehearsal rehearsal(const TenantId& tenant, const AccountId& account, const AnyCommand& command) const;

 private:
  Stage() = default;
  Assembly::Options options_;
  std::shared_ptr<Assembly> assembly_;
};

}  // namespace florin::scenario
