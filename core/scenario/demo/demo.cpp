#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <stdexcept>

#include "config/check.hpp"
#include "domain/journal/described.hpp"
#include "florin/scenario.hpp"
#include "scenario/audit.hpp"
#include "scenario/demo/telling.hpp"
#include "scenario/expect.hpp"
#include "scenario/stage.hpp"
#include "scenario/story.hpp"
#include "scenario/words.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/owner.hpp"

namespace florin {

namespace {

using namespace scenario;

constexpr std::string_view made_by = "made_by_florin_demo";
constexpr std::size_t name_width = 17;

Instant midnight(Date date) { return {date.days() * hours(24).us}; }

/// An act of a story, with what it sends.
struct Event {
  Instant at;
  TenantId tenant;
  std::vector<Request> requests;
  const Act* act = nullptr;
};

struct Used {
  std::size_t sent = 0, refused = 0;
  std::map<std::string, Credits> spent;  // by credit type
};

class Year {
 public:
  Year(const DemoOptions& options, std::ostream& out) : options_(options), out_(out) {
    const auto beside = std::filesystem::path(options.config).parent_path() / "../examples/first_year";
    if (options_.stories.empty()) options_.stories = beside.lexically_normal().string();
  }

  Result<DemoYear> run() {
    if (const Status begun = begin(); !begun) return begun.error();
    const auto started = std::chrono::steady_clock::now();
    Date month = first_month_;
    const Date end{month.year + 1, month.month, 1};
    std::size_t next = 0;
    while (month < end) {
      const Date after = Date::from_days(month.days() + 31);
      const Date following{after.year, after.month, 1};
      out_ << '\n' << month_of(month) << '\n' << std::string(month_of(month).size(), '-') << '\n';
      for (; next < events_.size() && events_[next].at < midnight(following); ++next) play(events_[next]);
      stage_->run_until(Instant{midnight(following).us - 1});
      tell_month();
      month = following;
    }
    table();
    const bool holds = verify(std::chrono::steady_clock::now() - started);
    stage_->assembly().close();
    try_next();
    return DemoYear{holds && !surprised_, end};
  }

 private:
  Status cannot(std::string why) const {
    while (why.ends_with('\n')) why.pop_back();
    return Error{.code = "no_demo", .message = "the demo cannot begin: " + why};
  }

  /// Only what an earlier demo made is ever removed, and never while a host has it open.
  Status clear_folder() {
    namespace fs = std::filesystem;
    std::error_code failed;
    const fs::path folder = options_.data;
    if (fs::exists(folder, failed) && !fs::is_empty(folder, failed)) {
      if (!fs::exists(folder / made_by, failed))
        return cannot("'" + options_.data + "' is not empty, and no demo made it. Choose another folder.");
      const auto ours = store::Owner::take(fs::absolute(folder / "journal.db"));
      if (!ours) return cannot(ours.error().message);
      fs::remove_all(folder, failed);
      if (failed) return cannot(options_.data + ": " + failed.message());
    }
    if (const Status made = store::make_private_folder(folder); !made) return cannot(made.error().message);
    std::ofstream(folder / made_by) << "The demo may remove this folder and make it anew.\n";
    return Done{};
  }

  Status begin() {
    Errors errors;
    config::HostFile host = config::load_host_file(options_.config, errors);
    if (!errors.empty()) return cannot(config::text_of(errors));
    if (const Status read = read_stories(errors); !read) return read.error();
    if (const Status clear = clear_folder(); !clear) return clear;
    for (const Script& script : scripts_)
      for (const Act& act : script.acts) events_.push_back(event_of(script, act));
    std::ranges::stable_sort(events_, {}, &Event::at);

    if (events_.empty()) return cannot("the stories of '" + options_.stories + "' tell nothing");
    const Date first = Date::from_days(events_.front().at.us / hours(24).us);
    first_month_ = {first.year, first.month, 1};
    auto stage =
        Stage::open(std::move(host), std::filesystem::path(options_.data), std::nullopt, midnight(first_month_), false);
    if (!stage) return cannot(config::text_of({stage.error()}));
    stage_.emplace(std::move(*stage));
    out_ << "A year of " << scripts_.size() << (scripts_.size() == 1 ? " business" : " businesses")
         << " on one host, on a clock of its own. Every number is what the host did.\n\n";
    for (const Script& script : scripts_) {
      std::string names;
      for (const AccountId& id : script.accounts) names += (names.empty() ? "" : ", ") + id.text();
      out_ << "  " << padded(script.tenant.text(), 10) << padded(names, 27) << script.because << '\n';
    }
    return Done{};
  }

  Status read_stories(Errors& errors) {
    std::error_code failed;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(options_.stories, failed))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    if (failed) return cannot(options_.stories + ": " + failed.message());
    if (files.empty()) return cannot("there is no story (*.yaml) in '" + options_.stories + "'");
    std::ranges::sort(files);
    for (const std::filesystem::path& file : files)
      if (auto script = read_story(file, errors)) scripts_.push_back(std::move(*script));
    for (const Script& script : scripts_)
      for (const Act& act : script.acts)
        if (act.only_quoted || !act.new_version.empty() || act.version_again != 0)
          errors.push_back({.code = "not_in_a_demo",
                            .message = "a demo plays commands; quotes and new versions are for `florin scenario`",
                            .at = act.node.where("timeline")});
    return errors.empty() ? Status(Done{}) : cannot(config::text_of(errors));
  }

  static Event event_of(const Script& script, const Act& act) {
    Event event{act.at, script.tenant, {}, &act};
    for (std::int32_t i = 1; act.command && i <= act.times; ++i)
      event.requests.push_back({script.tenant, act.account, act.actor,
                                act.times == 1 ? act.key : act.key + "-" + std::to_string(i), act.at, *act.command});
    return event;
  }

  void play(Event& event) {
    stage_->run_until(event.at);
    const auto answers = stage_->send(event.requests);
    for (const auto& answer : answers)
      if (!answer && answer.error().code == "store_unavailable") throw std::runtime_error(answer.error().message);
    if (event.act->habit) return;
    for (const auto& answer : answers) {
      const std::string code = !answer                  ? answer.error().code
                               : answer->entry->refusal ? answer->entry->refusal->code
                                                        : std::string();
      if (code != event.act->refused.value_or("")) surprise(*event.act, "was refused as '" + code + "'");
    }
    if (!event.act->expect) return;
    std::size_t compared = 0;
    for (const scenario::Discrepancy& one : compare(*stage_, event.tenant, *event.act, std::nullopt, compared))
      surprise(*event.act, one.what + " is " + one.actual + ", expected " + one.expected);
  }

  void surprise(const Act& act, const std::string& what) {
    surprised_ = true;
    out_ << "  unexpected at " << act.at.text() << ": " << what << '\n';
  }

  /// One line an event, then each account's usage of the month.
  void tell_month() {
    std::map<std::string, Used> used;
    std::map<std::string, std::string> last;  // a payment that is still pending when it is asked about is no news
    const auto each = [&](store::Position position, const Entry& entry) {
      told_ = position;
      if (entry.account.empty()) return;
      (void)!stage_->assembly().engine().read([&](const engine::Shard& shard) {
        const Catalog& catalog = *shard.catalogs(entry.tenant)->versions.back();
        const Account* account = shard.account(entry.tenant, entry.account);
        if (account == nullptr) return;
        const std::string name = entry.tenant.text() + "/" + entry.account.text();
        if (std::holds_alternative<Use>(entry.command)) return count(used[name], entry);
        const std::string line = told(entry, catalog, *account);
        if (!line.empty() && std::exchange(last[name], line) != line)
          out_ << "  " << day_of(Calendar(catalog.zone), entry.at) << "  " << padded(name, name_width) << line << '\n';
      });
    };
    if (const auto read = each_entry(stage_->assembly(), told_ + 1, each); !read)
      out_ << "  the journal cannot be read: " << read.error().message << '\n';
    for (const auto& [name, sum] : used) tell_usage(name, sum);
  }

  static void count(Used& used, const Entry& entry) {
    if (entry.refusal) {
      ++used.refused;
      return;
    }
    ++used.sent;
    for (const Fact& fact : entry.facts)
      if (const auto* spent = std::get_if<CreditsSpent>(&fact))
        for (const Take& take : spent->takes) used.spent[spent->type.text()] += take.amount;
  }

  void tell_usage(const std::string& name, const Used& used) {
    const TenantId tenant = TenantId::trusted(name.substr(0, name.find('/')));
    std::string amounts;
    for (const auto& [type, spent] : used.spent)
      amounts += (amounts.empty() ? "" : ", ") + in_words(stage_->catalog(tenant), CreditType::trusted(type), spent);
    out_ << "   usage  " << padded(name, name_width) << used.sent << " sent, "
         << (amounts.empty() ? "nothing" : amounts) << " spent"
         << (used.refused == 0 ? "" : ", " + std::to_string(used.refused) + " refused") << '\n';
  }

  void table() {
    out_ << "\nAt the end\n----------\n  " << padded("account", name_width) << padded("plan", 25)
         << padded("invoices", 10, true) << padded("paid", 17, true) << padded("given back", 14, true)
         << "  credits by grant\n";
    for (const Script& script : scripts_)
      for (const AccountId& id : script.accounts) row(script.tenant, id);
  }

  void row(const TenantId& tenant, const AccountId& id) {
    const Account& account = *stage_->account(tenant, id);
    const Catalog& catalog = stage_->catalog(tenant);
    const Moved sum = moved(stage_->assembly(), tenant, account, catalog.currency);
    const auto invoices =
        std::ranges::count_if(account.orders, [](const Order& order) { return !order.invoice.empty(); });
    std::string plan = account.state_word();
    if (const auto& running = account.subscription)
      plan = running->plan.text() + " " + running->cycle +
             (running->licences == 1 ? "" : " x" + std::to_string(running->licences));
    std::string grants;
    for (const Grant& grant : account.grants) {
      if (grant.remaining.is_zero()) continue;
      grants += (grants.empty() ? "" : ", ") + in_words(catalog, grant.type, grant.remaining) + " " +
                std::string(boost::describe::enum_to_string(grant.source, "")) +
                (grant.over == GrantOver::working ? "" : " (frozen)");
    }
    out_ << "  " << padded(tenant.text() + "/" + id.text(), name_width) << padded(plan, 25)
         << padded(std::to_string(invoices), 10, true) << padded(sum.charged.text(), 17, true)
         << padded(sum.refunded.text(), 14, true) << "  " << (grants.empty() ? "none" : grants) << '\n';
  }

  bool verify(std::chrono::steady_clock::duration took) {
    const Audit books = audit(stage_->assembly());
    out_ << "\nVerified\n--------\n";
    for (const std::string& broken : books.broken) out_ << "  BROKEN  " << broken << '\n';
    if (books.broken.empty())
      out_ << "  " << books.entries << " entries, their hashes chained; " << books.accounts
           << " accounts fold to the same state again\n  " << books.grants << " grants balance; " << books.documents
           << " invoices and credit notes without a gap\n  " << books.captures << " payments and " << books.refunds
           << " refunds, the same in the provider's own book\n";
    out_ << "  a year in " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms\n";
    return books.broken.empty();
  }

  void try_next() {
    const auto name = [](const Script& script) { return script.tenant.text() + " " + script.accounts.front().text(); };
    const Script &first = scripts_.front(), &last = scripts_.back();
    out_ << "\nTry next\n--------\n"
         << "  florin explain " << options_.data << " " << name(first)
         << "           # each credit: grant, rule, payment, where it went\n"
         << "  florin journal " << options_.data << " --tenant " << last.tenant.text() << " --account "
         << last.accounts.front().text() << '\n'
         << "  florin show " << options_.data << " " << name(last) << '\n'
         << "  florin verify " << options_.data << '\n'
         << "  florin scenario --trace " << first.file << '\n';
  }

  DemoOptions options_;
  std::ostream& out_;
  std::vector<Script> scripts_;
  Date first_month_;
  std::vector<Event> events_;
  std::optional<Stage> stage_;
  store::Position told_ = 0;
  bool surprised_ = false;
};

}  // namespace

Result<DemoYear> run_demo(const DemoOptions& options, std::ostream& out) {
  try {
    return Year(options, out).run();
  } catch (const std::exception& error) {
    return Error{.code = "broke_down", .message = std::string("the host broke down: ") + error.what()};
  }
}

}  // namespace florin
