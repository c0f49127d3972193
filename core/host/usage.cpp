#include "host/usage.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <utility>

#include "host/gate.hpp"

namespace florin {

namespace {

Credits sum_of(const std::vector<Take>& takes) {
  Credits sum;
  for (const Take& take : takes) sum += take.amount;
  return sum;
}

void read(const Entry& entry, Taken& taken) {
  taken.refusal = entry.refusal;
  for (const Fact& fact : entry.facts) {
    if (const auto* spent = std::get_if<CreditsSpent>(&fact)) {
      taken.amount += sum_of(spent->takes);
      taken.type = spent->type;
    }
    if (const auto* closed = std::get_if<HoldClosed>(&fact)) taken.amount += sum_of(closed->spent) + closed->owed;
    if (const auto* placed = std::get_if<HoldPlaced>(&fact)) {
      taken.hold = placed->hold;
      taken.type = placed->type;
      taken.amount += sum_of(placed->takes);
    }
  }
}

/// Answers of requests that are under way together. The last one says so.
class Together : public engine::Asker {
 public:
  Together(std::size_t count, std::function<void(std::vector<Result<Taken>>)> then)
      : answers_(count, Result<Taken>(Taken())), left_(count), done_(std::move(then)) {}

  void answer(std::uint32_t place, Result<engine::Answered>&& answered) override {
    if (!answered) return refuse(place, answered.error());
    Taken taken{.position = answered->position, .again = answered->again};
    read(*answered->entry, taken);
    answers_[place] = std::move(taken);
    one_less();
  }
  bool note(std::uint32_t place, store::Position position, const Entry& entry) override {
    Taken& taken = *answers_[place];
    taken.position = position;
    read(entry, taken);
    return true;
  }
  void stands(std::uint32_t /*place*/) override { one_less(); }
  void refuse(std::uint32_t place, const Error& why) {
    answers_[place] = why;
    one_less();
  }

 private:
  void one_less() {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) done_(std::move(answers_));
  }

  std::vector<Result<Taken>> answers_;
  std::atomic<std::size_t> left_;
  std::function<void(std::vector<Result<Taken>>)> done_;
};

/// Filled in where it waits: what a job holds is moved once.
void fill(engine::Job& job, UsageRequest& request) {
  job.tenant = std::move(request.tenant);
  job.account = std::move(request.account);
  job.actor = std::move(request.actor);
  job.key = std::move(request.key);
  job.asked_at = request.asked_at;
  std::visit(
      [&]<class Kind>(Kind& kind) { static_cast<AnyCommand::Kinds&>(job.command).emplace<Kind>(std::move(kind)); },
      request.command);
}

}  // namespace

std::vector<Result<Taken>> take(engine::Engine& engine, std::vector<UsageRequest> requests) {
  const auto all = std::make_shared<std::promise<std::vector<Result<Taken>>>>();
  auto answers = all->get_future();
  take(engine, std::move(requests), [all](std::vector<Result<Taken>> said) { all->set_value(std::move(said)); });
  return answers.get();
}

void take(engine::Engine& engine, std::vector<UsageRequest> requests,
          std::function<void(std::vector<Result<Taken>>)> done) {
  if (requests.empty()) return done({});
  const auto together = std::make_shared<Together>(requests.size(), std::move(done));
  std::vector<engine::Job> jobs;
  jobs.reserve(requests.size());
  for (std::uint32_t place = 0; place < requests.size(); ++place) {
    engine::Job& job = jobs.emplace_back();
    fill(job, requests[place]);
    job.reply = engine::Reply(together, place);
    if (auto in = admitted(job); !in) {
      together->refuse(place, in.error());
      jobs.pop_back();
    }
  }
  if (!jobs.empty()) engine.submit(std::move(jobs));
}

}  // namespace florin
