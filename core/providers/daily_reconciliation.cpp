#include "providers/daily_reconciliation.hpp"

#include <algorithm>
#include <chrono>

#include "florin/tell_operator.hpp"
#include "providers/reconcile.hpp"

namespace florin {

namespace {

constexpr Duration day = hours(24);
constexpr Duration at_hour = hours(3);
constexpr Duration first_pause = minutes(15), longest_pause = hours(6);

Instant day_of(Instant at) { return {at.us - at.us % day.us}; }

std::string mark_of(const TenantId& tenant, const ProcessorId& processor) {
  return "reconciled/" + tenant.text() + "/" + processor.text();
}

}  // namespace

DailyReconciliation::Book& DailyReconciliation::book(const Key& key) {
  const auto known = books_.find(key);
  if (known != books_.end()) return known->second;
  const auto mark = store_.mark(mark_of(key.first, key.second));
  Instant until = day_of(opened_at_);
  const auto marked = mark ? Instant::parse(*mark) : Result<Instant>(mark.error());
  // From here on they are looked at, however often the host is opened until the first time is over.
  if (marked)
    until = *marked;
  else if (mark)
    (void)!store_.set_mark(mark_of(key.first, key.second), until.text());
  return books_.emplace(key, Book{.until = until}).first->second;
}

Instant DailyReconciliation::due(const Book& book) { return std::max(book.until + day + at_hour, book.again_at); }

Instant DailyReconciliation::next() {
  const std::lock_guard lock(mutex_);
  Instant first = never;
  for (const auto& key : plugins_.books()) first = std::min(first, due(book(key)));
  return first;
}

void DailyReconciliation::note_failure(const Key& key, Book& book, const std::string& problem, Instant now) {
  if (book.failures == 0) book.failing_since = now;
  Duration pause = first_pause;
  for (std::uint32_t again = 0; again < book.failures && pause < longest_pause; ++again) pause = {pause.us * 2};
  ++book.failures;
  book.again_at = now + std::min(pause, longest_pause);
  book.problem = problem;
  if (book.alarmed || now < book.failing_since + day) return;
  book.alarmed = true;
  tell_operator(key.first.text() + ": nothing of '" + key.second.text() + "' was reconciled since " +
                book.until.text() + ": " + problem);
}

void DailyReconciliation::run(Instant now) {
  for (const auto& key : plugins_.books()) {
    Book before;
    {
      const std::lock_guard lock(mutex_);
      before = book(key);
    }
    if (now < due(before)) continue;
    Book after = before;
    const Instant until = day_of(now - at_hour);
    const auto report = reconcile(engine_, plugins_, key.first, key.second, before.until - day, until);
    if (report) {
      after = {.until = until};
      (void)!store_.set_mark(mark_of(key.first, key.second), until.text());
    } else {
      note_failure(key, after, report.error().message, now);
    }
    const std::lock_guard lock(mutex_);
    books_[key] = after;
  }
}

void DailyReconciliation::start() {
  thread_ = std::jthread([this](const std::stop_token& stopped) { loop(stopped); });
}

void DailyReconciliation::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.notify_all();
  thread_.join();
}

void DailyReconciliation::loop(const std::stop_token& stopped) {
  std::mutex waiting;
  std::unique_lock lock(waiting);
  while (!stopped.stop_requested()) {
    const Instant now = engine_.now();
    if (next() <= now) run(now);
    // A change of the clock, or a tenant that came meanwhile, is seen within a minute.
    wake_.wait_for(lock, stopped, std::chrono::minutes(1), [] { return false; });
  }
}

std::vector<DailyReconciliation::State> DailyReconciliation::states() {
  const std::lock_guard lock(mutex_);
  std::vector<State> all;
  for (const auto& key : plugins_.books()) {
    const Book& one = book(key);
    all.push_back({key.first, key.second, one.until, one.problem, one.failing_since, one.alarmed});
  }
  return all;
}

}  // namespace florin
