#include "host/usage.hpp"

#include <atomic>
#include <memory>

#include "host/gate.hpp"

namespace florin {

namespace {

Credits sum_of(const std::vector<Take>& takes) {
  Credits sum;
  for (const Take& take : takes) sum += take.amount;
  return sum;
}

Result<Taken> taken_of(const Result<engine::Answered>& answered) {
  if (!answered) return answered.error();
  Taken taken;
  taken.position = answered->position;
  taken.refusal = answered->entry->refusal;
  taken.again = answered->again;
  for (const Fact& fact : answered->entry->facts) {
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
  return taken;
}

/// Answers of requests that are under way together. The last one says so.
struct Together {
  Together(std::size_t count, std::function<void(std::vector<Result<Taken>>)> then)
      : answers(count, Result<Taken>(Taken())), left(count), done(std::move(then)) {}
  void answer(std::size_t at, Result<Taken> taken) {
    answers[at] = std::move(taken);
    if (left.fetch_sub(1, std::memory_order_acq_rel) == 1) done(std::move(answers));
  }
  std::vector<Result<Taken>> answers;
  std::atomic<std::size_t> left;
  std::function<void(std::vector<Result<Taken>>)> done;
};

engine::Job job_of(UsageRequest request) {
  return {
      .tenant = std::move(request.tenant),
      .account = std::move(request.account),
      .actor = std::move(request.actor),
      .key = std::move(request.key),
      .asked_at = request.asked_at,
      .command = std::visit([](auto&& command) { return AnyCommand(std::move(command)); }, std::move(request.command)),
      .reply = {},
      .of_effect = false};
}

}  // namespace

std::vector<Result<Taken>> take(engine::Engine& engine, std::vector<UsageRequest> requests) {
  std::vector<Result<Taken>> answers(requests.size(), Result<Taken>(Taken()));
  std::vector<engine::Job> jobs;
  std::vector<std::size_t> places;
  jobs.reserve(requests.size());
  places.reserve(requests.size());
  for (std::size_t at = 0; at < requests.size(); ++at) {
    engine::Job job = job_of(std::move(requests[at]));
    if (auto in = admitted(job); !in) {
      answers[at] = in.error();
      continue;
    }
    jobs.push_back(std::move(job));
    places.push_back(at);
  }
  const auto answered = engine.submit_and_wait(std::move(jobs));
  for (std::size_t i = 0; i < answered.size(); ++i) answers[places[i]] = taken_of(answered[i]);
  return answers;
}

void take(engine::Engine& engine, std::vector<UsageRequest> requests,
          std::function<void(std::vector<Result<Taken>>)> done) {
  if (requests.empty()) return done({});
  const auto together = std::make_shared<Together>(requests.size(), std::move(done));
  std::vector<engine::Job> jobs;
  jobs.reserve(requests.size());
  for (std::size_t at = 0; at < requests.size(); ++at) {
    engine::Job job = job_of(std::move(requests[at]));
    if (auto in = admitted(job); !in) {
      together->answer(at, in.error());
      continue;
    }
    jobs.push_back(std::move(job));
    jobs.back().reply = [together, at](Result<engine::Answered> answered) { together->answer(at, taken_of(answered)); };
  }
  if (!jobs.empty()) engine.submit(std::move(jobs));
}

}  // namespace florin
