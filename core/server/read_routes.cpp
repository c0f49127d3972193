#include <algorithm>
#include <boost/json.hpp>
#include <span>

#include "florin/bodies.hpp"
#include "florin/reads.hpp"
#include "parameters.hpp"
#include "routes.hpp"

/// What pages read: choices, lists of an account, accounts.
namespace florin::server {

namespace {

using Ask = std::function<Result<std::string>(const Reads& reads)>;

void answer(Api& api, const AskedPtr& asked, Ask ask) {
  api.on_pool(asked, [&api, asked, ask = std::move(ask)] {
    auto read = ask(Reads(api.host()));
    if (!read) return asked->fail(read.error());
    asked->json(*std::move(read));
  });
}

/// A page of an account's, up to 200 long.
template <class Read>
void page(Api& api, const AskedPtr& asked, std::uint32_t most, Read read) {
  const auto words = page_in(*asked, most);
  if (words)
    answer(api, asked, [asked, words = *words, read](const Reads& reads) { return read(reads, *asked, words); });
}

void catalog(Api& api, const AskedPtr& asked) {
  answer(api, asked, [asked](const Reads& reads) {
    return reads.catalog(asked->caller.tenant, asked->account, asked->caller.actor);
  });
}

void offer(Api& api, const AskedPtr& asked) {
  const bool to_everybody = asked->caller.key.empty() && !asked->caller.session && !asked->caller.local;
  api.on_pool(asked, [&api, asked, to_everybody] {
    auto read = Reads(api.host()).offer(asked->caller.tenant);
    if (!read) return asked->fail(read.error());
    HttpReply reply{.body = *std::move(read)};
    if (to_everybody) reply.headers = {{"Cache-Control", "public, max-age=300"}, {"Access-Control-Allow-Origin", "*"}};
    asked->answer(std::move(reply));
  });
}

template <AccountList of>
void list(Api& api, const AskedPtr& asked) {
  if (of == AccountList::disputes && asked->caller.is_customer())
    return asked->fail("scope_missing", "Disputes are read by staff.");
  page(api, asked, 200, [](const Reads& reads, const Asked& asks, const PageWords& words) {
    return reads.list(asks.caller.tenant, asks.account, of, words, asks.caller.audience);
  });
}

void document(Api& api, const AskedPtr& asked) {
  answer(api, asked, [asked](const Reads& reads) {
    return reads.document(asked->caller.tenant, asked->account, asked->words.back());
  });
}

void members(Api& api, const AskedPtr& asked) {
  answer(api, asked, [asked](const Reads& reads) { return reads.members(asked->caller.tenant, asked->account); });
}

/// So far the tables must be; 0: as they are.
std::optional<std::uint64_t> at_least_in(const Asked& asked) {
  if (asked.request.parameter("at_least") == nullptr) return 0;
  const auto position = number_in(asked, "at_least", 1, UINT32_MAX);
  return position ? std::optional<std::uint64_t>(*position) : std::nullopt;
}

void history(Api& api, const AskedPtr& asked) {
  if (asked->caller.is_customer()) return asked->fail("scope_missing", "The history is read by staff.");
  const auto words = page_in(*asked, 1'000);
  const auto at_least = words ? at_least_in(*asked) : std::nullopt;
  if (!at_least) return;
  answer(api, asked, [asked, words = *words, at_least = *at_least](const Reads& reads) {
    return reads.history(asked->caller.tenant, asked->account, words, at_least);
  });
}

void usage(Api& api, const AskedPtr& asked) {
  const auto from = date_in(*asked, "from", Date{1970, 1, 1});
  const auto to = from ? date_in(*asked, "to", Date{9999, 12, 31}) : std::nullopt;
  if (to && *to < *from) return asked->fail("bad_parameter", "from is a day before to, or the same.");
  const auto at_least = to ? at_least_in(*asked) : std::nullopt;
  if (!at_least) return;
  answer(api, asked, [asked, from = *from, to = *to, at_least = *at_least](const Reads& reads) {
    return reads.usage(asked->caller.tenant, asked->account, from, to, at_least);
  });
}

/// `trial, paid, ended`
std::string listed(std::span<const std::string_view> words) {
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  return all;
}

void accounts(Api& api, const AskedPtr& asked) {
  if (asked->caller.is_customer()) return asked->fail("scope_missing", "Accounts are listed for staff.");
  const auto words = page_in(*asked, 200);
  if (!words) return;
  if (!words->after.empty() && !AccountId::parse(words->after))
    return asked->fail("bad_cursor", "after takes the next of an earlier page.");
  AccountFilter filter;
  const auto text = [&](std::string_view name) {
    const std::string* value = asked->request.parameter(name);
    return value == nullptr ? std::string() : *value;
  };
  filter.q = text("q");
  filter.state = text("state");
  if (!filter.state.empty() && std::ranges::find(account_states, filter.state) == std::ranges::end(account_states))
    return asked->fail("bad_parameter", "state is one of " + listed(account_states) + ".");
  filter.plan = text("plan");
  const std::string past_due = text("past_due");
  if (!past_due.empty() && past_due != "true" && past_due != "false")
    return asked->fail("bad_parameter", "past_due is true or false.");
  if (!past_due.empty()) filter.past_due = past_due == "true";
  answer(api, asked, [asked, words = *words, filter](const Reads& reads) {
    return reads.accounts(asked->caller.tenant, filter, words);
  });
}

}  // namespace

std::vector<Api::Route> read_routes() {
  constexpr auto none = Api::Body::none;
  const std::vector<std::string> pages{"limit", "after", "count"};
  return {
      {"GET",
       "offer",
       "read",
       &offer,
       {},
       none,
       "Plans, add-ons and credits for whoever has no account yet",
       "catalog"},
      {"GET",
       "accounts",
       "read",
       &accounts,
       {"limit", "after", "count", "q", "state", "plan", "past_due"},
       none,
       "Accounts by id; what is not asked for does not matter",
       "account_row[]"},
      {"GET",
       "accounts/{account}/catalog",
       "read",
       &catalog,
       {},
       none,
       "What it may choose from, and what whoever asks may do",
       "catalog"},
      {"GET", "accounts/{account}/orders", "read", &list<AccountList::orders>, pages, none, "Its orders, newest first",
       "order[]"},
      {"GET", "accounts/{account}/documents", "read", &list<AccountList::documents>, pages, none,
       "Its invoices and credit notes, newest first", "document[]"},
      {"GET",
       "accounts/{account}/documents/{number}",
       "read",
       &document,
       {},
       none,
       "One document by its number",
       "document"},
      {"GET", "accounts/{account}/grants", "read", &list<AccountList::grants>, pages, none,
       "Its credits, newest first, also those that are used up", "grant[]"},
      {"GET", "accounts/{account}/holds", "read", &list<AccountList::holds>, pages, none, "Open holds, newest first",
       "hold[]"},
      {"GET", "accounts/{account}/refunds", "read", &list<AccountList::refunds>, pages, none, "Refunds, newest first",
       "refund[]"},
      {"GET", "accounts/{account}/reviews", "read", &list<AccountList::reviews>, pages, none,
       "Requests for a review, newest first", "review[]"},
      {"GET", "accounts/{account}/disputes", "read", &list<AccountList::disputes>, pages, none,
       "Disputes, newest first; for staff", "dispute[]"},
      {"GET",
       "accounts/{account}/members",
       "read",
       &members,
       {},
       none,
       "Its members and open invitations, and the places for them",
       "members"},
      {"GET",
       "accounts/{account}/usage",
       "read",
       &usage,
       {"from", "to", "at_least"},
       none,
       "By day of the tenant's zone and meter",
       "usage_row[]"},
      {"GET",
       "accounts/{account}/history",
       "read",
       &history,
       {"limit", "after", "count", "at_least"},
       none,
       "Its entries, newest first: who, what, when, and what followed",
       "history_row[]"},
  };
}

}  // namespace florin::server
