#include "engine/plugin_pool.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace florin::engine {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_hanging_of_one = 2;
constexpr std::size_t most_hanging = 8;
/// A question that no thread took up within so many limits is given up.
constexpr int patience = 4;

Error failed(std::string why) { return {.code = "plugin_failed", .message = std::move(why)}; }
const Error closing{.code = "ask_again", .message = "this host is closing: ask again with the same key"};

}  // namespace

struct PluginPool::State : std::enable_shared_from_this<PluginPool::State> {
  using Name = std::tuple<TenantId, std::uint32_t, std::size_t>;  ///< tenant, version of its catalog, kind of question
  struct Asked {
    std::uint64_t ticket = 0;
    Question question;
    Clock::time_point give_up;
  };
  struct Instance {
    Name name;
    std::deque<Asked> waiting{};
    bool calling = false;
    std::size_t hanging = 0;  ///< calls that were written off and have not returned
  };
  struct Call {
    std::uint64_t ticket = 0;
    Instance* instance = nullptr;
    Clock::time_point until;
    std::size_t thread = 0;
    bool written_off = false;
  };
  using Outcome = std::pair<std::uint64_t, Result<Answer>>;

  State(Policies& asked, Options wanted, Done told)
      : policies(asked), options(wanted), limit(std::chrono::microseconds(wanted.limit.us)), done(std::move(told)) {}

  /// One less where this machine gives no more: a thread that was written off goes on when its call comes back.
  void start_thread() try {
    threads.emplace_back([mine = shared_from_this(), number = threads.size()] { mine->work(number); });
    ++working;
  } catch (const std::system_error&) {
  }
  void work(std::size_t number);
  void watch();
  /// What has taken too long by `now`; the earliest instant at which something else will have.
  Clock::time_point overdue(Clock::time_point now, std::vector<Outcome>& outcomes);
  void write_off(Call& call, std::vector<Outcome>& outcomes);
  void refuse_all(Instance& instance, const Error& why, std::vector<Outcome>& outcomes);
  void forget_if_idle(Instance& instance);
  std::string limit_in_words() const { return std::to_string(options.limit.us / 1'000) + " ms"; }

  Policies& policies;
  const Options options;
  const Clock::duration limit;
  const Done done;

  std::mutex mutex;
  std::condition_variable work_there, look_again;
  std::map<Name, Instance> instances;  ///< those that are asked, or hang
  std::deque<Instance*> in_turn;       ///< those that wait and are not being called
  std::list<Call> calls;
  std::size_t hanging = 0;
  std::size_t working = 0;  ///< threads that were not written off
  bool finishing = false;
  std::vector<std::thread> threads;
  std::thread watcher;
};

PluginPool::PluginPool(Policies& policies, Options options, Done done)
    : state_(std::make_shared<State>(policies, options, std::move(done))) {
  state_->watcher = std::thread([state = state_] { state->watch(); });
  {
    const std::lock_guard lock(state_->mutex);
    for (std::size_t i = 0; i < options.threads; ++i) state_->start_thread();
  }
  if (state_->working > 0) return;
  finish();
  throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
}

PluginPool::~PluginPool() { finish(); }

void PluginPool::ask(std::uint64_t ticket, const TenantId& tenant, std::uint32_t catalog, const Question& question) {
  State& state = *state_;
  Result<Answer> refused = closing;
  {
    const std::lock_guard lock(state.mutex);
    const State::Name name{tenant, catalog, question.index()};
    State::Instance& instance = state.instances.try_emplace(name, State::Instance{.name = name}).first->second;
    if (!state.finishing && instance.hanging < most_hanging_of_one && state.hanging < most_hanging) {
      instance.waiting.push_back({ticket, question, Clock::now() + patience * state.limit});
      if (instance.waiting.size() == 1 && !instance.calling) {
        state.in_turn.push_back(&instance);
        state.work_there.notify_one();
      }
      return;
    }
    if (!state.finishing) refused = failed("calls of it that took too long have not come back yet, so it is not asked");
    state.forget_if_idle(instance);
  }
  state.done(ticket, std::move(refused));
}

void PluginPool::State::forget_if_idle(Instance& instance) {
  if (instance.waiting.empty() && !instance.calling && instance.hanging == 0) instances.erase(Name(instance.name));
}

void PluginPool::State::work(std::size_t number) {
  std::unique_lock lock(mutex);
  for (;;) {
    work_there.wait(lock, [&] { return finishing || !in_turn.empty(); });
    if (finishing) return;
    Instance& instance = *in_turn.front();
    in_turn.pop_front();
    const Asked asked = std::move(instance.waiting.front());
    instance.waiting.pop_front();
    instance.calling = true;
    const auto call = calls.insert(
        calls.end(),
        Call{.ticket = asked.ticket, .instance = &instance, .until = Clock::now() + limit, .thread = number});
    look_again.notify_one();
    const auto& [tenant, catalog, kind] = instance.name;
    lock.unlock();
    Result<Answer> answer = policies.answer(tenant, catalog, asked.question);
    lock.lock();
    const bool written_off = call->written_off;
    calls.erase(call);
    if (written_off) {
      --hanging;
      --instance.hanging;
      forget_if_idle(instance);
      if (finishing || working == options.threads) return;
      ++working;  // nobody took its place
      continue;
    }
    instance.calling = false;
    if (!instance.waiting.empty()) {
      in_turn.push_back(&instance);
      work_there.notify_one();
    }
    forget_if_idle(instance);
    // Under the lock, so that finish() returns when all has been said.
    done(asked.ticket, std::move(answer));
    look_again.notify_one();
  }
}

void PluginPool::State::refuse_all(Instance& instance, const Error& why, std::vector<Outcome>& outcomes) {
  for (const Asked& asked : instance.waiting) outcomes.emplace_back(asked.ticket, why);
  instance.waiting.clear();
  std::erase(in_turn, &instance);
}

void PluginPool::State::write_off(Call& call, std::vector<Outcome>& outcomes) {
  Instance& instance = *call.instance;
  call.written_off = true;
  instance.calling = false;
  ++instance.hanging;
  ++hanging;
  outcomes.emplace_back(call.ticket, finishing ? closing : failed("it took longer than " + limit_in_words()));
  --working;
  if (threads[call.thread].joinable()) threads[call.thread].detach();
  if (finishing) return;
  if (hanging < most_hanging) start_thread();
  if (instance.hanging >= most_hanging_of_one)
    refuse_all(instance, failed("two calls of it took longer than " + limit_in_words() + " and have not come back"),
               outcomes);
  else if (!instance.waiting.empty())
    in_turn.push_back(&instance);
  work_there.notify_one();
  if (hanging < most_hanging) return;
  for (auto& [name, other] : instances)
    refuse_all(other, failed("too many calls of plugins have not come back, so none is asked"), outcomes);
}

Clock::time_point PluginPool::State::overdue(Clock::time_point now, std::vector<Outcome>& outcomes) {
  Clock::time_point next = now + std::chrono::hours(1);
  for (Call& call : calls) {
    if (call.written_off) continue;
    if (call.until <= now)
      write_off(call, outcomes);
    else
      next = std::min(next, call.until);
  }
  for (auto& [name, instance] : instances) {
    while (!instance.waiting.empty() && instance.waiting.front().give_up <= now) {
      outcomes.emplace_back(instance.waiting.front().ticket,
                            failed("it was busy with other questions for longer than four times " + limit_in_words()));
      instance.waiting.pop_front();
      if (instance.waiting.empty()) std::erase(in_turn, &instance);
    }
    if (!instance.waiting.empty()) next = std::min(next, instance.waiting.front().give_up);
  }
  return next;
}

void PluginPool::State::watch() {
  std::unique_lock lock(mutex);
  for (;;) {
    std::vector<Outcome> outcomes;
    const Clock::time_point next = overdue(Clock::now(), outcomes);
    for (auto& [ticket, outcome] : outcomes) done(ticket, std::move(outcome));
    if (finishing && std::ranges::all_of(calls, &Call::written_off)) return;
    look_again.wait_until(lock, next);
  }
}

void PluginPool::finish() {
  State& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    if (state.finishing) return;
    state.finishing = true;
    std::vector<State::Outcome> outcomes;
    for (auto& [name, instance] : state.instances) state.refuse_all(instance, closing, outcomes);
    for (auto& [ticket, outcome] : outcomes) state.done(ticket, std::move(outcome));
    state.work_there.notify_all();
    state.look_again.notify_all();
  }
  state.watcher.join();
  for (std::thread& thread : state.threads)
    if (thread.joinable()) thread.join();
}

}  // namespace florin::engine
