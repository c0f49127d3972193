#include "domain/journal/journal.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <system_error>

#include "domain/journal/codec.hpp"
#include "domain/journal/described.hpp"

namespace florin::journal {

namespace {

template <class T>
std::string bytes_of(const T& value) {
  std::string bytes;
  codec::Writer out(bytes);
  codec::write(out, value);
  return bytes;
}

}  // namespace

void write(std::string& out, const Entry& entry) {
  codec::Writer writer(out);
  codec::write(writer, entry);
}

Result<std::vector<Entry>> read(std::string_view bytes, std::size_t most) {
  try {
    std::vector<Entry> entries;
    for (codec::Reader in(bytes); !in.empty();) {
      if (entries.size() == most)
        return Error{.code = "damaged_row", .message = "it holds more entries than it should"};
      entries.push_back(codec::read<Entry>(in));
    }
    return entries;
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_row", .message = damaged.what()};
  }
}

std::string write(const Account& account) { return bytes_of(account); }
std::string write(const TenantState& tenant) { return bytes_of(tenant); }

Result<Account> read_account(std::string_view bytes) {
  return read_account(bytes, [](const std::string&) { return nullptr; });
}

namespace {

using See = std::function<void(const std::string&, std::string)>;

/// How many whole pages were left out, behind what they were left out of.
std::string with_counts(std::string bytes, std::initializer_list<std::size_t> counts) {
  {
    codec::Writer out(bytes);
    for (const std::size_t count : counts) out.unsigned_number(count);
  }
  return bytes;
}

/// The third count: attempts in pages that are away are found by their keys in the store.
constexpr std::size_t pages_by_key = 1;

template <class T>
void write_whole_pages(const LongList<T>& list, const std::string& name, const Pages<T>& saved, const See& see) {
  list.pages().changed_since(saved, [&](std::size_t number, const auto& page) {
    if (number < list.whole_pages()) see(name + "/" + std::to_string(number), bytes_of(page.all()));
  });
}

}  // namespace

AccountPages pages_of(const Account& account) { return {account.orders.pages(), account.closed_grants.pages()}; }

std::string write_beside_pages(const Account& account) {
  const std::size_t orders = account.orders.pages().count();
  const std::size_t closed_grants = account.closed_grants.whole_pages();
  if (orders == 0 && closed_grants == 0) return write(account);
  Account beside = account;
  beside.orders.forget_pages();
  beside.closed_grants.forget_whole_pages();
  return with_counts(write(beside), {orders, closed_grants, pages_by_key});
}

void each_order_to_save(const Account& account, const AccountPages& saved,
                        const std::function<void(const Order& order)>& see) {
  account.orders.pages().changed_since(saved.orders, [&](std::size_t, const auto& page) {
    for (const Order& order : page) see(order);
  });
}

void write_pages(const Account& account, const AccountPages& saved, const See& see) {
  account.orders.pages().changed_since(saved.orders, [&](std::size_t number, const auto& page) {
    see("orders/" + std::to_string(number), bytes_of(page.all()));
  });
  write_whole_pages(account.closed_grants, "closed_grants", saved.closed_grants, see);
}

std::vector<SharedList<Order>> put_away(Account& account, AccountPages& saved) {
  const Pages<Order> before = account.orders.pages();
  account.orders.put_away(saved.orders);
  account.closed_grants.put_away(saved.closed_grants);
  std::vector<SharedList<Order>> left;
  before.each_here([&](std::size_t number, const auto& page) {
    if (Pages<Order>::is_away(account.orders.pages()[number])) left.push_back(page);
  });
  return left;
}

std::string page_name(const PageAway& away) {
  return (away.of == PageAway::Of::history ? "orders/" : "closed_grants/") + std::to_string(away.number);
}

std::vector<std::string> away_pages(const Account& account) {
  std::vector<std::string> names;
  account.orders.pages().each_away(
      [&](std::size_t number) { names.push_back(page_name({PageAway::Of::history, number})); });
  account.closed_grants.pages().each_away(
      [&](std::size_t number) { names.push_back(page_name({PageAway::Of::long_list, number})); });
  return names;
}

std::string page_object(std::string_view account_object, std::string_view page) {
  return "past" + std::string(account_object.substr(account_object.find('/'))) + "/" + std::string(page);
}

namespace {

void must(bool holds, const char* what) {
  if (!holds) throw codec::Damaged(what);
}

template <class T>
std::vector<T> items_of(std::string_view bytes) {
  codec::Reader in(bytes);
  return codec::read<std::vector<T>>(in);
}

std::vector<Order> orders_of(std::string_view bytes, std::size_t number) {
  auto items = items_of<Order>(bytes);
  must(items.size() == History<Order>::page && items.front().id.value == number * History<Order>::page + 1,
       "a page of orders is another one");
  return items;
}

std::vector<Grant> grants_of(std::string_view bytes) {
  auto items = items_of<Grant>(bytes);
  must(items.size() == LongList<Grant>::page, "a page is not whole");
  return items;
}

/// Where it is away in both, both get the same one, so that it counts as saved.
template <class List, class T>
void bring_one(List& list, Pages<T>* saved, std::size_t number, std::vector<T> items) {
  const SharedList<T> page(std::move(items));
  list.bring(number, page);
  if (saved != nullptr && Pages<T>::is_away((*saved)[number])) saved->set(number, page);
}

template <class T>
void take_whole_pages(LongList<T>& list, const std::string& name, std::uint64_t count, const PageBytes& page) {
  Pages<T> whole;
  for (std::size_t number = 0; number < count; ++number) {
    const std::string* bytes = page(name + "/" + std::to_string(number));
    must(bytes != nullptr, "a page is missing");
    auto items = items_of<T>(*bytes);
    must(items.size() == LongList<T>::page, "a page is not whole");
    whole.set(number, std::move(items));
  }
  list.put_before(whole, count);
}

/// Whole pages of orders and of grants. Damaged bytes may claim any number that was given out, so it is bounded too: a
/// million pages are four million orders. An account that has more is folded from its entries.
struct PageCounts {
  std::uint64_t orders = 0, closed_grants = 0;
};
PageCounts counts_of(const Account& account, codec::Reader& in) {
  constexpr std::uint64_t most = 1 << 20;
  const PageCounts counts{in.unsigned_number(), in.unsigned_number()};
  must(counts.orders <= std::min(most, std::uint64_t(account.last_order) / History<Order>::page) &&
           counts.closed_grants <= std::min(most, std::uint64_t(account.last_grant) / LongList<Grant>::page),
       "more pages than an account can have");
  return counts;
}

void take_pages(Account& account, codec::Reader& in, const PageBytes& page) {
  const auto [orders, closed_grants] = counts_of(account, in);
  for (std::size_t number = 0; number < orders; ++number) {
    const std::string* bytes = page("orders/" + std::to_string(number));
    if (bytes == nullptr) continue;  // what is in none lies open
    account.orders.set_page(number, orders_of(*bytes, number));
  }
  take_whole_pages(account.closed_grants, "closed_grants", closed_grants, page);
}

}  // namespace

Status bring(Account& account, AccountPages* saved, std::string_view page, std::string_view bytes) {
  try {
    const std::size_t slash = page.find('/');
    must(slash != std::string_view::npos, "a page has no number");
    std::size_t number = 0;
    const std::string_view digits = page.substr(slash + 1);
    must(std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc(),
         "a page has no number");
    if (page.starts_with("orders/") && Pages<Order>::is_away(account.orders.pages()[number]))
      bring_one(account.orders, saved == nullptr ? nullptr : &saved->orders, number, orders_of(bytes, number));
    if (page.starts_with("closed_grants/") && Pages<Grant>::is_away(account.closed_grants.pages()[number]))
      bring_one(account.closed_grants, saved == nullptr ? nullptr : &saved->closed_grants, number, grants_of(bytes));
    return Done{};
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_checkpoint", .message = damaged.what()};
  }
}

namespace {

/// What of a page lies open in the account was not written away, or has been opened since.
void put_orders_away(Account& account, std::uint64_t pages) {
  std::vector<std::size_t> open(pages, 0);
  for (const Order& order : account.orders.open())
    if (const std::size_t number = (order.id.value - 1) / History<Order>::page; number < pages) ++open[number];
  for (std::size_t number = 0; number < pages; ++number)
    if (open[number] < History<Order>::page) account.orders.put_away(number);
}

}  // namespace

Result<std::optional<Account>> read_beside_pages(std::string_view bytes) {
  try {
    codec::Reader in(bytes);
    auto account = codec::read<Account>(in);
    if (!in.empty()) {
      const auto [orders, closed_grants] = counts_of(account, in);
      if (in.empty() || in.unsigned_number() != pages_by_key) return std::optional<Account>();
      put_orders_away(account, orders);
      Pages<Grant> away;
      for (std::size_t number = 0; number < closed_grants; ++number) away.put_away(number);
      account.closed_grants.put_before(away, closed_grants);
    }
    must(account.orders.complete(), "an order is missing");
    return std::optional(std::move(account));
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_checkpoint", .message = damaged.what()};
  }
}

Result<Account> read_account(std::string_view bytes, const PageBytes& page) {
  try {
    codec::Reader in(bytes);
    auto account = codec::read<Account>(in);
    if (!in.empty()) take_pages(account, in, page);
    must(account.orders.complete(), "an order is missing");
    return account;
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_checkpoint", .message = damaged.what()};
  }
}

Result<TenantState> read_tenant(std::string_view bytes) {
  return read_tenant(bytes, [](const std::string&) { return nullptr; });
}

std::string write_beside_pages(const TenantState& tenant) {
  const std::size_t identified = tenant.identified.whole_pages();
  if (identified == 0) return write(tenant);
  TenantState beside = tenant;
  beside.identified.forget_whole_pages();
  return with_counts(write(beside), {identified});
}

void write_pages(const TenantState& tenant, const Pages<ReceiptId>& saved, const See& see) {
  write_whole_pages(tenant.identified, "identified", saved, see);
}

Result<TenantState> read_tenant(std::string_view bytes, const PageBytes& page) {
  try {
    codec::Reader in(bytes);
    auto tenant = codec::read<TenantState>(in);
    if (!in.empty()) take_whole_pages(tenant.identified, "identified", in.unsigned_number(), page);
    return tenant;
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_checkpoint", .message = damaged.what()};
  }
}

}  // namespace florin::journal
