#include "florin/reads.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <mutex>

#include "answers/account_lists.hpp"
#include "answers/parts.hpp"
#include "answers/read_answers.hpp"
#include "config/command.hpp"
#include "host/inside.hpp"
#include "readers/queries.hpp"
#include "readers/views.hpp"

namespace florin {

namespace {

/// How long the whole list is, where that was asked for; of one that is longer, what is counted at most.
std::string count_of(const PageWords& page, std::size_t all) {
  return page.count ? ",\"count\":" + std::to_string(std::min(all, most_counted)) : std::string();
}

bool is_in_state(const Account& account, std::string_view state) {
  if (state == "past_due") return account.past_due.has_value();
  if (state == "cancelled") return account.subscription && account.subscription->cancelled_at;
  if (state == "paused") return account.pause.has_value();
  if (state == "blocked") return account.blocked;
  if (state == "frozen") return account.frozen;
  if (state == "deleted") return account.deleted;
  return account.state_word() == state;
}

bool matches(const Account& account, const AccountFilter& filter) {
  if (!filter.state.empty() && !is_in_state(account, filter.state)) return false;
  if (filter.past_due && account.past_due.has_value() != *filter.past_due) return false;
  if (!filter.plan.empty() && !(account.subscription && account.subscription->plan.text() == filter.plan)) return false;
  if (filter.q.empty() || account.id.text().find(filter.q) != std::string::npos) return true;
  return std::ranges::any_of(account.orders, [&](const Order& order) { return order.invoice == filter.q; }) ||
         std::ranges::any_of(account.refunds, [&](const Refund& refund) { return refund.credit_note == filter.q; });
}

/// The tables of a host, brought up to date.
template <class Inside>
Result<std::filesystem::path> tables_of(const Inside& inside, Assembly& assembly, std::uint64_t at_least) {
  if (!assembly.data()) {
    const Result<std::filesystem::path> in_memory = inside.views_in_memory();
    if (!in_memory) return in_memory.error();
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    if (const auto done = readers::refresh_views(assembly.store(), *in_memory); !done) return done.error();
    return *in_memory;
  }
  const std::filesystem::path file = assembly.views_file();
  const auto there = readers::views_position(file);
  const bool late =
      !there || (assembly.is_virtual() ? *there < assembly.engine().durable_position() : *there < at_least);
  if (!late) return file;
  constexpr std::uint64_t few = 100'000;
  if (const auto done = assembly.refresh_views(few); !done) return done.error();
  return file;
}

Result<std::string> as_of(Assembly& assembly, const std::filesystem::path& views, std::uint64_t at_least) {
  const auto position = readers::views_position(views);
  if (!position) return position.error();
  if (*position < at_least) return Error{.code = "behind", .message = "the tables are not so far yet: ask again"};
  const std::uint64_t durable = assembly.engine().durable_position();
  return "{\"position\":" + std::to_string(*position) +
         ",\"behind\":" + std::to_string(durable - std::min(durable, *position)) + "}";
}

answers::HistoryRow history_row(const Entry& entry, store::Position position) {
  const auto said = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  return {.position = position,
          .at = entry.at,
          .role = entry.actor.role,
          .actor = said(entry.actor.id),
          .key = said(entry.key),
          .command = std::string(config::command_word(entry.command)),
          .refused = entry.refusal ? std::optional(entry.refusal->code) : std::nullopt,
          .entry = answers::Json{config::json_of(entry, position)}};
}

/// 161 character; 61.5 second
std::string quantity_text(const readers::UsageDay& row) {
  Quantity quantity{row.quantity_micro, row.unit};
  return quantity.text();
}

}  // namespace

Result<std::string> Reads::catalog(const TenantId& tenant, const AccountId& account, const Actor& actor) const try {
  MethodSituation situation;
  auto offer = host_.inside_->on_account<answers::Offer>(
      tenant, account, [&](const TenantState& state, const Account& found, const Catalogs& catalogs) {
        situation = situation_of(found, catalogs.at(state.catalog));
        return answers::offer_of(state, catalogs, &found, actor);
      });
  if (!offer) return offer.error();
  if (const auto assembly = host_.inside_->open())
    for (answers::MethodOffer& method : offer->methods) {
      if (!method.offered) continue;
      const std::string why = assembly->plugins().why_not_offered(tenant, method.method, situation);
      method.offered = why.empty();
      if (!why.empty()) method.why = why;
    }
  return answers::as_json(*offer);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Reads::offer(const TenantId& tenant) const try {
  const auto assembly = host_.inside_->open();
  if (!assembly) return closed();
  Result<std::string> result = no_such_tenant(tenant);
  const auto read = assembly->engine().read([&](const engine::Shard& shard) {
    result = is_up(shard, tenant) ? Result<std::string>(answers::as_json(
                                        answers::offer_of(*shard.tenant(tenant), *shard.catalogs(tenant), nullptr, {})))
                                  : Result<std::string>(not_up(shard, tenant));
  });
  return read ? std::move(result) : Result<std::string>(read.error());
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Reads::list(const TenantId& tenant, const AccountId& account, AccountList list,
                                const PageWords& page, Audience whom) const try {
  auto read = host_.inside_->on_account<Result<std::string>>(
      tenant, account, [&](const TenantState& state, const Account& found, const Catalogs& catalogs) {
        return answers::list_as_json(list, catalogs.at(state.catalog), found, page, whom);
      });
  if (!read) return read.error();
  if (!*read || list != AccountList::orders) return *std::move(read);
  return host_.inside_->with_actions(tenant, account, **std::move(read));
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Reads::document(const TenantId& tenant, const AccountId& account, const std::string& number) const
    try {
  const auto found = host_.inside_->on_account<std::optional<answers::Document>>(
      tenant, account, [&](const TenantState& state, const Account& of, const Catalogs& catalogs) {
        return answers::document_of(catalogs.at(state.catalog), of, number);
      });
  if (!found) return found.error();
  if (*found) return answers::as_json(**found);
  return Error{.code = "no_such_document", .message = "there is no document of this number"};
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Reads::members(const TenantId& tenant, const AccountId& account) const try {
  return host_.inside_->on_account<std::string>(
      tenant, account, [&](const TenantState& state, const Account& found, const Catalogs& catalogs) {
        return answers::as_json(answers::members_of(catalogs.at(state.catalog), found));
      });
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Reads::accounts(const TenantId& tenant, const AccountFilter& filter, const PageWords& page) const
    try {
  const auto assembly = host_.inside_->open();
  if (!assembly) return closed();
  std::shared_ptr<const Catalog> catalog;
  Error why_not = no_such_tenant(tenant);
  const auto read = assembly->engine().read([&](const engine::Shard& shard) {
    if (is_up(shard, tenant))
      catalog = std::make_shared<const Catalog>(shard.catalogs(tenant)->at(shard.tenant(tenant)->catalog));
    else
      why_not = not_up(shard, tenant);
  });
  if (!read) return read.error();
  if (!catalog) return why_not;
  const Instant now = assembly->engine().now();
  std::atomic<std::size_t> matching = 0;
  const auto rows = assembly->engine().of_accounts<answers::AccountRow>(
      tenant, [&](const Account& account) -> std::optional<answers::AccountRow> {
        if (!matches(account, filter)) return std::nullopt;
        std::optional<answers::AccountRow> row;
        if (page.after < account.id.text()) row = answers::row_of(*catalog, account, seen_at(account, now));
        ++matching;  // once, though something that is away is looked at twice
        return row;
      });
  if (!rows) return rows.error();
  std::string data;
  const std::size_t count = std::min(rows->size(), page.most);
  for (std::size_t i = 0; i < count; ++i) data += (i == 0 ? "" : ",") + answers::as_json((*rows)[i].second);
  const std::string next = count < rows->size() ? "\"" + (*rows)[count - 1].first.text() + "\"" : "null";
  return "{\"data\":[" + data + "],\"next\":" + next + count_of(page, matching) + "}";
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Reads::history(const TenantId& tenant, const AccountId& account, const PageWords& page,
                                   std::uint64_t at_least) const try {
  const auto assembly = host_.inside_->open();
  if (!assembly) return closed();
  if (const auto there = host_.version_of(tenant, account); !there) return there.error();
  std::uint64_t before = INT64_MAX;
  const char* end = page.after.data() + page.after.size();
  if (!page.after.empty() && std::from_chars(page.after.data(), end, before).ptr != end) return answers::bad_cursor();
  const auto views = tables_of(*host_.inside_, *assembly, at_least);
  if (!views) return views.error();
  const auto stand = as_of(*assembly, *views, at_least);
  if (!stand) return stand.error();
  std::vector<std::pair<store::Position, Entry>> entries;
  const Status read = assembly->with_journal([&](store::Store& journal) -> Status {
    auto found = readers::entries_before(*views, journal, tenant, account, before, page.most + 1);
    if (!found) return found.error();
    entries = std::move(*found);
    return Done{};
  });
  if (!read) return read.error();
  std::string data;
  const std::size_t count = std::min(entries.size(), page.most);
  for (std::size_t i = 0; i < count; ++i)
    data += (i == 0 ? "" : ",") + answers::as_json(history_row(entries[i].second, entries[i].first));
  const std::string next = count < entries.size() ? "\"" + std::to_string(entries[count - 1].first) + "\"" : "null";
  const auto all = page.count ? readers::count_entries(*views, tenant, account, most_counted) : Result<std::size_t>(0);
  if (!all) return all.error();
  return "{\"data\":[" + data + "],\"next\":" + next + count_of(page, *all) + ",\"as_of\":" + *stand + "}";
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Reads::usage(const TenantId& tenant, const AccountId& account, const Date& from, const Date& to,
                                 std::uint64_t at_least) const try {
  const auto assembly = host_.inside_->open();
  if (!assembly) return closed();
  const auto types = host_.credit_types(tenant);
  if (!types) return types.error();
  if (const auto there = host_.version_of(tenant, account); !there) return there.error();
  const auto views = tables_of(*host_.inside_, *assembly, at_least);
  if (!views) return views.error();
  const auto stand = as_of(*assembly, *views, at_least);
  if (!stand) return stand.error();
  const auto rows = readers::usage_between(*views, tenant, account, from, to);
  if (!rows) return rows.error();
  std::string data;
  for (const readers::UsageDay& one : *rows) {
    int decimals = 0;
    for (const auto& [type, digits] : *types)
      if (type.text() == one.type) decimals = digits;
    const auto meter = MeterId::parse(one.meter);
    if (!meter) continue;
    data += (data.empty() ? "" : ",") +
            answers::as_json(answers::UsageRow{.day = one.day,
                                               .meter = *meter,
                                               .times = one.times,
                                               .quantity = quantity_text(one),
                                               .credits = decimal_text(one.credits, decimals) + " " + one.type});
  }
  return "{\"data\":[" + data + "],\"as_of\":" + *stand + "}";
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

}  // namespace florin
