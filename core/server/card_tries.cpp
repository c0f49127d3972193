#include "card_tries.hpp"

#include <algorithm>
#include <type_traits>

namespace florin::server {

namespace {

constexpr Duration window = hours(1);

}  // namespace

std::optional<CardTry> card_try_of(const Command& command) {
  return std::visit(
      [](const auto& one) -> std::optional<CardTry> {
        using One = std::remove_cvref_t<decltype(one)>;
        if constexpr (std::is_same_v<One, AddPaymentMethod> || std::is_same_v<One, SetUpPaymentMethod>)
          return CardTry::saves;
        else if constexpr (requires { one.agreed.has_value(); })
          return CardTry::pays;
        else
          return std::nullopt;
      },
      command);
}

std::optional<Instant> CardTries::take(const std::string& account, CardTry what, const std::string& key, Instant now) {
  const std::lock_guard lock(mutex_);
  if (forgotten_at_ + window <= now) forget_old(now);
  Tries& tries = tries_[{account, what}];
  while (!tries.empty() && tries.front().at + window <= now) tries.pop_front();
  if (std::ranges::find(tries, key, &Try::key) != tries.end()) return std::nullopt;
  const std::size_t most = what == CardTry::saves ? most_saved : most_paid;
  if (tries.size() >= most) return tries.front().at + window;
  tries.push_back({now, key});
  return std::nullopt;
}

void CardTries::give_back(const std::string& account, CardTry what, const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = tries_.find({account, what});
  if (found != tries_.end()) std::erase_if(found->second, [&](const Try& one) { return one.key == key; });
}

/// Once an hour, so that what is kept is what an hour brings.
void CardTries::forget_old(Instant now) {
  forgotten_at_ = now;
  std::erase_if(tries_, [&](const auto& one) { return one.second.empty() || one.second.back().at + window <= now; });
}

}  // namespace florin::server
