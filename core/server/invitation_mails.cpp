#include "invitation_mails.hpp"

namespace florin::server {

namespace {

constexpr Duration window = hours(24);

}  // namespace

std::optional<Instant> InvitationMails::take(const std::string& account, Instant now) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sent_, [&](const auto& one) { return one.second.empty() || one.second.back() + window <= now; });
  std::deque<Instant>& sent = sent_[account];
  while (!sent.empty() && sent.front() + window <= now) sent.pop_front();
  if (sent.size() >= most) return sent.front() + window;
  sent.push_back(now);
  return std::nullopt;
}

}  // namespace florin::server
