#include "domain/journal/journal.hpp"

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

template <class T>
Result<T> value_of(std::string_view bytes) {
  try {
    codec::Reader in(bytes);
    return codec::read<T>(in);
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_checkpoint", .message = damaged.what()};
  }
}

}  // namespace

void write(std::string& out, const Entry& entry) {
  codec::Writer writer(out);
  codec::write(writer, entry);
}

Result<std::vector<Entry>> read(std::string_view bytes) {
  try {
    std::vector<Entry> entries;
    for (codec::Reader in(bytes); !in.empty();) entries.push_back(codec::read<Entry>(in));
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

AccountPages pages_of(const Account& account) { return {account.orders.pages(), account.closed_grants.pages()}; }

std::string write_beside_pages(const Account& account) {
  const std::size_t orders = account.orders.pages().count();
  const std::size_t closed_grants = account.closed_grants.whole_pages();
  if (orders == 0 && closed_grants == 0) return write(account);
  Account beside = account;
  beside.orders.forget_pages();
  beside.closed_grants.forget_whole_pages();
  std::string bytes = write(beside);
  {
    codec::Writer counts(bytes);
    counts.unsigned_number(orders);
    counts.unsigned_number(closed_grants);
  }
  return bytes;
}

void write_pages(const Account& account, const AccountPages& saved,
                 const std::function<void(const std::string&, std::string)>& see) {
  account.orders.pages().changed_since(saved.orders, [&](std::size_t number, const auto& page) {
    see("orders/" + std::to_string(number), bytes_of(page.all()));
  });
  const std::size_t whole = account.closed_grants.whole_pages();
  account.closed_grants.pages().changed_since(saved.closed_grants, [&](std::size_t number, const auto& page) {
    if (number < whole) see("closed_grants/" + std::to_string(number), bytes_of(page.all()));
  });
}

std::string page_object(std::string_view account_object, std::string_view page) {
  return "past" + std::string(account_object.substr(account_object.find('/'))) + "/" + std::string(page);
}

namespace {

void must(bool holds, const char* what) {
  if (!holds) throw codec::Damaged(what);
}

template <class T>
std::vector<T> items_of(const std::string& bytes) {
  codec::Reader in(bytes);
  return codec::read<std::vector<T>>(in);
}

void take_pages(Account& account, codec::Reader& counts,
                const std::function<const std::string*(const std::string&)>& page) {
  const std::uint64_t orders = counts.unsigned_number(), closed_grants = counts.unsigned_number();
  must(orders <= account.last_order && closed_grants <= account.last_grant, "more pages than an account can have");
  for (std::size_t number = 0; number < orders; ++number) {
    const std::string* bytes = page("orders/" + std::to_string(number));
    if (bytes == nullptr) continue;  // what is in none lies open
    auto items = items_of<Order>(*bytes);
    must(items.size() == History<Order>::page && items.front().id.value == number * History<Order>::page + 1,
         "a page of orders is another one");
    account.orders.set_page(number, std::move(items));
  }
  Pages<Grant> whole;
  for (std::size_t number = 0; number < closed_grants; ++number) {
    const std::string* bytes = page("closed_grants/" + std::to_string(number));
    must(bytes != nullptr, "a page of closed grants is missing");
    auto items = items_of<Grant>(*bytes);
    must(items.size() == LongList<Grant>::page, "a page of closed grants is not whole");
    whole.set(number, std::move(items));
  }
  account.closed_grants.put_before(whole, closed_grants);
}

}  // namespace

Result<Account> read_account(std::string_view bytes,
                             const std::function<const std::string*(const std::string&)>& page) {
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

Result<TenantState> read_tenant(std::string_view bytes) { return value_of<TenantState>(bytes); }

}  // namespace florin::journal
