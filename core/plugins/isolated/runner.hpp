#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "florin/result.hpp"
#include "florin/time.hpp"
#include "plugins/instance.hpp"
#include "plugins/isolated/message.hpp"

namespace florin::isolated {

using Clock = std::chrono::steady_clock;

/// How isolated plugins are held.
struct Limits {
  Duration start{10'000'000};   ///< from the start of a runner until its plugin is loaded
  Duration decide{200'000};     ///< of one answer of a credit policy, a tax or a method
  Duration operate{2'000'000};  ///< of one answer of a processor
  std::size_t faults = 5;       ///< within `window`: then the plugin is quarantined
  Duration window{600'000'000};
  Duration quarantine{600'000'000};  ///< so long it is not asked; then one question decides
  Duration idle{600'000'000};        ///< a runner that nobody asked for so long is ended
};

/// What a runner did so far.
struct Figures {
  std::string plugin, version, tenant;
  std::uint64_t calls = 0, faults = 0, starts = 0, quarantines = 0;
  bool running = false, quarantined = false;
};

/// What every runner of a library shares.
struct Common {
  std::filesystem::path program;  ///< florin-plugin-runner
  Limits limits;
  bool odd_rooms = false;  ///< see PluginPlaces
  std::function<void(const std::string& line)> alarm;
  std::function<Clock::time_point()> now = &Clock::now;
};

/// One plugin of one tenant in a process of its own. It starts when it is first asked, and again after a fault; each
/// instance is made again then, which is safe as making one is pure. Thread-safe: one question at a time.
class Runner {
 public:
  struct Of {
    std::filesystem::path file;  ///< the checked copy
    std::string plugin, version, tenant;
  };
  Runner(std::shared_ptr<const Common> common, Of of) : common_(std::move(common)), of_(std::move(of)) {}
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner();

  /// An instance, made now. Answers the functions that it has (message.hpp).
  /// Errors: those of make_instance; cannot_isolate, not_loadable, plugin_failed
  std::expected<std::uint64_t, Errors> make(std::uint32_t& instance, Interface of, std::string config_json);
  void drop(std::uint32_t instance);

  /// Asks, and gives the answer's bytes, good until the next call on this thread. Throws PluginFault.
  ///
  /// question   with room for a frame in front
  /// name       of the function, for sentences
  std::pair<char*, std::size_t> call(std::uint32_t instance, Word word, std::uint64_t detail,
                                     std::vector<char>& question, const char* name, Duration limit);

  const Limits& limits() const { return common_->limits; }
  Figures figures() const;
  /// Ends the process if nobody asked it for so long. What is asked then starts it again.
  void end_if_idle();

 private:
  struct Instance {
    Interface of{};
    std::string config_json;
    std::uint64_t made_in = 0;  ///< the process, counted; 0: none
  };
  void start();
  void end_process();
  std::pair<char*, std::size_t> exchange(std::vector<char>& question, const char* name, Duration limit);
  std::uint64_t make_in_process(std::uint32_t number, Instance& instance, Errors& errors);
  /// Reads until there are `wanted` bytes, and no more than `most`.
  void receive(std::vector<char>& bytes, std::size_t& have, std::size_t wanted, std::size_t most,
               Clock::time_point until, const char* name);
  void check_quarantine();
  void after_success();
  [[noreturn]] void fault(const std::string& what);
  std::string how_it_ended();

  const std::shared_ptr<const Common> common_;
  const Of of_;
  mutable std::mutex mutex_;
  pid_t process_ = -1;
  int socket_ = -1;
  long timeout_ms_ = 0;  ///< of the socket; 0: not set
  std::uint64_t starts_ = 0, calls_ = 0, faults_ = 0, quarantines_ = 0;
  std::map<std::uint32_t, Instance> instances_;
  std::uint32_t last_instance_ = 0;
  std::deque<Clock::time_point> recent_;  ///< faults
  bool quarantined_ = false;
  Clock::time_point quarantined_until_;
  std::string last_fault_;
  Clock::time_point last_asked_;
};

/// The runners of a library: one a plugin and tenant.
class Runners {
 public:
  explicit Runners(Common common) : common_(std::make_shared<const Common>(std::move(common))) {}
  std::shared_ptr<Runner> of(const std::string& sha256, Runner::Of of);
  std::vector<Figures> figures() const;
  /// Looks once a minute at most, whoever calls.
  void end_idle();
  const Common& common() const { return *common_; }

 private:
  std::vector<std::shared_ptr<Runner>> all() const;

  const std::shared_ptr<const Common> common_;
  std::atomic<Clock::rep> last_look_ = 0;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::weak_ptr<Runner>> runners_;
};

/// florin-plugin-runner of this installation: beside libflorin.so, or beside the folder of the program.
std::filesystem::path runner_program();

}  // namespace florin::isolated
