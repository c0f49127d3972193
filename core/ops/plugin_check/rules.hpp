#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "florin/plugin_kit.hpp"
#include "plugins/library.hpp"

namespace florin::plugin_check {

/// A rule that does not hold, said from anywhere inside it.
struct Broken {
  std::string text, see;
};

/// One plugin under test. Each rule opens it anew, so that each has a process of its own and none sees what another
/// did.
class Subject {
 public:
  Subject(PluginPlaces places, std::string id, std::string config, bool long_run)
      : places_(std::move(places)), id_(std::move(id)), config_(std::move(config)), long_run_(long_run) {}

  /// Where a plugin runs for a rule. `odd`: little room for answers, every text at the end of a page, another rounding.
  enum class Runs : std::uint8_t { isolated, odd };
  PluginLibrary open(Runs runs = Runs::isolated) const;
  PluginSetup setup() const { return {.tenant = "check", .config_json = config_}; }
  PluginSetup setup(const std::string& config) const { return {.tenant = "check", .config_json = config}; }
  const std::string& id() const { return id_; }
  int lives() const { return long_run_ ? 10'000 : 1'000; }

 private:
  PluginPlaces places_;
  std::string id_, config_;
  bool long_run_;
};

/// What is noted of the rules of one plugin, in order.
class Notes {
 public:
  explicit Notes(std::vector<PluginRule>& rules) : rules_(rules) {}

  /// `rule` answers what it found, or throws Broken.
  void hold(const std::string& id, const std::function<std::string()>& rule);
  void skip(const std::string& id, const std::string& why) {
    rules_.push_back({id, PluginRule::Outcome::not_asked, why, {}});
  }

 private:
  std::vector<PluginRule>& rules_;
};

/// The value, or Broken with what the plugin was told.
template <class T>
T must(Result<T> result, const std::string& see = {}) {
  if (!result) throw Broken{result.error().message, see};
  return *std::move(result);
}
template <class T>
T must(std::expected<T, Errors> result, const std::string& see = {}) {
  if (!result) throw Broken{result.error().front().message, see};
  return *std::move(result);
}

/// Numbers that look random and are the same each time.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  /// 0 to most.
  std::int64_t upto(std::int64_t most) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::int64_t>(state_ % (static_cast<std::uint64_t>(most) + 1));
  }

 private:
  std::uint64_t state_;
};

void check_file(Notes& notes, const PluginFile& file, const std::string& bytes);
void check_processor(Notes& notes, const Subject& subject, const PluginFile& file, const std::string& against);
void check_policy(Notes& notes, const Subject& subject);
void check_tax(Notes& notes, const Subject& subject);
void check_method(Notes& notes, const Subject& subject);

}  // namespace florin::plugin_check
