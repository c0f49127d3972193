#include "host/clock_keeper.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "florin/tell_operator.hpp"
#include "host/assembly.hpp"
#include "store/sqlite/wal_watch.hpp"

namespace florin {

namespace {

using namespace std::chrono_literals;

/// What was accepted is the wall clock of then; much later it says nothing any more.
constexpr Duration accepted_for = hours(1);

std::string why(const Assembly& assembly, Instant now, Instant wall) {
  const std::string place = assembly.data() ? assembly.data()->string() : "DATA";
  return "the clock says " + wall.text() + ", which is too far ahead of " + now.text() +
         ", when this host ran last: nothing falls due by it until a person has looked. If it is right: florin clock "
         "accept " +
         place;
}

}  // namespace

std::optional<Error> ClockKeeper::begin(Duration longest_stop) {
  const auto mark = assembly_.store().mark(clock_mark);
  const auto last = mark ? Instant::parse(*mark) : Result<Instant>(mark.error());
  if (!last) return std::nullopt;  // no host in real time has run here
  engine::Clock& clock = assembly_.engine().clock();
  clock.go_on_from(*last, longest_stop);
  const auto wall = clock.not_believed();
  if (!wall) return std::nullopt;
  if (accepted(*wall)) {
    clock.accept();
    return std::nullopt;
  }
  told_ = true;
  return Error{.code = "clock_jumped", .message = why(assembly_, clock.now(), *wall)};
}

void ClockKeeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stopped) { loop(stopped); });
}

void ClockKeeper::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  wake_.notify_all();
  thread_.join();
  look();
}

void ClockKeeper::loop(const std::stop_token& stopped) {
  std::unique_lock lock(mutex_);
  while (!stopped.stop_requested()) {
    look();
    wake_.wait_for(lock, stopped, 1min, [] { return false; });
  }
}

void ClockKeeper::look() {
  engine::Clock& clock = assembly_.engine().clock();
  auto wall = clock.not_believed();
  if (wall && accepted(*wall)) {
    clock.accept();
    tell_operator("the clock was accepted: it is " + wall->text());
    wall.reset();
  }
  if (wall && !told_) tell_operator(why(assembly_, clock.now(), *wall));
  told_ = wall.has_value();
  tell_of_wal();
  // Of a journal that cannot be written the engine says so.
  (void)!assembly_.store().set_mark(clock_mark, clock.now().text());
}

/// Once, until it is short again.
void ClockKeeper::tell_of_wal() {
  const std::string problem = assembly_.data() ? store::wal_problem(*assembly_.data() / "journal.db") : std::string();
  if (!problem.empty() && !wal_told_) tell_operator(problem);
  wal_told_ = !problem.empty();
}

/// Once: what was accepted is taken away.
bool ClockKeeper::accepted(Instant wall) {
  std::string text;
  if (assembly_.data()) {
    const std::filesystem::path file = *assembly_.data() / accepted_file;
    std::getline(std::ifstream(file), text);
    std::error_code gone;
    if (!text.empty()) std::filesystem::remove(file, gone);
  }
  if (text.empty()) {
    const auto mark = assembly_.store().mark(accepted_mark);
    if (!mark || mark->empty()) return false;
    text = *mark;
    (void)!assembly_.store().set_mark(accepted_mark, "");
  }
  const auto at = Instant::parse(text);
  return at && *at <= wall + accepted_for && wall <= *at + accepted_for;
}

}  // namespace florin
