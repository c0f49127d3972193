#include "strangers.hpp"

#include <algorithm>

#include "florin/addresses.hpp"

namespace florin::server {

bool is_trusted(const std::string& peer, const std::vector<std::string>& trusted) {
  return std::ranges::any_of(trusted, [&](const std::string& one) {
    if (one == peer) return true;
    const auto range = AddressRange::parse(one);
    return range && range->holds(peer);
  });
}

std::string address_of(const HttpRequest& request, const std::vector<std::string>& trusted) {
  if (trusted.empty() || !is_trusted(request.peer, trusted)) return request.peer;
  std::vector<std::string> said;  // the nearest last
  for (const auto& [name, value] : request.headers) {
    if (name != "x-forwarded-for") continue;
    for (std::string_view left = value; !left.empty();) {
      const std::size_t end = std::min(left.find(','), left.size());
      said.emplace_back(trimmed(left.substr(0, end)));
      left.remove_prefix(std::min(end + 1, left.size()));
    }
  }
  // Each proxy adds who asked it: what stands before the first that nobody trusts, anybody can have written.
  std::string nearest = request.peer;
  for (auto one = said.rbegin(); one != said.rend(); ++one) {
    std::string address = plain_address(*one);
    if (address.empty()) return nearest;
    nearest = std::move(address);
    if (!is_trusted(nearest, trusted)) return nearest;
  }
  return nearest;
}

std::optional<std::chrono::seconds> Allowance::until_one(Clock::time_point whole_at, Clock::time_point now) const {
  // Of all of them, one is there once no more than all others are still to come.
  const auto from = whole_at - each_ * static_cast<std::int64_t>(most_ - 1);
  if (from <= now) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(from - now);
}

std::optional<std::chrono::seconds> Allowance::waits(const std::string& address, Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? std::nullopt : until_one(found->second->whole_at, now);
}

Allowance::Left Allowance::left(const std::string& address, Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(address);
  if (found == by_address_.end() || found->second->whole_at <= now) return {most_, {}};
  const auto missing = found->second->whole_at - now;
  const auto taken = static_cast<std::size_t>((missing + each_ - Clock::duration(1)) / each_);
  return {most_ - std::min(most_, taken), std::chrono::ceil<std::chrono::seconds>(missing)};
}

std::optional<std::chrono::seconds> Allowance::take(const std::string& address, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(address);
  if (found != by_address_.end()) {
    Held& held = *found->second;
    held_.splice(held_.begin(), held_, found->second);
    if (const auto wait = until_one(held.whole_at, now)) return wait;
    held.whole_at = std::max(held.whole_at, now) + each_;
    return std::nullopt;
  }
  held_.push_front({address, now + each_});
  by_address_[address] = held_.begin();
  if (held_.size() > addresses_) {
    by_address_.erase(held_.back().address);
    held_.pop_back();
  }
  return std::nullopt;
}

}  // namespace florin::server
