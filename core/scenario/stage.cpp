#include "scenario/stage.hpp"

#include <unistd.h>

#include <cstdlib>

namespace florin::scenario {

TemporaryFolder::TemporaryFolder() {
  std::error_code failed;
  std::filesystem::path root = "/dev/shm";
  if (!std::filesystem::is_directory(root, failed) || ::access(root.c_str(), W_OK) != 0)
    root = std::filesystem::temp_directory_path(failed);
  std::string name = (root / "florin-story-XXXXXX").string();
  if (::mkdtemp(name.data()) != nullptr) path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code failed;
  if (!path_.empty()) std::filesystem::remove_all(path_, failed);
}

Result<Stage> Stage::open(config::HostFile file, std::optional<std::filesystem::path> data, Instant from) {
  Stage stage;
  stage.options_ = {std::move(file), std::move(data), from};
  auto assembly = Assembly::open(stage.options_);
  if (!assembly) return assembly.error();
  if (!(*assembly)->problems().empty()) return (*assembly)->problems().front();
  stage.assembly_ = std::move(*assembly);
  return stage;
}

Status Stage::restart() {
  options_.virtual_from = now();
  assembly_->close();
  assembly_.reset();
  auto assembly = Assembly::open(options_);
  if (!assembly) return assembly.error();
  assembly_ = std::move(*assembly);
  return Done{};
}

std::vector<Result<engine::Answered>> Stage::send(const std::vector<Request>& requests) {
  std::vector<engine::Job> jobs;
  for (const Request& request : requests) {
    auto job = assembly_->job_of(request);
    if (!job) return std::vector<Result<engine::Answered>>(requests.size(), job.error());
    jobs.push_back(std::move(*job));
  }
  return assembly_->engine().submit_and_wait(std::move(jobs));
}

const Account* Stage::account(const TenantId& tenant, const AccountId& id) const {
  const Account* found = nullptr;
  assembly_->engine().read([&](const engine::Shard& shard) { found = shard.account(tenant, id); });
  return found;
}

const Catalog& Stage::catalog(const TenantId& tenant) const {
  const Catalog* found = nullptr;
  assembly_->engine().read([&](const engine::Shard& shard) {
    const Catalogs* catalogs = shard.catalogs(tenant);
    found = catalogs->versions.back().get();
  });
  return *found;
}

engine::Rehearsal Stage::rehearsal(const TenantId& tenant, const AccountId& id) const {
  std::optional<engine::Rehearsal> copies;
  assembly_->engine().read([&](const engine::Shard& shard) {
    copies.emplace(*shard.account(tenant, id), *shard.tenant(tenant), *shard.catalogs(tenant), assembly_->plugged());
  });
  return *std::move(copies);
}

}  // namespace florin::scenario
