#include "host/assembly.hpp"

#include <unistd.h>

#include <algorithm>

#include "config/check.hpp"
#include "config/pins.hpp"
#include "domain/payments/card_number.hpp"
#include "readers/views.hpp"
#include "store/memory/memory_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace florin {

namespace {

/// Where libraries are copied to before they are loaded: ours alone, and of this process when there is no data folder.
std::filesystem::path folder_of_copies(const std::optional<std::filesystem::path>& data) {
  if (data) return *data / "plugins";
  return std::filesystem::temp_directory_path() / ("florin-" + std::to_string(::geteuid()));
}

}  // namespace

Result<std::unique_ptr<Assembly>> Assembly::open(const Options& options) {
  std::unique_ptr<Assembly> assembly(new Assembly(options));
  if (const auto opened = assembly->open_store(); !opened) return opened.error();

  PluginPlaces places;
  places.folders = {options.file.plugins};
  places.copies = folder_of_copies(options.data);
  if (options.file.plugin_pins) {
    Errors errors;
    places.pins = config::load_pins(*options.file.plugin_pins, errors);
    if (!errors.empty()) return errors.front();
  }
  auto library = PluginLibrary::open(std::move(places));
  if (!library) return library.error();
  assembly->plugged_ = std::make_unique<Plugged>(
      std::move(*library), Plugged::Options{.books = options.data,
                                            .payments_in_sandbox = options.file.payments_in_sandbox,
                                            .egress = {.deadline = options.file.egress.deadline,
                                                       .loopback = options.file.egress.loopback,
                                                       .private_addresses = options.file.egress.private_addresses}});

  const auto held = assembly->store_->mark("sending");
  if (!held) return held.error();
  engine::Engine::Options engine_options;
  engine_options.shard.opened_by = "florin " FLORIN_VERSION;
  engine_options.shard.sending = *held != "held";
  engine_options.virtual_from = options.virtual_from;
  assembly->engine_ =
      std::make_unique<engine::Engine>(*assembly->store_, *assembly->plugged_, *assembly->plugged_, engine_options);
  assembly->opened_at_ = assembly->engine_->now();

  std::vector<engine::Engine::TenantSource> sources;
  for (const std::filesystem::path& file : options.file.tenants) {
    Errors errors;
    config::Tenant tenant = config::load_tenant(file, errors);
    const TenantId id = tenant.catalog.tenant;
    if (!errors.empty()) {
      std::ranges::copy(errors, std::back_inserter(assembly->problems_));
      if (!id.empty())
        sources.push_back({id,
                           {},
                           Error{.code = "tenant_stopped",
                                 .message = "the tenant's file has errors: " + config::text_of({errors.front()})}});
      continue;
    }
    sources.push_back({id, config::effective(tenant), std::nullopt});
    assembly->tenants_.emplace(id.text(), std::move(tenant));
  }
  const auto compile = [raw = assembly.get()](const TenantId& tenant, std::uint32_t version, const std::string& text) {
    return raw->compile(tenant, version, text);
  };
  Errors stopped;
  if (const auto opened = assembly->engine_->open(sources, compile, stopped); !opened) return opened.error();
  for (const Error& error : stopped)
    if (error.code != "tenant_stopped") assembly->problems_.push_back(error);
  if (options.virtual_from) {
    assembly->engine_->next_outside = [raw = assembly.get()] {
      Instant next = never;
      for (const Plugged::Sandbox& sandbox : raw->plugged_->sandboxes()) {
        const auto seen = raw->delivered_.find({sandbox.tenant, sandbox.processor});
        const Instant after = seen == raw->delivered_.end() ? raw->opened_at_ : seen->second;
        if (const auto due = sandbox.provider->next_webhook(after)) next = std::min(next, *due);
      }
      return next;
    };
    assembly->engine_->run_outside = [raw = assembly.get()](Instant) { raw->deliver_sandbox_webhooks(); };
  }
  return assembly;
}

Assembly::~Assembly() { close(); }

void Assembly::close() {
  if (engine_) engine_->close();
}

Status Assembly::refresh_views() {
  if (!options_.data)
    return Error{.code = "no_views", .message = "this host is in memory, and has no folder for views.db"};
  // By a connection of its own: the journal's is busy with commits.
  auto journal = store::SqliteStore::open_read_only(*options_.data / "journal.db");
  if (!journal) return journal.error();
  const auto refreshed = readers::refresh_views(**journal, *options_.data / "views.db");
  if (!refreshed) return refreshed.error();
  return Done{};
}

Status Assembly::open_store() {
  if (!options_.data) {
    store_ = std::make_unique<store::MemoryStore>();
    return Done{};
  }
  std::error_code failed;
  std::filesystem::create_directories(*options_.data, failed);
  if (failed) return Error{.code = "no_data_folder", .message = options_.data->string() + ": " + failed.message()};
  auto opened = store::SqliteStore::open(*options_.data / "journal.db");
  if (!opened) return opened.error();
  store_ = std::move(*opened);
  return Done{};
}

Result<std::shared_ptr<const Catalog>> Assembly::compile(const TenantId& id, std::uint32_t version,
                                                         const std::string& text) {
  Errors errors;
  config::Tenant tenant = config::read_effective(text, id.text() + ".yaml, version " + std::to_string(version), errors);
  if (!errors.empty()) return errors.front();
  tenant.catalog.version = version;
  auto catalog = std::make_shared<const Catalog>(tenant.catalog);
  Errors unplugged = plugged_->plug_in(*catalog);
  if (unplugged.empty()) return std::shared_ptr<const Catalog>(catalog);
  // A plugin speaks of its own block; the operator has a file and a line.
  for (Error& error : unplugged) {
    const std::string path = error.at.path;
    const std::size_t names = path.starts_with("/payments") ? 3 : 1;
    std::size_t end = 0;
    for (std::size_t i = 0; i < names && end != std::string::npos; ++i) end = path.find('/', end + 1);
    std::string block = path.substr(1, end == std::string::npos ? end : end - 1);
    std::ranges::replace(block, '/', '.');
    error.at = config::locate(tenant, block, end == std::string::npos ? "" : path.substr(end));
    problems_.push_back(error);
  }
  return Error{.code = "tenant_stopped", .message = "the tenant is stopped: " + config::text_of({unplugged.front()})};
}

Result<engine::Job> Assembly::job_of(const Request& request) const {
  engine::Job job{.tenant = request.tenant,
                  .account = request.account,
                  .actor = request.actor,
                  .key = request.key,
                  .asked_at = request.asked_at,
                  .command = std::visit([](const auto& command) { return AnyCommand(command); }, request.command),
                  .reply = {},
                  .of_effect = false};
  if (job.actor.role == "host")
    return Error{.code = "not_permitted", .message = "'host' is Florin itself: nobody speaks for it"};
  auto* method = std::get_if<SetMethod>(&job.command);
  if (method == nullptr) return job;
  const std::optional<MethodPlugin> plugin = plugged_->method(request.tenant, method->method);
  if (!plugin) return job;  // the decision refuses it, with the methods that there are
  std::vector<Word> written = method->details;
  written.insert(written.end(), {{"token", method->token}, {"masked", method->masked}});
  for (const Word& word : written)
    if (holds_card_number(word.value))
      return Error{.code = "card_number",
                   .message = "a card's number is never given here: the processor keeps it and gives a token",
                   .at = {.file = {}, .line = 0, .column = 0, .path = word.name}};
  std::vector<std::pair<std::string, std::string>> fields;
  for (const Word& detail : method->details) fields.emplace_back(detail.name, detail.value);
  auto checked = plugin->check(fields);
  if (!checked) return checked.error();
  if (!checked->problems.empty())
    return Error{.code = "bad_details",
                 .message = checked->problems.front().second,
                 .at = {.file = {}, .line = 0, .column = 0, .path = checked->problems.front().first}};
  for (const Word& detail : method->details)
    if (detail.name == "token") method->token = detail.value;
  method->details.clear();
  method->brand = checked->brand;
  method->masked = checked->masked;
  return job;
}

Status Assembly::webhook(const TenantId& tenant, const ProcessorId& processor, const WebhookMessage& message) {
  auto claims = plugged_->webhook(tenant, processor, message);
  if (!claims) return claims.error();
  for (const WebhookClaim& claim : *claims) {
    if (!claim.proven || claim.of_refund) continue;  // a hint: the next look-up learns it
    ProviderSaid said{.order = {}, .attempt = 0, .said = claim.said};
    AccountId account;
    bool found = false;
    engine_->read([&](const engine::Shard& shard) {
      found = shard.find_attempt(tenant, claim.payment_key, account, said.order, said.attempt);
    });
    if (!found) continue;
    const auto taken = engine_->submit_and_wait(engine::Job{.tenant = tenant,
                                                            .account = account,
                                                            .actor = {"host", ""},
                                                            .key = {},
                                                            .asked_at = std::nullopt,
                                                            .command = said,
                                                            .reply = {},
                                                            .of_effect = false});
    if (!taken) return taken.error();
  }
  return Done{};
}

void Assembly::deliver_sandbox_webhooks() {
  const Instant now = engine_->now();
  for (const Plugged::Sandbox& sandbox : plugged_->sandboxes()) {
    Instant& delivered = delivered_.try_emplace({sandbox.tenant, sandbox.processor}, opened_at_).first->second;
    const auto due = sandbox.provider->webhooks(delivered, now);
    delivered = std::max(delivered, now);
    for (const SandboxWebhook& webhook_due : due)
      (void)!webhook(sandbox.tenant, sandbox.processor, {webhook_due.body, webhook_due.headers, now});
  }
}

}  // namespace florin
