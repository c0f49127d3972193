#include "florin/host.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <semaphore>
#include <vector>

#include "../contestant.hpp"

namespace bench {

namespace {

using namespace florin;
using Clock = std::chrono::steady_clock;

const TenantId tenant = TenantId::trusted("callloop");
const Actor service{"service", ""};
const Use one_message{MeterId::trusted("sms"), *Quantity::parse("120 characters"), {}};

AccountId name_of(std::size_t account) { return AccountId::trusted("account-" + std::to_string(account)); }

/// Florin as a program that embeds it meets it: the shipped tenant Call Loop, by the public header alone.
class FlorinHost final : public Contestant {
 public:
  FlorinHost(const Place& place, std::string name, const std::string& data)
      : accounts_(place.accounts), name_(std::move(name)), host_(opened(place, data)) {
    constexpr std::size_t some = 5'000;
    for (std::size_t from = 0; from < accounts_; from += some) {
      std::vector<Request> requests;
      for (std::size_t i = from; i < std::min(accounts_, from + some); ++i) {
        const auto ask = [&](const char* word, Actor actor, Command command) {
          requests.push_back(
              {tenant, name_of(i), std::move(actor), word + std::to_string(i), std::nullopt, std::move(command)});
        };
        ask("open", service, OpenAccount{"US", std::nullopt, {}});
        ask("trial", service, StartTrial{});
        ask("give", {"staff", "bench"}, AdjustCredits{*CreditAmount::parse("1000000000 message"), false, "bench"});
      }
      for (const auto& outcome : host_.submit(requests))
        must(outcome && !outcome->refusal, outcome ? "an account is set up" : outcome.error().message);
    }
    there_ = available();
  }

  std::string name() const override { return name_; }
  bool does(const Work&) const override { return true; }

  /// Four batches are under way at a time, as from four senders.
  double run(const Work& work) override {
    Debits debits(accounts_, work.spread, next_);
    const std::ptrdiff_t under_way = work.in_batches() ? 4 : static_cast<std::ptrdiff_t>(work.callers);
    std::counting_semaphore<> places(under_way);
    std::atomic<std::int64_t> taken = 0;
    const auto start = Clock::now();
    std::size_t count = 0;
    double seconds = 0;
    while (seconds < work.seconds) {
      places.acquire();
      std::vector<UsageRequest> requests;
      requests.reserve(work.batch);
      for (std::size_t i = 0; i < work.batch; ++i) {
        Debits::One one = debits.next();
        requests.push_back({tenant, name_of(one.account), service, std::move(one.key), std::nullopt, one_message});
      }
      if (requests.size() == 1) last_ = requests.front();
      count += requests.size();
      host_.take(std::move(requests), [&](std::vector<Result<Taken>> answers) {
        std::int64_t credits = 0;
        for (const Result<Taken>& answer : answers) {
          must(answer && !answer->refusal, answer ? "debited" : answer.error().message);
          credits += answer->amount.units;
        }
        taken += credits;
        places.release();
      });
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    for (std::ptrdiff_t i = 0; i < under_way; ++i) places.acquire();
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
    must(taken == static_cast<std::int64_t>(count), "Florin: each debit took one credit");
    // Its views go on meanwhile, and are done before it is anybody else's turn. In PostgreSQL there are none.
    (void)!host_.refresh_views();
    next_ += count;
    return static_cast<double>(count) / seconds;
  }

  void prove() override {
    if (!last_.key.empty()) {
      const auto first = host_.take(last_), again = host_.take(last_);
      must(first && again && first->position == again->position, "Florin: a key happens once");
    }
    must(there_ - available() == static_cast<std::int64_t>(next_), "Florin: balances");
  }

 private:
  static Host opened(const Place& place, const std::string& data) {
    const auto config = place.folder / "florin.yaml";
    std::ofstream(config) << "plugins: {folder: " FLORIN_PLUGINS "}\ntenants: [" FLORIN_CONFIG
                             "/tenants/callloop.yaml]\ndata: data\npayments: sandbox\n";
    auto host = Host::open({.config = config.string(), .data = data, .virtual_from = std::nullopt});
    must(bool(host), host ? "" : host.error().message);
    return std::move(*host);
  }
  std::int64_t available() const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < accounts_; ++i) {
      const auto check = host_.check(tenant, name_of(i), service, one_message);
      must(bool(check), check ? "" : check.error().message);
      sum += std::stoll(check->available);
    }
    return sum;
  }

  std::size_t accounts_;
  std::string name_;
  Host host_;
  std::int64_t there_ = 0;
  std::uint64_t next_ = 0;
  UsageRequest last_;
};

}  // namespace

std::unique_ptr<Contestant> florin_host(const Place& place, const std::string& name, const std::string& data) {
  return std::make_unique<FlorinHost>(place, name, data);
}

}  // namespace bench
