#include "host/assembly.hpp"

#include <algorithm>

#include "config/check.hpp"
#include "config/tenant/difference.hpp"
#include "domain/payments/card_number.hpp"
#include "domain/payments/methods.hpp"
#include "engine/actions.hpp"
#include "engine/browser.hpp"
#include "engine/command_identity.hpp"
#include "engine/provider_key.hpp"
#include "engine/vault.hpp"
#include "host/browser.hpp"
#include "host/free_text.hpp"
#include "host/gate.hpp"
#include "providers/load_plugins.hpp"
#include "providers/webhook.hpp"
#include "readers/views.hpp"
#include "store/memory/memory_store.hpp"
#include "store/open.hpp"
#include "store/sqlite/connection.hpp"

namespace florin {

namespace {

/// Not in memory.
std::string place_of_journal(const Assembly::Options& options) {
  return options.postgres ? *options.postgres : (*options.data / "journal.db").string();
}

/// Plugins are copied once the journal is there: beside none, they tell of one that is lost. To begin from nothing
/// would charge every customer anew.
bool is_lost(const std::filesystem::path& data) {
  std::error_code failed;
  const std::filesystem::path file = data / "journal.db";
  const bool empty = !std::filesystem::exists(file, failed) || std::filesystem::file_size(file, failed) == 0;
  return empty && std::filesystem::exists(data / "plugins", failed);
}

/// Why a tenant without a version in the journal does nothing; one that has a version goes on with it.
Error is_new(const TenantId& id) {
  return {.code = "tenant_stopped",
          .message = "the tenant '" + id.text() + "' is new here: `florin apply` puts its file into force"};
}

std::string line_of(const Error& error) {
  std::string line = config::text_of({error});
  if (line.ends_with('\n')) line.pop_back();
  return line;
}

}  // namespace

Result<std::unique_ptr<Assembly>> Assembly::open(const Options& options,
                                                 const std::optional<std::vector<TenantId>>& new_ones) {
  std::unique_ptr<Assembly> assembly(new Assembly(options));
  if (const auto opened = assembly->open_store(); !opened) return opened.error();
  if (const auto made = assembly->make_engine(); !made) return made.error();
  std::map<std::string, config::Tenant> files;
  if (const auto opened = assembly->open_tenants(new_ones, files); !opened) return opened.error();
  assembly->note_files_not_in_force(files);
  assembly->daily_reconciliation_ = std::make_unique<DailyReconciliation>(*assembly->engine_, *assembly->store_,
                                                                          *assembly->plugins_, assembly->opened_at_);
  if (options.virtual_from)
    assembly->run_in_virtual_time();
  else
    assembly->start_threads();
  return assembly;
}

Status Assembly::make_engine() {
  auto plugged = load_plugins(
      options_.file, options_.data,
      [&store = *store_](const TenantId& tenant, const AccountId& account, const std::vector<std::uint64_t>& entries) {
        return engine::read_person(store, tenant, account, entries);
      },
      [&store = *store_](const TenantId& tenant, const AccountId& account, std::uint64_t entry) {
        return engine::read_sealed(store, tenant, account, entry);
      },
      [&store = *store_](const TenantId& tenant, const AccountId& account,
                         const std::string& sealed) -> Result<Browser> {
        const auto opened = engine::open_action(store, tenant, account, sealed);
        return opened ? engine::browser_of_bytes(*opened) : Result<Browser>(opened.error());
      },
      options_.virtual_from ? [this] { return engine_ ? engine_->now() : *options_.virtual_from; }
                            : std::function<Instant()>());
  if (!plugged) return plugged.error();
  plugins_ = std::move(*plugged);
  const auto may_send = sending();
  if (!may_send) return may_send.error();
  engine::Engine::Options options;
  options.shard.opened_by = "florin " FLORIN_VERSION;
  options.shard.sending = *may_send;
  // Nothing but room: what is there is gone with this process, and saved in the store beside.
  if (options_.data || options_.postgres) options.shard.key_files.emplace().folder = options_.data.value_or("/var/tmp");
  options.virtual_from = options_.virtual_from;
  options.stand_by = options_.stand_by;
  options.plugins.limit = options_.file.plugin_limit;
  engine_ = std::make_unique<engine::Engine>(*store_, *plugins_, *plugins_, options);
  if (!options_.virtual_from)
    if (auto jumped = clock_keeper_.begin(options_.file.longest_stop)) problems_.push_back(*std::move(jumped));
  opened_at_ = engine_->now();
  return Done{};
}

std::vector<engine::Engine::TenantSource> Assembly::read_tenants(const std::optional<std::vector<TenantId>>& new_ones,
                                                                 std::map<std::string, config::Tenant>& files) {
  std::vector<engine::Engine::TenantSource> sources;
  const auto stopped_by = [](const Error& error) {
    return Error{.code = "tenant_stopped", .message = "the tenant's file has errors: " + line_of(error)};
  };
  for (const std::filesystem::path& file : options_.file.tenants) {
    Errors errors;
    config::Tenant tenant = config::load_tenant(file, errors);
    const TenantId id = tenant.catalog.tenant;
    const auto before = std::ranges::find(sources, id, &engine::Engine::TenantSource::id);
    if (const auto first = files.find(id.text()); errors.empty() && first != files.end())
      errors.push_back(config::duplicate_tenant(first->second, tenant));
    if (!errors.empty()) {
      std::ranges::copy(errors, std::back_inserter(problems_));
      if (before != sources.end())
        *before = {id, {}, stopped_by(errors.front())};  // nobody can say which of the two files is meant
      else if (!id.empty())
        sources.push_back({id, {}, stopped_by(errors.front())});
      continue;
    }
    if (before != sources.end()) continue;  // the other file of this tenant has errors
    const bool begins = !new_ones || std::ranges::find(*new_ones, id) != new_ones->end();
    sources.push_back({id, config::effective(tenant), begins ? std::nullopt : std::optional(is_new(id))});
    files.emplace(id.text(), std::move(tenant));
  }
  return sources;
}

Status Assembly::open_tenants(const std::optional<std::vector<TenantId>>& new_ones,
                              std::map<std::string, config::Tenant>& files) {
  const auto compile_one = [this](const TenantId& tenant, std::uint32_t version, const std::string& text) {
    return compile(tenant, version, text);
  };
  Errors stopped;
  if (const auto opened = engine_->open(read_tenants(new_ones, files), compile_one, stopped); !opened)
    return opened.error();
  open_ = true;
  for (const Error& error : stopped)
    if (error.code != "tenant_stopped") problems_.push_back(error);
  return Done{};
}

void Assembly::start_threads() {
  if (options_.data) views_.start();
  clock_keeper_.start();
  if (options_.file.reconciles_daily) daily_reconciliation_->start();
}

/// Sandboxes' webhooks and daily books run when virtual time reaches them.
void Assembly::run_in_virtual_time() {
  const bool daily = options_.file.reconciles_daily;
  engine_->next_outside = [this, daily] {
    Instant next = daily ? daily_reconciliation_->next() : never;
    for (const TenantPlugins::Sandbox& sandbox : plugins_->sandboxes()) {
      const auto seen = delivered_.find({sandbox.tenant, sandbox.processor});
      const Instant after = seen == delivered_.end() ? opened_at_ : seen->second;
      if (const auto due = sandbox.provider->next_webhook(after)) next = std::min(next, *due);
    }
    return next;
  };
  engine_->run_outside = [this, daily](Instant now) {
    deliver_sandbox_webhooks();
    if (daily) daily_reconciliation_->run(now);
  };
}

Assembly::~Assembly() { close(); }

Result<bool> Assembly::sending() const {
  const auto held = store_->mark("sending");
  if (!held) return held.error();
  return *held != "held";
}

void Assembly::close() {
  views_.stop();
  clock_keeper_.stop();
  if (daily_reconciliation_) daily_reconciliation_->stop();
  if (engine_) engine_->close();
}

Status Assembly::with_journal(const std::function<Status(store::Store&)>& with) {
  if (!options_.data && !options_.postgres) return with(*store_);
  auto journal = store::open_read_only(place_of_journal(options_));
  if (!journal) return journal.error();
  return with(**journal);
}

Status Assembly::with_notices(const TenantId& tenant, const std::function<Status(readers::Notices&)>& with) {
  const std::lock_guard lock(noticing_);
  const auto found = notices_.try_emplace(tenant, tenant).first;
  try {
    return with(found->second);
  } catch (...) {
    notices_.erase(found);
    throw;
  }
}

Status Assembly::refresh_views(std::uint64_t most) {
  if (!options_.data)
    return Error{.code = "no_views", .message = "this host is in memory, and has no folder for views.db"};
  // By a connection of its own: the journal's is busy with commits.
  auto journal = store::open_read_only(place_of_journal(options_));
  if (!journal) return journal.error();
  const auto refreshed = readers::refresh_views(**journal, views_file(), most);
  if (!refreshed) return refreshed.error();
  views_.note({refreshed->position, {}});
  return Done{};
}

Status Assembly::open_store() {
  if (options_.data) {
    if (const Status made = store::make_private_folder(*options_.data); !made) return made;
  }
  if (!options_.data && !options_.postgres) {
    store_ = std::make_unique<store::MemoryStore>();
    return Done{};
  }
  if (!options_.postgres && is_lost(*options_.data))
    return Error{.code = "damaged_store",
                 .message = place_of_journal(options_) +
                            " is gone or empty, and a host ran in this folder: `florin restore` makes a journal of a "
                            "backup; to begin anew, name an empty folder"};
  auto opened = store::open(place_of_journal(options_), options_.synced);
  if (!opened) return opened.error();
  store_ = std::move(*opened);
  return Done{};
}

std::shared_ptr<const Catalog> Assembly::plugged_catalog(const TenantId& id, std::uint32_t version,
                                                         const std::string& text, Errors& errors) {
  config::Tenant tenant = config::read_effective(text, id.text() + ".yaml, version " + std::to_string(version), errors);
  if (!errors.empty()) return nullptr;
  tenant.catalog.version = version;
  // What a sandbox issues is not taken for what is owed.
  if (options_.file.marks_documents) {
    tenant.catalog.invoice_numbers.insert(0, "TEST-");
    tenant.catalog.credit_note_numbers.insert(0, "TEST-");
  }
  auto catalog = std::make_shared<const Catalog>(tenant.catalog);
  errors = plug_in(*plugins_, tenant);
  return errors.empty() ? catalog : nullptr;
}

Result<std::shared_ptr<const Catalog>> Assembly::compile(const TenantId& id, std::uint32_t version,
                                                         const std::string& text) {
  Errors errors;
  auto catalog = plugged_catalog(id, version, text, errors);
  if (catalog != nullptr) return catalog;
  if (!open_) problems_.insert(problems_.end(), errors.begin(), errors.end());
  return Error{.code = "tenant_stopped", .message = "the tenant is stopped: " + line_of(errors.front())};
}

Result<std::string> Assembly::version_text(const TenantId& tenant, std::uint32_t version) {
  std::string name;
  bool known = false;
  const auto read = engine_->read([&](const engine::Shard& shard) {
    const TenantState* state = shard.tenant(tenant);
    known = state != nullptr && state->catalog != 0;
    if (known && version >= 1 && version <= state->catalog) name = state->catalog_texts[version - 1];
  });
  if (!read) return read.error();
  if (!known) return Error{.code = "no_such_tenant", .message = "there is no tenant '" + tenant.text() + "'"};
  if (name.empty())
    return Error{.code = "no_such_version",
                 .message = "'" + tenant.text() + "' has no version " + std::to_string(version)};
  return store_->text(name);
}

/// A file that is not what is in force changes nothing until it is applied; whoever opens the host is told.
void Assembly::note_files_not_in_force(const std::map<std::string, config::Tenant>& files) {
  for (const auto& [id, file] : files) {
    std::uint32_t version = 0;
    (void)!engine_->read([&](const engine::Shard& shard) {
      const TenantState* state = shard.tenant(file.catalog.tenant);
      if (state != nullptr) version = state->catalog;
    });
    if (version == 0) continue;
    const auto text = version_text(file.catalog.tenant, version);
    if (!text) continue;
    Errors unreadable;
    const config::Tenant in_force = config::read_effective(*text, id, unreadable);
    const auto changed = config::discrepancies(in_force.tree, file.tree);
    if (changed.empty()) continue;
    problems_.push_back({.code = "not_applied",
                         .message = "'" + id + "' runs on version " + std::to_string(version) + " and this file says " +
                                    std::to_string(changed.size()) + (changed.size() == 1 ? " thing" : " things") +
                                    " otherwise, first here: see `florin plan`, then `florin apply`",
                         .at = changed.front().at});
  }
}

Result<std::uint32_t> Assembly::apply(const TenantId& id, const std::string& text, const Actor& by, std::uint32_t again,
                                      std::optional<std::uint32_t> next) {
  // Before the file is read: whoever may not apply it learns nothing of what is in force.
  if (const auto in = admitted({.tenant = id,
                                .account = {},
                                .actor = by,
                                .key = {},
                                .asked_at = std::nullopt,
                                .command = ApplyCatalog{},
                                .reply = {}});
      !in)
    return in.error();
  const std::lock_guard one_at_a_time(applying_);
  std::uint32_t in_force = 0;
  const auto read = engine_->read([&](const engine::Shard& shard) {
    if (const TenantState* state = shard.tenant(id)) in_force = state->catalog;
  });
  if (!read) return read.error();
  if (in_force == 0)
    return Error{
        .code = "no_such_tenant",
        .message = "no tenant '" + id.text() + "' runs here: put its file into florin.yaml and start the host"};
  if (next && *next != in_force + 1)
    return Error{.code = "version_moved",
                 .message = "version " + std::to_string(in_force) + " is in force by now: look at the plan again"};
  const auto text_before = version_text(id, in_force);
  if (!text_before) return text_before.error();
  if (*text_before == text)
    return Error{.code = "no_change", .message = "this is version " + std::to_string(in_force) + ", which is in force"};
  Errors errors, ignored;
  const config::Tenant after = config::read_effective(text, id.text(), errors);
  if (errors.empty()) errors = config::must_stay(config::read_effective(*text_before, id.text(), ignored), after);
  std::shared_ptr<const Catalog> catalog;
  if (errors.empty()) catalog = plugged_catalog(id, in_force + 1, text, errors);
  if (!errors.empty())
    return Error{.code = errors.front().code, .message = config::text_of(errors), .at = errors.front().at};
  const std::string name = engine::Shard::catalog_name(id, text);
  // The text is there before the entry that names it; nobody else waits for that.
  if (const auto kept = store_->put_text(name, text); !kept) return kept.error();
  engine::Job job{
      .tenant = id,
      .account = {},
      .actor = by,
      .key = "apply " + engine::provider_key(name + " " + std::to_string(in_force + 1) + " " + by.role + ":" + by.id),
      .asked_at = std::nullopt,
      .command = ApplyCatalog{in_force + 1, name, again},
      .reply = {},
      .of_effect = false};
  job.catalog = std::move(catalog);
  const auto applied = engine_->submit_and_wait(std::move(job));
  if (!applied) return applied.error();
  if (const auto& refusal = applied->entry->refusal) return Error{.code = refusal->code, .message = refusal->text};
  return in_force + 1;
}

Status Assembly::knows_customer(const Request& request, const MethodId& id, const std::optional<ProcessorId>& through,
                                bool to_be_saved) const {
  std::optional<ProcessorId> keeper = through;
  const Instant now = engine_->now();
  std::vector<std::uint64_t> entries;
  bool there = false;
  const auto read = engine_->read([&](const engine::Shard& shard) {
    const Account* account = shard.account(request.tenant, request.account);
    const Catalogs* catalogs = shard.catalogs(request.tenant);
    if (account == nullptr || catalogs == nullptr) return;
    there = true;
    if (account->person_at) entries = account->person_at->entries;
    const Method* method = catalogs->versions.back()->method(id);
    if (!keeper && method != nullptr)
      keeper = to_be_saved ? well_keeper(*shard.tenant(request.tenant), *method, now) : method->through.front();
  });
  if (!read) return read.error();
  if (!there || !keeper) return Done{};  // the decision refuses it
  const std::vector<std::string> wanted = plugins_->person_for(request.tenant, *keeper);
  if (wanted.empty()) return Done{};
  const auto person = engine::read_person(*store_, request.tenant, request.account, entries);
  if (const auto missing = missing_of(wanted, person ? *person : std::vector<Word>()); !missing.empty())
    return Error{.code = "person_missing", .message = person_missing_text(keeper->text(), missing)};
  return Done{};
}

/// Free text never has what looks like a person, and that of an account nothing that is known of its person. An item
/// that is there by its name, from before that was known, can be given back.
Status Assembly::names_nobody(const engine::Job& job) const {
  if (engine::is_usage(job.command)) return Done{};  // its only text is its key, and it is asked for often
  std::vector<FreeText> texts = free_texts_of(job);
  const bool speaks = std::ranges::any_of(texts, [](const FreeText& one) { return one.field != "key"; });
  const std::vector<FreeText> members = new_members_of(job);
  if (job.account.empty() || (!speaks && members.empty())) return names_nobody_likely(texts);
  const auto* gives_back = std::get_if<ReleaseItem>(&job.command);
  std::vector<std::uint64_t> entries;
  bool is_there = false;
  const auto read = engine_->read([&](const engine::Shard& shard) {
    const Account* account = shard.account(job.tenant, job.account);
    if (account == nullptr) return;
    if (account->person_at) entries = account->person_at->entries;
    is_there = gives_back != nullptr && std::ranges::any_of(account->items, [&](const Item& item) {
                 return item.entitlement == gives_back->entitlement && item.name == gives_back->item;
               });
  });
  if (!read) return Done{};
  if (is_there) std::erase_if(texts, [](const FreeText& one) { return one.field == "item"; });
  if (auto nobody = names_nobody_likely(texts); !nobody || entries.empty()) return nobody;
  texts.insert(texts.begin(), members.begin(), members.end());
  const auto person = engine::read_person(*store_, job.tenant, job.account, entries);
  return person ? names_not(*person, texts) : Status(Done{});
}

/// `netbanking/HDFC`: what stands behind the kind is what that kind asks its customer for.
Status Assembly::fits_its_kind(const engine::Job& job) const {
  const std::string* with = std::visit(
      [](const auto& command) -> const std::string* {
        if constexpr (requires { command.pay_with; }) return command.pay_with ? &*command.pay_with : nullptr;
        return nullptr;
      },
      job.command);
  const std::size_t slash = with == nullptr ? std::string::npos : with->find('/');
  if (slash == std::string::npos) return Done{};
  const auto kind = MethodId::parse(with->substr(0, slash));
  const auto plugin = kind ? plugins_->method(job.tenant, *kind) : nullptr;
  if (plugin == nullptr || plugin->facts().fields.size() != 1)
    return Done{};  // the decision knows what it is, or refuses
  const auto checked = plugin->check({{plugin->facts().fields.front().name, with->substr(slash + 1)}});
  if (!checked) return checked.error();
  if (checked->problems.empty()) return Done{};
  return Error{.code = "bad_details",
               .message = checked->problems.front().second,
               .at = {.file = {}, .line = 0, .column = 0, .path = "pay_with"}};
}

namespace {

/// The kind of method that a command names. Its brand is checked with what its customer entered.
std::optional<MethodId> kind_of(const AnyCommand& command) {
  if (const auto* adds = std::get_if<AddPaymentMethod>(&command)) return adds->method;
  if (const auto* sets_up = std::get_if<SetUpPaymentMethod>(&command)) return sets_up->method;
  const std::string with = std::visit(
      [](const auto& one) -> std::string {
        if constexpr (requires { one.pay_with; }) return one.pay_with ? std::string(*one.pay_with) : std::string();
        return {};
      },
      command);
  const auto kind = MethodId::parse(with.substr(0, with.find('/')));
  return kind ? std::optional(*kind) : std::nullopt;
}

/// Whether the plugin of a method offers it to the account that asks for it. What the tenant's YAML says is decided
/// with the command.
Status offered_by_its_plugin(const TenantPlugins& plugged, engine::Engine& engine, const engine::Job& job) {
  const auto method = kind_of(job.command);
  if (!method || plugged.method(job.tenant, *method) == nullptr) return Done{};
  std::optional<MethodSituation> situation;
  const auto read = engine.read([&](const engine::Shard& shard) {
    const Account* account = shard.account(job.tenant, job.account);
    const Catalogs* catalogs = shard.catalogs(job.tenant);
    if (account != nullptr && catalogs != nullptr && !catalogs->versions.empty())
      situation = situation_of(*account, *catalogs->versions.back());
  });
  if (!read) return read.error();
  if (!situation) return Done{};  // the decision refuses it
  const std::string why = plugged.why_not_offered(job.tenant, *method, *situation);
  return why.empty() ? Status(Done{}) : Error{.code = "method_not_offered", .message = why};
}

/// What became of a method's form.
struct Form {
  std::vector<Word> details;  ///< for its processor: to be sealed
  std::string brand, masked;
};

/// Asks the plugin of a method about what its customer typed. A method that the tenant does not have is refused by the
/// decision, with those that there are. Errors: bad_details, and the plugin's.
/// `beside`: words that stand beside `details` in the command, not among them.
Result<Form> checked_form(const TenantPlugins& plugged, const TenantId& tenant, const MethodId& method,
                          const std::vector<Word>& typed, const std::vector<std::string>& beside = {}) {
  const auto plugin = plugged.method(tenant, method);
  if (plugin == nullptr) return Form{};
  std::vector<std::pair<std::string, std::string>> fields;
  for (const Word& detail : typed) fields.emplace_back(detail.name, detail.value);
  auto checked = plugin->check(fields);
  if (!checked) return checked.error();
  if (!checked->problems.empty()) {
    const auto& [field, message] = checked->problems.front();
    const bool is_beside = std::ranges::find(beside, field) != beside.end();
    return Error{.code = "bad_details",
                 .message = message,
                 .at = {.file = {}, .line = 0, .column = 0, .path = is_beside ? field : "details." + field}};
  }
  Form form{{}, std::move(checked->brand), std::move(checked->masked)};
  // The token and the brand are fields of the method itself.
  for (auto& [name, value] : checked->details)
    if (name != "token" && name != "brand") form.details.push_back({std::move(name), std::move(value)});
  return form;
}

/// Few words, and none of them long: it goes into the journal.
Status fits_an_answer(const std::vector<Word>& answer) {
  constexpr std::size_t most_words = 16, longest_name = 64, longest_value = 4096;
  const auto problem = [](std::string message) {
    return Error{.code = "bad_answer_field",
                 .message = std::move(message),
                 .at = {.file = {}, .line = 0, .column = 0, .path = "answer"}};
  };
  if (answer.size() > most_words) return problem("An answer has at most 16 fields.");
  for (const Word& word : answer) {
    if (word.name.empty() || word.name.size() > longest_name) return problem("The name of a field has 1 to 64 bytes.");
    if (word.value.size() > longest_value) return problem("A field has at most 4096 bytes.");
    if (holds_card_number(word.value)) return problem("A card's number never comes here.");
  }
  return Done{};
}

}  // namespace

Result<engine::Job> Assembly::job_of(const Request& request) const {
  engine::Job job{.tenant = request.tenant,
                  .account = request.account,
                  .actor = request.actor,
                  .key = request.key,
                  .asked_at = request.asked_at,
                  .command = std::visit([](const auto& command) { return AnyCommand(command); }, request.command),
                  .reply = {},
                  .of_effect = false,
                  .expects = request.expects};
  if (const auto in = admitted(job); !in) return in.error();
  // What depends on how things stand is said once the key is looked up: sent again, a command gets its first answer.
  const auto unfit = [&job](const Status& fits) {
    if (!fits && !job.unfit) job.unfit = std::make_shared<const Error>(fits.error());
  };
  unfit(names_nobody(job));
  if (const auto* saves = std::get_if<SetUpPaymentMethod>(&job.command))
    unfit(knows_customer(request, saves->method, saves->through, true));
  unfit(fits_its_kind(job));
  unfit(offered_by_its_plugin(*plugins_, *engine_, job));
  // What no processor can be handed is not kept either, not even sealed.
  if (auto* returned = std::get_if<CustomerReturned>(&job.command)) {
    if (const auto fit = fits_an_answer(returned->answer); !fit) return fit.error();
    if (!plugins_->hears_answers(request.tenant)) returned->answer.clear();
  }
  if (Seldom<Browser>* browser = browser_of(job.command); browser != nullptr && *browser) {
    if (auto fits = fits_a_browser(**browser); !fits) return fits.error();
    if (plugins_->asks_for_browsers(request.tenant))
      (*browser)->sealed.clear();
    else
      browser->reset();
  }
  if (auto* sets_up = std::get_if<SetUpPaymentMethod>(&job.command); sets_up != nullptr && !sets_up->details.empty()) {
    auto checked = checked_form(*plugins_, request.tenant, sets_up->method, sets_up->details);
    if (!checked) return checked.error();
    sets_up->details = std::move(checked->details);
  }
  auto* method = std::get_if<AddPaymentMethod>(&job.command);
  if (method == nullptr) return job;
  // A token or brand that stands beside the details is one of them.
  std::vector<Word> fields = method->details;
  std::vector<std::string> beside;
  for (const auto& [name, value] : {std::pair("token", method->token), std::pair("brand", method->brand)})
    if (!value.empty() && std::ranges::find(fields, name, &Word::name) == fields.end()) {
      fields.push_back({name, value});
      beside.emplace_back(name);
    }
  auto checked = checked_form(*plugins_, request.tenant, method->method, fields, beside);
  if (!checked) return checked.error();
  for (const Word& detail : method->details)
    if (detail.name == "token") method->token = detail.value;
  unfit(knows_customer(request, method->method, method->through, false));
  method->details = std::move(checked->details);
  method->brand = checked->brand;
  method->masked = checked->masked;
  return job;
}

Result<engine::Answered> Assembly::ask(const Request& request) {
  auto job = job_of(request);
  if (!job) return job.error();
  return engine_->submit_and_wait(std::move(*job));
}

void Assembly::deliver_sandbox_webhooks() {
  const Instant now = engine_->now();
  for (const TenantPlugins::Sandbox& sandbox : plugins_->sandboxes()) {
    Instant& delivered = delivered_.try_emplace({sandbox.tenant, sandbox.processor}, opened_at_).first->second;
    const auto due = sandbox.provider->webhooks(delivered, now);
    delivered = std::max(delivered, now);
    for (const SandboxWebhook& webhook_due : due)
      (void)!take_webhook(*engine_, *store_, *plugins_, sandbox.tenant, sandbox.processor,
                          {webhook_due.body, webhook_due.headers, now});
  }
}

}  // namespace florin
