#include "plugins/isolated/runner.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include "plugins/isolated/flat.hpp"
#include "plugins/isolated/system_calls.hpp"

namespace florin::isolated {

namespace {

constexpr std::size_t first_buffer = 64 << 10;

std::vector<char>& answer_buffer() {
  thread_local std::vector<char> buffer(first_buffer);
  return buffer;
}

std::chrono::microseconds in_clock(Duration span) { return std::chrono::microseconds(span.us); }

void write_frame(std::vector<char>& bytes, Word word, std::uint32_t instance, std::uint64_t detail) {
  Frame frame;
  frame.bytes = bytes.size();
  frame.word = word;
  frame.instance = instance;
  frame.detail = detail;
  std::memcpy(bytes.data(), &frame, sizeof frame);
}

/// A pair of connected sockets, above the three that every program has. Each keeps the bounds of what is written: one
/// look takes a whole answer, and it wakes who waits sooner than a stream does
/// (docs/decisions/0311-packets-to-plugins.md). What a runner does not read does not hold up the host.
bool open_sockets(int& ours, int& theirs, Duration longest_send) {
  int both[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both) != 0) return false;
  const timeval limit{longest_send.us / 1'000'000, longest_send.us % 1'000'000};
  ::setsockopt(both[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  constexpr int above = 10;
  ours = ::fcntl(both[0], F_DUPFD_CLOEXEC, above);
  theirs = ::fcntl(both[1], F_DUPFD_CLOEXEC, above);
  ::close(both[0]);
  ::close(both[1]);
  return ours >= 0 && theirs >= 0;
}

/// Starts `program` with the socket as its third descriptor and nothing else of ours: no environment, no open file, no
/// signal that we block or ignore, and a process group of its own, so that a terminal's Ctrl-C does not reach it.
int spawn(pid_t& process, const std::filesystem::path& program, int socket, const std::string& file,
          const std::string& id, bool odd_rooms) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (const int error = posix_spawn_file_actions_init(&actions); error != 0) return error;
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, 0, 1);
  posix_spawn_file_actions_adddup2(&actions, 0, 2);
  posix_spawn_file_actions_adddup2(&actions, socket, socket_of_runner);
  posix_spawn_file_actions_addclosefrom_np(&actions, socket_of_runner + 1);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::string name = program.string(), first = file, second = id, odd = "odd";
  char* const arguments[] = {name.data(), first.data(), second.data(), odd_rooms ? odd.data() : nullptr, nullptr};
  char* const environment[] = {nullptr};
  const int error = ::posix_spawn(&process, program.c_str(), &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

Runner::~Runner() { end_process(); }

void Runner::end_process() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  timeout_ms_ = 0;
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  process_ = -1;
}

/// What became of a process that closed its socket.
std::string Runner::how_it_ended() {
  int status = 0;
  pid_t ended = 0;
  // It closed the socket by ending, so it is gone in a moment; one that only closed it is ended.
  for (int tries = 0; tries < 100 && ended == 0; ++tries) {
    ended = ::waitpid(process_, &status, WNOHANG);
    if (ended == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (ended != process_) return "closed its way to the host";
  process_ = -1;
  if (WIFSIGNALED(status)) {
    const char* name = ::sigabbrev_np(WTERMSIG(status));
    return fmt::format("was ended by SIG{}", name == nullptr ? "?" : name);
  }
  return fmt::format("ended by itself, with code {}", WEXITSTATUS(status));
}

void Runner::fault(const std::string& what) {
  end_process();
  ++faults_;
  const auto now = common_->now();
  recent_.push_back(now);
  while (!recent_.empty() && now - recent_.front() > in_clock(common_->limits.window)) recent_.pop_front();
  last_fault_ = what;
  const std::string who = fmt::format("plugin '{}' {} of tenant '{}'", of_.plugin, of_.version, of_.tenant);
  const bool again = quarantined_;  // the one question after a quarantine
  common_->alarm(fmt::format("plugin_fault: {}: {}; fault {} of {} in {} minutes", who, what, recent_.size(),
                             common_->limits.faults, common_->limits.window.us / 60'000'000));
  if (again || recent_.size() >= common_->limits.faults) {
    quarantined_ = true;
    ++quarantines_;
    quarantined_until_ = now + in_clock(common_->limits.quarantine);
    common_->alarm(fmt::format("plugin_quarantined: {}: it is not asked for {} minutes; the last fault: {}", who,
                               common_->limits.quarantine.us / 60'000'000, what));
  }
  throw PluginFault("plugin_failed", what);
}

void Runner::check_quarantine() {
  if (!quarantined_ || common_->now() >= quarantined_until_) return;
  throw PluginFault("plugin_failed", fmt::format("is quarantined after {} faults and is not asked; the last: it {}",
                                                 recent_.size(), last_fault_));
}

void Runner::after_success() {
  last_asked_ = common_->now();
  if (!quarantined_) return;
  quarantined_ = false;
  recent_.clear();
  common_->alarm(
      fmt::format("plugin_released: plugin '{}' {} of tenant '{}' answers again and is no longer quarantined",
                  of_.plugin, of_.version, of_.tenant));
}

/// Starts the process and waits until its plugin is loaded. Throws PluginFault: cannot_isolate and those of load_entry
/// are no faults of a run, and do not count.
void Runner::start() {
  int theirs = -1;
  if (!open_sockets(socket_, theirs, common_->limits.operate)) {
    const int error = errno;
    if (theirs >= 0) ::close(theirs);
    end_process();
    throw PluginFault("cannot_isolate", fmt::format("cannot be isolated: socketpair: {}", std::strerror(error)));
  }
  const int error = spawn(process_, common_->program, theirs, of_.file.string(), of_.plugin, common_->odd_rooms);
  ::close(theirs);
  if (error != 0) {
    process_ = -1;
    end_process();
    throw PluginFault("cannot_isolate", fmt::format("cannot be isolated: {} cannot be started: {}",
                                                    common_->program.string(), std::strerror(error)));
  }
  ++starts_;
  std::vector<char>& bytes = answer_buffer();
  const auto until = Clock::now() + in_clock(common_->limits.start);
  for (const Word expected : {Word::contained, Word::loaded}) {
    std::size_t have = 0;
    Frame frame;
    receive(bytes, have, sizeof frame, bytes.size(), until, expected == Word::contained ? "" : "load");
    std::memcpy(&frame, bytes.data(), sizeof frame);
    if (frame.bytes < sizeof frame || frame.bytes > first_buffer || have > frame.bytes)
      fault("answered with bytes that cannot be");
    const auto all = static_cast<std::size_t>(frame.bytes);
    receive(bytes, have, all, all, until, "load");
    if (frame.word == expected) continue;
    if (frame.word == Word::trapped)
      fault(fmt::format("called {} while it was loaded, which a plugin may not", call_name(frame.detail)));
    flat::Unpacker unpacker(bytes.data(), static_cast<std::size_t>(frame.bytes), sizeof frame);
    const auto* failure = frame.word == Word::failed ? unpacker.root<flat::Failure>() : nullptr;
    if (failure == nullptr) fault("answered with bytes that cannot be");
    std::string code = copied(failure->code), why = copied(failure->message);
    end_process();
    if (code == "cannot_isolate")
      why = "cannot be isolated, since this machine does not let the runner be contained: " + why;
    throw PluginFault(std::move(code), why);
  }
}

void Runner::receive(std::vector<char>& bytes, std::size_t& have, std::size_t wanted, std::size_t most,
                     Clock::time_point until, const char* name) {
  if (bytes.size() < most) bytes.resize(most);
  while (have < wanted) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count() + 1;
    if (left <= 0) fault(fmt::format("took too long to answer {} and was ended", name));
    // The kernel's own deadline, so that a call is one look at the socket.
    if (left != timeout_ms_) {
      const timeval limit{left / 1'000, left % 1'000 * 1'000};
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      timeout_ms_ = left;
    }
    const ssize_t n = ::recv(socket_, bytes.data() + have, most - have, 0);
    if (n > 0) {
      have += static_cast<std::size_t>(n);
      continue;
    }
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    const std::string ended = how_it_ended();
    if (*name == '\0') {
      end_process();
      throw PluginFault("cannot_isolate",
                        "cannot be isolated: the runner " + ended +
                            " before it was contained. A service manager's filter that leaves out a call of "
                            "landlock_* or seccomp does that: add SystemCallFilter=landlock_create_ruleset "
                            "landlock_add_rule landlock_restrict_self seccomp to the unit");
    }
    fault(fmt::format("{} in {}", ended, name));
  }
}

std::pair<char*, std::size_t> Runner::exchange(std::vector<char>& question, const char* name, Duration limit) {
  for (std::size_t done = 0; done < question.size();) {
    const std::size_t part = std::min(question.size() - done, most_packet_bytes);
    const ssize_t n = ::send(socket_, question.data() + done, part, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) fault(fmt::format("took too long to read {} and was ended", name));
    if (n <= 0) fault(how_it_ended() + " before it was asked " + name);
    done += static_cast<std::size_t>(n);
  }
  std::vector<char>& bytes = answer_buffer();
  const auto until = Clock::now() + in_clock(limit);
  std::size_t have = 0;
  receive(bytes, have, sizeof(Frame), bytes.size(), until, name);
  Frame frame;
  std::memcpy(&frame, bytes.data(), sizeof frame);
  if (frame.bytes < sizeof frame || frame.bytes > most_frame_bytes || have > frame.bytes)
    fault(fmt::format("answered {} with bytes that cannot be", name));
  const auto all = static_cast<std::size_t>(frame.bytes);
  receive(bytes, have, all, all, until, name);
  if (frame.word == Word::trapped)
    fault(fmt::format("called {} in {}, which a plugin may not, and was ended", call_name(frame.detail), name));
  return {bytes.data(), all};
}

std::uint64_t Runner::make_in_process(std::uint32_t number, Instance& instance, Errors& errors) {
  std::vector<char> question(sizeof(Frame));
  florin_setup setup{};
  setup.size = sizeof setup;
  setup.abi_minor = FLORIN_ABI_MINOR;
  setup.config_json = lent(instance.config_json);
  setup.tenant = lent(of_.tenant);
  flat::Packer(question).root(setup);
  write_frame(question, Word::make, number, static_cast<std::uint64_t>(instance.of));
  const auto [bytes, size] = exchange(question, "create", common_->limits.operate);
  Frame frame;
  std::memcpy(&frame, bytes, sizeof frame);
  flat::Unpacker unpacker(bytes, size, sizeof frame);
  const auto* made = frame.word == Word::made ? unpacker.root<flat::Made>() : nullptr;
  if (made == nullptr) fault("answered create with bytes that cannot be");
  for_each<flat::Failure>(made->failures, [&](const flat::Failure& failure) {
    errors.push_back(
        {.code = copied(failure.code), .message = copied(failure.message), .at = {.path = copied(failure.path)}});
  });
  if (errors.empty()) instance.made_in = starts_;
  return frame.detail;
}

std::expected<std::uint64_t, Errors> Runner::make(std::uint32_t& number, Interface of, std::string config_json) {
  const std::lock_guard lock(mutex_);
  number = ++last_instance_;
  Instance& instance = instances_[number] = {.of = of, .config_json = std::move(config_json)};
  Errors errors;
  std::uint64_t has = 0;
  try {
    check_quarantine();
    if (process_ <= 0) start();
    has = make_in_process(number, instance, errors);
  } catch (const PluginFault& fault) {
    errors.push_back({.code = fault.code(), .message = "plugin '" + of_.plugin + "' " + fault.what(), .at = {}});
  }
  if (errors.empty()) {
    after_success();
    return has;
  }
  instances_.erase(number);
  return std::unexpected(errors);
}

void Runner::drop(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = instances_.find(number);
  if (found == instances_.end()) return;
  const bool there = process_ > 0 && found->second.made_in == starts_;
  instances_.erase(found);
  if (!there) return;
  try {
    std::vector<char> question(sizeof(Frame));
    write_frame(question, Word::drop, number, 0);
    (void)exchange(question, "destroy", common_->limits.decide);
  } catch (const PluginFault&) {  // NOLINT(bugprone-empty-catch): its process is ended, and it with it
  }
}

std::pair<char*, std::size_t> Runner::call(std::uint32_t number, Word word, std::uint64_t detail,
                                           std::vector<char>& question, const char* name, Duration limit) {
  const std::lock_guard lock(mutex_);
  check_quarantine();
  if (process_ <= 0) start();
  Instance& instance = instances_.at(number);
  if (instance.made_in != starts_) {
    Errors errors;
    make_in_process(number, instance, errors);
    if (!errors.empty()) fault("is not made a second time as it was the first: " + errors.front().message);
  }
  ++calls_;
  write_frame(question, word, number, detail);
  const auto [bytes, size] = exchange(question, name, limit);
  Frame frame;
  std::memcpy(&frame, bytes, sizeof frame);
  if (frame.word == Word::answered) {
    after_success();
    return {bytes, size};
  }
  flat::Unpacker unpacker(bytes, size, sizeof frame);
  const auto* failure = frame.word == Word::failed ? unpacker.root<flat::Failure>() : nullptr;
  if (failure == nullptr) fault(fmt::format("answered {} with bytes that cannot be", name));
  throw PluginFault(copied(failure->code), copied(failure->message));
}

Figures Runner::figures() const {
  const std::lock_guard lock(mutex_);
  return {.plugin = of_.plugin,
          .version = of_.version,
          .tenant = of_.tenant,
          .calls = calls_,
          .faults = faults_,
          .starts = starts_,
          .quarantines = quarantines_,
          .running = process_ > 0,
          .quarantined = quarantined_ && common_->now() < quarantined_until_};
}

void Runner::end_if_idle() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock.owns_lock() && process_ > 0 && common_->now() - last_asked_ > in_clock(common_->limits.idle)) end_process();
}

std::shared_ptr<Runner> Runners::of(const std::string& sha256, Runner::Of of) {
  const std::lock_guard lock(mutex_);
  std::weak_ptr<Runner>& held = runners_[{sha256, of.tenant}];
  std::shared_ptr<Runner> runner = held.lock();
  if (runner == nullptr) held = runner = std::make_shared<Runner>(common_, std::move(of));
  return runner;
}

std::vector<std::shared_ptr<Runner>> Runners::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Runner>> all;
  for (const auto& [name, held] : runners_)
    if (auto runner = held.lock()) all.push_back(std::move(runner));
  return all;
}

std::vector<Figures> Runners::figures() const {
  std::vector<Figures> figures;
  for (const auto& runner : all()) figures.push_back(runner->figures());
  return figures;
}

void Runners::end_idle() {
  const auto now = common_->now().time_since_epoch().count();
  constexpr auto each = Clock::duration(std::chrono::minutes(1)).count();
  auto last = last_look_.load();
  if (now - last < each || !last_look_.compare_exchange_strong(last, now)) return;
  for (const auto& runner : all()) runner->end_if_idle();
}

std::filesystem::path runner_program() {
  namespace fs = std::filesystem;
  Dl_info about{};
  std::error_code unknown;
  fs::path here;
  if (::dladdr(reinterpret_cast<void*>(&runner_program), &about) != 0 && about.dli_fname != nullptr)
    here = fs::canonical(about.dli_fname, unknown).parent_path();
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown).parent_path();
  for (const fs::path& candidate : {here / "florin/florin-plugin-runner", here / "../lib/florin/florin-plugin-runner",
                                    program / "../lib/florin/florin-plugin-runner", program / "florin-plugin-runner"})
    if (fs::exists(candidate, unknown)) return candidate.lexically_normal();
  return here / "florin/florin-plugin-runner";
}

}  // namespace florin::isolated
