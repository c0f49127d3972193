#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/host_file.hpp"
#include "config/tenant/tenant.hpp"
#include "engine/engine.hpp"
#include "host/clock_keeper.hpp"
#include "host/view_keeper.hpp"
#include "providers/daily_reconciliation.hpp"
#include "providers/tenant_plugins.hpp"
#include "readers/notifications.hpp"
#include "store/store.hpp"

namespace florin {

/// A host put together: files read, plugins loaded, journal opened, engine running. `Host` is this behind the public
/// face; scenarios and the demo use it as it is.
class Assembly {
 public:
  struct Options {
    config::HostFile file;
    /// Folder of journal.db, views.db and the sandbox's books; none: they stay in memory.
    std::optional<std::filesystem::path> data;
    /// Address of the journal in PostgreSQL; none: it is in the folder.
    std::optional<std::string> postgres;
    std::optional<Instant> virtual_from;
    bool stand_by = false;  ///< in PostgreSQL: its owner's end is waited for
    bool synced = true;     ///< false: a power cut may cost the journal's file, for what can be played again
  };
  /// new_ones   new tenants that are put into force; none: all
  /// Errors: those of the plugin library, of the store, and of Shard::open.
  static Result<std::unique_ptr<Assembly>> open(const Options& options,
                                                const std::optional<std::vector<TenantId>>& new_ones = std::nullopt);
  ~Assembly();

  /// The host closes before what it stands on.
  void close();

  /// Runs `with` on what is durable, by a connection of its own. Errors: the store's, and those of `with`.
  Status with_journal(const std::function<Status(store::Store&)>& with);

  /// Brings views.db of the folder up to date with what is durable, or `most` entries and a little nearer to it.
  /// Errors: no_views; those of readers::refresh_views.
  Status refresh_views(std::uint64_t most = UINT64_MAX);

  engine::Engine& engine() { return *engine_; }
  store::Store& store() { return *store_; }
  TenantPlugins& plugins() { return *plugins_; }
  DailyReconciliation& daily_reconciliation() { return *daily_reconciliation_; }
  const ViewKeeper& views() const { return views_; }
  /// What `with` makes of the notifications of a tenant; one caller at a time.
  Status with_notices(const TenantId& tenant, const std::function<Status(readers::Notices&)>& with);
  const Errors& problems() const { return problems_; }
  /// Whether anything is sent to providers: not after a restore, until it is told to.
  Result<bool> sending() const;
  const std::optional<std::filesystem::path>& data() const { return options_.data; }
  /// Empty: there is no folder.
  std::filesystem::path views_file() const {
    return options_.data ? *options_.data / "views.db" : std::filesystem::path();
  }
  const config::HostFile& file() const { return options_.file; }
  bool in_sandbox() const { return options_.file.payments_in_sandbox; }
  bool is_virtual() const { return options_.virtual_from.has_value(); }

  /// A command as the outside gives it: a method's details go through its plugin first.
  /// Errors: card_number (in whatever field) and bad_details, with the field. In the job's `unfit`, for the shard looks
  /// its key up first: person_missing: the processor that is to keep it must know more of its customer;
  /// names_a_person, method_not_offered, bad_details.
  Result<engine::Job> job_of(const Request& request) const;

  /// The same, asked and answered.
  Result<engine::Answered> ask(const Request& request);

  /// Makes a text (`effective` of a tenant's file) the next version of a tenant that runs. `again`: the earlier version
  /// whose text it is; `next`: the version that it was planned to be. Nothing happens unless all of it does.
  /// Errors: no_such_tenant, no_change, cannot_change, those of the file and its plugins, not_permitted, version_moved.
  Result<std::uint32_t> apply(const TenantId& tenant, const std::string& text, const Actor& by, std::uint32_t again,
                              std::optional<std::uint32_t> next = std::nullopt);
  /// The text of a version. Errors: no_such_tenant, no_such_version.
  Result<std::string> version_text(const TenantId& tenant, std::uint32_t version);

 private:
  explicit Assembly(Options options) : options_(std::move(options)) {}
  // The steps of open().
  Status open_store();
  Status make_engine();
  /// `files`: of the tenants that have one without errors, by their ids.
  std::vector<engine::Engine::TenantSource> read_tenants(const std::optional<std::vector<TenantId>>& new_ones,
                                                         std::map<std::string, config::Tenant>& files);
  Status open_tenants(const std::optional<std::vector<TenantId>>& new_ones,
                      std::map<std::string, config::Tenant>& files);
  void start_threads();
  void run_in_virtual_time();
  Result<std::shared_ptr<const Catalog>> compile(const TenantId& tenant, std::uint32_t version,
                                                 const std::string& text);
  /// Errors: of the text and of its plugins, at the operator's lines; then there is no catalog.
  std::shared_ptr<const Catalog> plugged_catalog(const TenantId& tenant, std::uint32_t version, const std::string& text,
                                                 Errors& errors);
  void note_files_not_in_force(const std::map<std::string, config::Tenant>& files);
  void deliver_sandbox_webhooks();
  /// Whether the processor that is to keep a method may be told what it must know of its customer. Errors:
  /// person_missing.
  Status knows_customer(const Request& request, const MethodId& method, const std::optional<ProcessorId>& through,
                        bool to_be_saved) const;
  /// Errors: names_a_person.
  Status names_nobody(const engine::Job& job) const;
  /// Errors: bad_details, of `with`.
  Status fits_its_kind(const engine::Job& job) const;

  Options options_;
  ViewKeeper views_{*this};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<TenantPlugins> plugins_;
  std::unique_ptr<engine::Engine> engine_;
  ClockKeeper clock_keeper_{*this};                            ///< likewise
  std::unique_ptr<DailyReconciliation> daily_reconciliation_;  ///< stops before the engine does
  std::atomic<bool> open_ = false;                             ///< from then on `problems_` stays as it is
  std::mutex applying_;                                        ///< versions come one after another
  std::mutex noticing_;
  std::map<TenantId, readers::Notices> notices_;
  Errors problems_;
  std::map<std::pair<TenantId, ProcessorId>, Instant> delivered_;  ///< sandbox webhooks, up to here
  Instant opened_at_;
};

}  // namespace florin
