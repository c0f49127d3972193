#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "config/tenant/tenant.hpp"
#include "engine/shard.hpp"

/// A tenant whose questions tests answer as they like.
namespace florin::engine::asking {

inline const TenantId tenant = *TenantId::parse("callloop");
inline const Instant start = *Instant::parse("2026-03-10T09:00Z");
inline const AccountId ann = *AccountId::parse("ann"), bob = *AccountId::parse("bob");
inline const Error broken{.code = "plugin_failed", .message = "plugin 'standard' gave no answer to decide"};

inline Result<std::shared_ptr<const Catalog>> catalog_of(const TenantId& id, std::uint32_t version) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  static std::map<std::pair<TenantId, std::uint32_t>, std::shared_ptr<const Catalog>> known;
  std::shared_ptr<const Catalog>& compiled = known[{id, version}];
  if (compiled) return compiled;
  Errors errors;
  auto read = config::load_tenant(FLORIN_CONFIG "/tenants/callloop.yaml", errors);
  if (!errors.empty()) return errors.front();
  read.catalog.tenant = id;
  read.catalog.version = version;
  return compiled = std::make_shared<const Catalog>(std::move(read.catalog));
}

/// Everything that a plan gives is issued, to last; nothing ends early.
inline Answer gives_all(const Question& question) {
  PolicyAnswer answer;
  if (const auto* moment = std::get_if<Moment>(&question))
    for (const Allowance& allowance : moment->includes)
      answer.decisions.push_back(
          {.kind = PolicyDecision::Kind::issue, .type = allowance.type, .amount = allowance.amount, .rule = "test"});
  if (std::holds_alternative<Sale>(question)) return TaxAnswer();
  return answer;
}

struct InPlace : Policies {
  Result<Answer> answer(const TenantId&, std::uint32_t, const Question& question) override {
    return gives_all(question);
  }
};

inline Job job_of(const AccountId& account, const std::string& key, AnyCommand command) {
  Job job{};
  job.tenant = tenant;
  job.account = account;
  job.actor = {"staff", "jo"};
  job.key = key;
  job.command = std::move(command);
  return job;
}
inline AnyCommand give(const char* credits = "1000 message") {
  return AdjustCredits{*CreditAmount::parse(credits), false, "for the test"};
}
inline AnyCommand debit() { return Use{*MeterId::parse("sms"), *Quantity::parse("100 characters"), {}}; }

}  // namespace florin::engine::asking
