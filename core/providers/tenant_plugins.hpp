#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "domain/accounts/account.hpp"
#include "domain/catalog/catalog.hpp"
#include "engine/ports.hpp"
#include "plugins/library.hpp"
#include "transport/network/network.hpp"
#include "transport/sandbox/provider.hpp"
#include "transport/traces.hpp"

namespace florin {

/// Words of a manifest's `person` that nobody gave.
std::vector<std::string> missing_of(const std::vector<std::string>& wanted, const std::vector<Word>& person);
/// What to do about them.
std::string person_missing_text(const std::string& plugin, const std::vector<std::string>& words);

/// Of a payment that an account might make, whatever for.
MethodSituation situation_of(const Account& account, const Catalog& catalog);

/// Every plugin instance of every tenant, and the way to providers: what the engine calls through its ports.
class TenantPlugins : public engine::Policies, public engine::Providers {
 public:
  /// The person behind an account, from the entries that hold it sealed. Errors: nobody was named, or is forgotten.
  using Persons = std::function<Result<std::vector<Word>>(const TenantId&, const AccountId&,
                                                          const std::vector<std::uint64_t>& entries)>;
  /// What an entry holds of an account under seal. Errors: erased, and the store's.
  using Sealed = std::function<Result<std::vector<Word>>(const TenantId&, const AccountId&, std::uint64_t entry)>;
  /// The browser of who pays, as an effect holds it sealed. Errors: action_ended, damaged_seal, and the store's.
  using Browsers = std::function<Result<Browser>(const TenantId&, const AccountId&, const std::string& sealed)>;
  struct Options {
    /// Folder where sandbox providers keep their books, so that they outlive a killed host; none: in memory.
    std::optional<std::filesystem::path> books;
    bool payments_in_sandbox = false;  ///< every processor is played by the sandbox, whatever its plugin
    Egress egress;
    Persons persons;
    Sealed sealed;
    Browsers browsers;
    std::string base_url;  ///< where this host is reached, for who comes back from a provider's page; empty: not known
  };
  TenantPlugins(PluginLibrary library, Options options) : library_(std::move(library)), options_(std::move(options)) {}

  /// Makes the instances that one version of a tenant's catalog needs. Each error says which block of the YAML it is
  /// about in `at.path`, as a JSON pointer behind `credit_policy`, `payments/methods/card` or the like.
  Errors plug_in(const Catalog& catalog);
  /// What the processes of isolated plugins did so far.
  std::vector<isolated::Figures> runners() const { return library_.figures(); }

  Result<Answer> answer(const TenantId& tenant, std::uint32_t catalog, const Question& question) override;
  void perform(const engine::Effect& effect, Instant now, Done done) override;
  void finish() override;

  /// Requests for an account carry that traceparent, for a minute or until this is called again; empty: none.
  void follow(const TenantId& tenant, const AccountId& account, const std::string& trace);

  /// The tenant's method in its newest version; none when it has no such method.
  std::shared_ptr<const MethodPlugin> method(const TenantId& tenant, const MethodId& method) const;

  /// Why its plugin does not offer a method in that situation, as its customer reads it; empty: it does. Never asked on
  /// a thread that decides: it may be in a process of its own.
  std::string why_not_offered(const TenantId& tenant, const MethodId& method, const MethodSituation& situation) const;

  /// Errors: no_such_processor and those of ProcessorPlugin::webhook.
  Result<Heard> webhook(const TenantId& tenant, const ProcessorId& processor, const WebhookMessage& message) const;

  /// Whether one of the tenant's processors can be handed what a customer answers.
  bool hears_answers(const TenantId& tenant) const;

  /// Whether one of the tenant's processors is handed the browser of who pays.
  bool asks_for_browsers(const TenantId& tenant) const;

  /// What a processor must know of whom it charges: email, phone.
  std::vector<std::string> person_for(const TenantId& tenant, const ProcessorId& processor) const;

  /// What a processor's own books hold of a time. Waits for it; the network never waits for us.
  /// address   of one payment's own, such as a bank account made for it: what came into that one alone
  /// Errors: no_such_processor, no_books (its plugin pulls nothing), pull_failed.
  Result<std::vector<WebhookClaim>> pull(const TenantId& tenant, const ProcessorId& processor, Instant from,
                                         Instant until, Instant now, const std::string& address = {}) const;
  /// Those whose plugins read their providers' books.
  std::vector<std::pair<TenantId, ProcessorId>> books() const;

  /// The tenant's processor is its own plugin from now on, and `way` its provider: a story's. False: there is none
  /// such.
  bool play(const TenantId& tenant, const ProcessorId& processor, std::shared_ptr<Transport> way, Secrets secrets);

  /// A sandbox provider of a tenant; none when that processor is another plugin.
  std::shared_ptr<SandboxProvider> sandbox(const TenantId& tenant, const ProcessorId& processor) const;
  struct Sandbox {
    TenantId tenant;
    ProcessorId processor;
    std::shared_ptr<SandboxProvider> provider;
  };
  std::vector<Sandbox> sandboxes() const;

 private:
  struct Processing {
    std::shared_ptr<const ProcessorPlugin> plugin;
    std::shared_ptr<const ProcessorPlugin> named;  ///< as the YAML has it, also where the sandbox plays it
    std::shared_ptr<SandboxProvider> sandbox;      ///< none: the way is the network's, or there is none
    std::shared_ptr<Transport> way;
    Secrets secrets;
  };
  struct Tenant {
    std::map<std::uint32_t, std::shared_ptr<const CreditPolicy>> policies;  // by version of the catalog
    std::map<std::uint32_t, std::shared_ptr<const TaxPlugin>> taxes;        // likewise; none where there is no tax
    std::map<std::string, std::shared_ptr<const MethodPlugin>> methods;
    std::map<std::string, Processing> processors;  // of earlier versions too: money in flight lands
  };

  Status unseal(const engine::Effect& effect, bool with_browser, Operation& operation) const;
  /// Callers share ownership, so a new version does not invalidate them.
  std::shared_ptr<const Tenant> tenant(const TenantId& id) const;
  /// Errors: each says in `at.path` where under the processor's block it is.
  static Errors unfit_for_money(const Catalog& catalog, const Method& method, const Tenant& made);
  Errors plug_in(const Processor& processor, const std::string& tenant, Processing& made);
  Errors play(const Processor& processor, const std::string& tenant, Processing& made);
  Errors reach(const Processor& processor, Processing& made);

  PluginLibrary library_;
  Options options_;
  mutable std::mutex mutex_;  // of what follows: filled while the host opens and when a catalog is applied
  std::unique_ptr<Network> network_;
  std::map<std::string, std::shared_ptr<const Tenant>> tenants_;
  Traces traces_;
};

}  // namespace florin
