#include "scenario/stage.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "config/tenant/tenant.hpp"

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

Result<Stage> Stage::open(config::HostFile file, std::optional<std::filesystem::path> data,
                          std::optional<std::string> postgres, Instant from, bool synced) {
  Stage stage;
  stage.options_ = {std::move(file), std::move(data), std::move(postgres), from, synced};
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

Result<std::uint32_t> Stage::apply(const TenantId& tenant,
                                   const std::vector<std::pair<std::string, std::string>>& values, const Actor& by) {
  const auto text = assembly_->version_text(tenant, catalog(tenant).version);
  if (!text) return text.error();
  Errors errors;
  config::Tenant changed = config::read_effective(*text, tenant.text(), errors);
  for (const auto& [path, value] : values) {
    config::Node* node = &changed.tree;
    std::string_view rest = path;
    while (!rest.empty() && node != nullptr) {
      const std::string_view key = rest.substr(0, rest.find('.'));
      rest.remove_prefix(std::min(rest.size(), key.size() + 1));
      const auto child = std::ranges::find(node->children, key, &config::Node::key);
      node = child == node->children.end() ? nullptr : &*child;
    }
    if (node == nullptr)
      return Error{.code = "unknown_key", .message = "the tenant's file has no value '" + path + "'"};
    node->kind = config::Node::Kind::scalar;
    node->children.clear();
    node->text = value;
  }
  return assembly_->apply(tenant, config::effective(changed), by, 0);
}

Result<std::uint32_t> Stage::apply_again(const TenantId& tenant, std::uint32_t version, const Actor& by) {
  const auto text = assembly_->version_text(tenant, version);
  if (!text) return text.error();
  return assembly_->apply(tenant, *text, by, version);
}

const Account* Stage::account(const TenantId& tenant, const AccountId& id) const {
  const Account* found = nullptr;
  (void)!assembly_->engine().read([&](const engine::Shard& shard) { found = shard.account(tenant, id); });
  return found;
}

const TenantState& Stage::tenant(const TenantId& id) const {
  const TenantState* found = nullptr;
  (void)!assembly_->engine().read([&](const engine::Shard& shard) { found = shard.tenant(id); });
  return *found;
}

const Catalog& Stage::catalog(const TenantId& tenant) const {
  const Catalog* found = nullptr;
  (void)!assembly_->engine().read([&](const engine::Shard& shard) {
    const Catalogs* catalogs = shard.catalogs(tenant);
    found = catalogs->versions.back().get();
  });
  return *found;
}

engine::Rehearsal Stage::rehearsal(const TenantId& tenant, const AccountId& id, const AnyCommand& command) const {
  std::optional<engine::Rehearsal> copies;
  (void)!assembly_->engine().read([&](const engine::Shard& shard) {
    copies.emplace(*shard.account(tenant, id), *shard.tenant(tenant), *shard.catalogs(tenant), assembly_->plugins());
    const auto* moves = std::get_if<Transfer>(&command);
    const Account* other = moves == nullptr ? nullptr : shard.account(tenant, moves->to);
    if (other != nullptr) copies->with(*other);
  });
  return *std::move(copies);
}

}  // namespace florin::scenario
