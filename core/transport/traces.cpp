#include "transport/traces.hpp"

namespace florin {

namespace {

constexpr std::chrono::seconds good_for{60};
constexpr std::size_t most = 10'000;

class Traced : public Transport {
 public:
  Traced(std::shared_ptr<Transport> way, std::string trace) : way_(std::move(way)), trace_(std::move(trace)) {}
  void send(WireRequest request, Instant now, Done done) override {
    request.headers.emplace_back("traceparent", trace_);
    request.headers_shown.emplace_back("traceparent", trace_);
    // What is done may let go of this.
    const std::shared_ptr<Transport> way = way_;
    way->send(std::move(request), now, std::move(done));
  }

 private:
  const std::shared_ptr<Transport> way_;
  const std::string trace_;
};

}  // namespace

void Traces::follow(const std::string& account, const std::string& trace) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  traces_.erase(account);
  if (trace.empty()) return;
  if (traces_.size() >= most) std::erase_if(traces_, [&](const auto& one) { return one.second.until < now; });
  if (traces_.size() < most) traces_[account] = {trace, now + good_for};
}

std::shared_ptr<Transport> Traces::along(std::shared_ptr<Transport> way, const std::string& account) {
  const std::lock_guard lock(mutex_);
  const auto found = traces_.find(account);
  if (found == traces_.end() || found->second.until < std::chrono::steady_clock::now()) return way;
  return std::make_shared<Traced>(std::move(way), found->second.trace);
}

}  // namespace florin
