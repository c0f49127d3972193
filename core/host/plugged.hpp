#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "domain/catalog/catalog.hpp"
#include "engine/ports.hpp"
#include "plugins/library.hpp"
#include "transport/sandbox/provider.hpp"

namespace florin {

/// Every plugin instance of every tenant, and the way to providers: what the engine calls through its ports.
class Plugged : public engine::Policies, public engine::Providers {
 public:
  /// books   folder where sandbox providers keep their books, so that they outlive a killed host; none: in memory
  Plugged(PluginLibrary library, std::optional<std::filesystem::path> books)
      : library_(std::move(library)), books_(std::move(books)) {}

  /// Makes the instances that one version of a tenant's catalog needs. Each error says which block of the YAML it is
  /// about in `at.path`, as a JSON pointer behind `credit_policy`, `payments/methods/card` or the like.
  Errors plug_in(const Catalog& catalog);

  Result<Answer> answer(const TenantId& tenant, std::uint32_t catalog, const Question& question) override;
  Said perform(const engine::Effect& effect, Instant now) override;

  /// The tenant's method in its newest version; none when it has no such method.
  std::shared_ptr<const MethodPlugin> method(const TenantId& tenant, const MethodId& method) const;

  /// Errors: no_such_processor and those of ProcessorPlugin::webhook.
  Result<std::vector<WebhookClaim>> webhook(const TenantId& tenant, const ProcessorId& processor,
                                            const WebhookMessage& message) const;

  /// A sandbox provider of a tenant; none when that processor is another plugin.
  SandboxProvider* sandbox(const TenantId& tenant, const ProcessorId& processor) const;
  struct Sandbox {
    TenantId tenant;
    ProcessorId processor;
    SandboxProvider* provider = nullptr;
  };
  std::vector<Sandbox> sandboxes() const;

 private:
  struct Processing {
    std::shared_ptr<const ProcessorPlugin> plugin;
    std::shared_ptr<SandboxProvider> sandbox;
  };
  struct Tenant {
    std::map<std::uint32_t, std::shared_ptr<const CreditPolicy>> policies;  // by version of the catalog
    std::map<std::uint32_t, std::shared_ptr<const TaxPlugin>> taxes;        // likewise; none where there is no tax
    std::map<std::string, std::shared_ptr<const MethodPlugin>> methods;
    std::map<std::string, Processing> processors;  // of earlier versions too: money in flight lands
  };

  /// Whoever works with it keeps it, also when a new version takes its place meanwhile.
  std::shared_ptr<const Tenant> tenant(const TenantId& id) const;
  Said performed(const Processing& processing, const engine::Effect& effect, Instant now) const;

  PluginLibrary library_;
  std::optional<std::filesystem::path> books_;
  mutable std::mutex mutex_;  // of tenants_: filled while the host opens and when a catalog is applied
  std::map<std::string, std::shared_ptr<const Tenant>> tenants_;
};

}  // namespace florin
