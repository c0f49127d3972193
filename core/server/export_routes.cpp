#include <boost/json.hpp>

#include "florin/reads.hpp"
#include "parameters.hpp"
#include "routes.hpp"

/// All that is kept about one account, for whoever asks for a copy of their data (GDPR articles 15 and 20).
namespace florin::server {

namespace json = boost::json;

namespace {

constexpr std::size_t most_bytes = 256 << 20;
constexpr std::size_t page_size = 200;

/// Lines of JSON, each with the word for what it is. It stops at the first error.
class Lines {
 public:
  explicit Lines(const AskedPtr& asked) : asked_(asked) {}

  void one(std::string_view kind, const Result<std::string>& read) {
    if (error_) return;
    if (!read) return fail(read.error());
    add(kind, *read);
  }

  /// Every page of a list; `read` takes where it begins.
  template <class Read>
  void all(std::string_view kind, Read read) {
    std::string after;
    while (!error_) {
      const Result<std::string> page = read(PageWords{after, page_size});
      if (!page) return fail(page.error());
      const json::value said = json::parse(*page);
      for (const json::value& row : said.at("data").as_array()) add(kind, json::serialize(row));
      const json::value* next = said.as_object().if_contains("next");
      if (next == nullptr || !next->is_string()) return;
      after = std::string(next->as_string());
    }
  }

  void answer(const std::string& account) const {
    if (error_) return asked_->fail(*error_);
    HttpReply reply{.type = "application/x-ndjson", .body = text_};
    reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + account + ".ndjson\"");
    reply.headers.emplace_back("Cache-Control", "no-store");
    asked_->answer(std::move(reply));
  }

 private:
  void fail(Error error) { error_ = std::move(error); }
  void add(std::string_view kind, const std::string& value) {
    if (text_.size() + value.size() > most_bytes)
      return fail(Error{.code = "too_much_for_one_file",
                        .message = "there is more than 256 MB about this account: read its pages one after another"});
    text_ += "{\"" + std::string(kind) + "\":" + value + "}\n";
  }

  AskedPtr asked_;
  std::string text_;
  std::optional<Error> error_;
};

void export_account(Api& api, const AskedPtr& asked) {
  api.on_pool(asked, [&api, asked] {
    const TenantId& tenant = asked->caller.tenant;
    const AccountId& account = asked->account;
    const Audience whom = asked->caller.audience;
    const Host& host = api.host();
    const Reads reads(host);
    const auto there = host.version_of(tenant, account);
    if (!there) return asked->fail(there.error());
    if (!asked->caller.is_customer() && !api.notes_view(asked, "export")) return;

    Lines lines(asked);
    lines.one("account", host.account(tenant, account, whom));
    // Of somebody who was erased the rest is what the law has kept.
    if (const auto words = host.personal_data(tenant, account)) {
      json::object data;
      for (const Word& word : *words) data[word.name] = word.value;
      lines.one("personal_data", json::serialize(data));
    } else if (words.error().code != "erased" && words.error().code != "no_such_account") {  // nobody was named
      return asked->fail(words.error());
    }
    const auto list = [&](std::string_view kind, AccountList of) {
      lines.all(kind, [&](const PageWords& page) { return reads.list(tenant, account, of, page, whom); });
    };
    list("order", AccountList::orders);
    list("document", AccountList::documents);
    list("grant", AccountList::grants);
    list("hold", AccountList::holds);
    list("refund", AccountList::refunds);
    lines.one("members", reads.members(tenant, account));
    list("review", AccountList::reviews);
    if (!asked->caller.is_customer()) list("dispute", AccountList::disputes);
    lines.one("usage", reads.usage(tenant, account, Date{1970, 1, 1}, Date{9999, 12, 31}, 0));
    if (!asked->caller.is_customer())
      lines.all("entry", [&](const PageWords& page) { return reads.history(tenant, account, page, 0); });
    lines.answer(account.text());
  });
}

}  // namespace

std::vector<Api::Route> export_routes() {
  return {{"GET",
           "accounts/{account}/export",
           "personal_data",
           &export_account,
           {"reason"},
           Api::Body::none,
           "All that is kept about the account, a JSON value a line; that staff or a key asked is an entry",
           {},
           // Of its people, those who may change what is known of the person: owners, and whom the tenant gives it.
           "set_billing"}};
}

}  // namespace florin::server
