#include <algorithm>
#include <functional>

#include "florin/files.hpp"
#include "parameters.hpp"
#include "routes.hpp"

/// Documents as people read them, and how pages look.
namespace florin::server {

namespace {

/// A paper in one of its forms; what is saved has its name of letters, digits and `-`.
HttpReply paper_reply(std::string body, const std::string& form, std::string name) {
  HttpReply reply{.status = 200, .body = std::move(body)};
  reply.headers.emplace_back("Cache-Control", "private, no-cache");
  reply.headers.emplace_back("X-Robots-Tag", "noindex");
  if (form == "html") {
    reply.type = "text/html; charset=utf-8";
    reply.headers.emplace_back("Content-Security-Policy",
                               "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'none'");
  }
  const bool xml = form == "ubl" || form == "xrechnung";
  if (xml) reply.type = "application/xml";
  if (form == "pdf" || xml || form == "inv01") {
    if (form == "pdf") reply.type = "application/pdf";
    for (char& c : name)
      if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) c = '-';
    const std::string ending = form == "pdf" ? ".pdf" : xml ? ".xml" : ".json";
    reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + name + ending + "\"");
  }
  return reply;
}

/// A day that a parameter names. False: it was answered.
bool day_in(const Asked& asked, std::string_view name, std::optional<Date>& day) {
  if (asked.request.parameter(name) == nullptr) return true;
  day = date_in(asked, name, Date());
  return day.has_value();
}

void account_statement_paper(Api& api, const AskedPtr& asked) {
  std::optional<Date> from, to;
  if (!day_in(*asked, "from", from) || !day_in(*asked, "to", to)) return;
  api.on_pool(asked, [&api, asked, from, to] {
    const std::string& form = asked->words.back();
    auto statement = Files(api.host()).account_statement(asked->caller.tenant, asked->account, from, to, form);
    if (!statement) return asked->fail(statement.error());
    asked->answer(paper_reply(*std::move(statement), form, "statement-" + asked->account.text()));
  });
}

}  // namespace

std::vector<Api::Route> paper_routes() {
  return {{"GET",
           "accounts/{account}/account_statement/{form}",
           "read",
           &account_statement_paper,
           {"from", "to"},
           Api::Body::none,
           "Its statement of account from one day of the tenant's zone to another, both counted; left out: today, and "
           "the first day of its year. Its form is json, html or pdf"}};
}

void Api::paper(const AskedPtr& asked) {
  on_pool(asked, [this, asked] {
    const std::string& form = asked->words.back();
    const std::string& number = asked->words[1];
    auto document = papers_.document(asked->caller.tenant, asked->account, number, form);
    if (!document) return asked->fail(document.error());
    asked->answer(paper_reply(*std::move(document), form, number));
  });
}

namespace {

/// As a browser asks for languages, best first: `de-AT, de;q=0.9, en;q=0.8`.
std::vector<std::string> accepted_languages(std::string_view header) {
  std::vector<std::pair<int, std::string>> wanted;
  for (const std::string& one : split(header)) {
    const std::size_t mark = one.find(';');
    const std::string tag = one.substr(0, mark);
    if (tag.starts_with("q=") || tag.empty() || wanted.size() == 32) continue;
    wanted.emplace_back(1000, tag);
    const std::size_t weight = one.find("q=", mark == std::string::npos ? one.size() : mark);
    if (weight == std::string::npos) continue;
    // 0.9, as thousandths: what stands before and behind the point.
    std::string digits = one.substr(weight + 2, 5);
    std::erase(digits, '.');
    if (digits.find_first_not_of("0123456789") != std::string::npos) continue;
    digits.resize(4, '0');
    wanted.back().first = std::stoi(digits);
  }
  std::erase_if(wanted, [](const auto& one) { return one.first == 0; });
  std::ranges::stable_sort(wanted, std::greater(), [](const auto& one) { return one.first; });
  std::vector<std::string> tags;
  for (auto& [weight, tag] : wanted) tags.push_back(std::move(tag));
  return tags;
}

}  // namespace

void Api::presentation(const AskedPtr& asked) {
  std::vector<std::string> languages;
  const std::string* named = asked->request.parameter("language");
  if (named != nullptr)
    languages.push_back(*named);
  else if (const std::string* header = asked->request.header("accept-language"); header != nullptr)
    languages = accepted_languages(*header);
  on_pool(asked, [this, asked, languages = std::move(languages)] {
    auto answer = papers_.presentation(asked->caller.tenant, languages);
    if (!answer) return asked->fail(answer.error());
    HttpReply reply{.status = 200, .body = *std::move(answer)};
    reply.headers.emplace_back("Vary", "Accept-Language");
    asked->answer(std::move(reply));
  });
}

}  // namespace florin::server
