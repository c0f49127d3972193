#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "domain/journal/entry.hpp"
#include "florin/result.hpp"
#include "store/store.hpp"

namespace florin::engine {

/// What became of a command: the entry that remembers it, once that is durable. An error is not remembered: nothing was
/// written, and the same command may be sent again.
struct Answered {
  store::Position position = 0;
  std::shared_ptr<const Entry> entry;
  bool again = false;  ///< it was asked before, under the same key: this is what was answered then
};

/// Receives the answers to some commands, each by its place among them. Called on the shard's thread, or on the one
/// that reads old answers.
class Asker {
 public:
  Asker() = default;
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;
  virtual ~Asker() = default;

  /// Of each once, unless it was noted.
  virtual void answer(std::uint32_t place, Result<Answered>&& answered) = 0;
  /// A command is decided, and not durable yet. True: all that is asked for has been read from the entry, so that it
  /// need not be kept. Then either stands() follows, or answer() with an error.
  virtual bool note(std::uint32_t /*place*/, store::Position, const Entry&) { return false; }
  /// What was noted is durable.
  virtual void stands(std::uint32_t /*place*/) {}
};

/// Carries the answer to one command back to its Asker; empty: nobody waits. A thousand debits share one Asker, so that
/// none of them allocates.
class Reply {
 public:
  Reply() = default;
  Reply(std::shared_ptr<Asker> asker, std::uint32_t place) : asker_(std::move(asker)), place_(place) {}
  template <std::invocable<Result<Answered>> Then>
    requires(!std::same_as<std::remove_cvref_t<Then>, Reply>)
  Reply(Then then) : asker_(std::make_shared<Calls<Then>>(std::move(then))) {}

  explicit operator bool() const { return asker_ != nullptr; }
  void operator()(Result<Answered> answered) { asker_->answer(place_, std::move(answered)); }
  bool note(store::Position position, const Entry& entry) {
    return asker_ != nullptr && asker_->note(place_, position, entry);
  }
  void stands() { asker_->stands(place_); }

 private:
  template <class Then>
  class Calls : public Asker {
   public:
    explicit Calls(Then then) : then_(std::move(then)) {}
    void answer(std::uint32_t, Result<Answered>&& answered) override { then_(std::move(answered)); }

   private:
    Then then_;
  };

  std::shared_ptr<Asker> asker_;
  std::uint32_t place_ = 0;
};

}  // namespace florin::engine
