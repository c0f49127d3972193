#include <algorithm>
#include <cctype>
#include <iostream>

#include "commands.hpp"
#include "florin/host.hpp"
#include "florin/printable.hpp"
#include "florin/reads.hpp"
#include "outcome.hpp"

/// What may be asked of a tenant's accounts without changing them.
namespace florin::cli {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Where the text stands: `` in the id itself, `email` in that word of its person. None: nowhere.
std::optional<std::string> found_in(const Host& host, const TenantId& tenant, const AccountId& account,
                                    const std::string& wanted) {
  if (lower(account.text()).find(wanted) != std::string::npos) return "";
  const auto person = host.personal_data(tenant, account);
  if (!person) return std::nullopt;
  for (const Word& word : *person)
    if (lower(word.value).find(wanted) != std::string::npos) return word.name;
  return std::nullopt;
}

template <class With>
int on_account(const AccountWords& words, With with) {
  const auto account = AccountId::parse(words.account);
  if (!account) return failed_to_read("ACCOUNT", account);
  return on_tenant(words, [&](Host& host, const TenantId& tenant) { return with(host, tenant, *account); });
}

}  // namespace

int accounts(const TenantWords& words, const std::string& search) {
  return on_tenant(words, [&](Host& host, const TenantId& tenant) {
    std::size_t count = 0;
    for (const AccountId& account : host.accounts(tenant)) {
      const auto found = found_in(host, tenant, account, lower(search));
      if (!found) continue;
      ++count;
      std::cout << account.text() << (found->empty() ? "" : "  by its " + printable(*found)) << "\n";
    }
    std::cerr << count << (count == 1 ? " account\n" : " accounts\n");
    return written(fine);
  });
}

int documents(const AccountWords& words, const ListWords& of) {
  return on_account(words, [&](const Host& host, const TenantId& tenant, const AccountId& account) {
    const PageWords page{.after = of.after, .most = of.limit};
    const auto all = Reads(host).list(tenant, account, AccountList::documents, page, Audience::staff);
    if (!all) return was_refused(all.error());
    std::cout << *all << "\n";
    return written(fine);
  });
}

int cases(const TenantWords& words) {
  return on_tenant(words, [](const Host& host, const TenantId& tenant) {
    const auto all = host.cases(tenant);
    if (!all) return was_refused(all.error());
    std::cout << *all << "\n";
    return written(fine);
  });
}

int methods(const AccountWords& words) {
  return on_account(words, [&](const Host& host, const TenantId& tenant, const AccountId& account) {
    const auto all = host.methods(tenant, account, actor_of(words.as));
    if (!all) return was_refused(all.error());
    for (const OfferedMethod& one : *all)
      std::cout << one.method.text() << (one.offered ? "  offered" : "  not offered: " + one.why) << "  (" << one.rule
                << ")\n";
    return written(fine);
  });
}

int may(const AccountWords& words, const std::string& what) {
  return on_account(words, [&](const Host& host, const TenantId& tenant, const AccountId& account) {
    const auto answer = host.may(tenant, account, actor_of(words.as), what);
    if (!answer) return was_refused(answer.error());
    std::cout << (answer->allowed ? "yes" : "no") << (answer->value.empty() ? "" : ", " + answer->value);
    if (answer->left) std::cout << ", " << answer->taken << " taken, " << *answer->left << " left";
    std::cout << (answer->rule.empty() ? "" : "  (" + answer->rule + ")") << "\n";
    if (answer->refusal) std::cerr << answer->refusal->code << ": " << answer->refusal->text << "\n";
    return written(answer->allowed ? fine : refused);
  });
}

}  // namespace florin::cli
