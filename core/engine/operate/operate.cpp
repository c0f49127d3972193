#include "engine/operate/operate.hpp"

#include <algorithm>

namespace florin {

namespace {

constexpr std::size_t most_requests = 16;
constexpr std::size_t most_reply_bytes = 1 << 20;

/// How often a request is sent before its answer counts as lost.
int sendings(RequestEffect effect) {
  return effect == RequestEffect::read ? 3 : effect == RequestEffect::repeatable ? 2 : 1;
}

/// One run of one operation.
class Run {
 public:
  Run(const ProcessorPlugin& plugin, const Operation& operation, Transport& transport, const Secrets& secrets,
      Instant now)
      : plugin_(plugin),
        operation_(operation),
        transport_(transport),
        secrets_(secrets),
        now_(now),
        may_have_acted_(operation.sent_before) {}

  Said run() {
    for (;;) {
      const auto step = plugin_.step(operation_, replies_);
      if (!step) return nothing_learned(step.error().message);
      if (step->done) return settled(*step->done);
      if (sent_.size() == most_requests) return nothing_learned("the plugin wants more than 16 requests");
      if (!same_again()) return nothing_learned("the plugin wants other requests than it wanted before");
      if (auto over = exchange(*step->send)) return *over;
    }
  }

 private:
  /// Computes the earlier requests again: a difference means that the plugin changed or is not pure.
  bool same_again() const {
    std::vector<ProviderReply> so_far;
    for (std::size_t i = 0; i < sent_.size(); ++i) {
      const auto step = plugin_.step(operation_, so_far);
      if (!step || !step->send || *step->send != sent_[i]) return false;
      const ProviderReply& reply = replies_[i];
      so_far.emplace_back(reply.status, reply.headers, reply.body, reply.received_at);
    }
    return true;
  }

  /// Sends one request. Returns what the operation came to when that ends it.
  std::optional<Said> exchange(const PlannedRequest& planned) {
    const auto request = finished(planned);
    if (!request) return nothing_learned(request.error().message);
    bool lost = false;
    for (int i = 0; i < sendings(planned.effect); ++i) {
      WireReply reply = transport_.send(*request, now_);
      if (reply.arrived == Arrival::answered && reply.body.size() <= most_reply_bytes) {
        may_have_acted_ = may_have_acted_ || (lost && planned.may_move_money);
        sent_.push_back(planned);
        replies_.emplace_back(reply.status, std::move(reply.headers), std::move(reply.body), now_);
        acted_ = acted_ || planned.may_move_money;
        return std::nullopt;
      }
      lost = lost || reply.arrived != Arrival::never_left;
    }
    may_have_acted_ = may_have_acted_ || acted_ || (lost && planned.may_move_money);
    return nothing_learned(lost ? "the provider's answer was lost" : "the provider could not be reached");
  }

  /// The request with its secrets in place. Errors: those of finish; bad_request for a line end in a header.
  Result<WireRequest> finished(const PlannedRequest& planned) const {
    WireRequest request{
        .endpoint = planned.endpoint, .method = planned.method, .path = planned.path, .headers = {}, .body = {}};
    FinishWith with{.manifest = plugin_.manifest(), .secrets = secrets_, .now = now_, .endpoint = planned.endpoint};
    auto body = finish(planned.body, with);
    if (!body) return body.error();
    request.body = std::move(*body);
    with.body = &request.body;
    for (const auto& [name, value] : planned.headers) {
      auto text = finish(value, with);
      if (!text) return text.error();
      if (text->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
        return Error{.code = "bad_request", .message = "header '" + name + "' has a line end in it"};
      request.headers.emplace_back(name, std::move(*text));
    }
    return request;
  }

  /// No word of the provider's on what became of it.
  Said nothing_learned(const std::string& why) const {
    Said said;
    const bool maybe = may_have_acted_ || acted_ || operation_.kind == OperationKind::status;
    said.state = maybe ? AttemptState::unknown : AttemptState::not_sent;
    said.text = why;
    return said;
  }

  /// The plugin's word, held against what is known here.
  Said settled(Said said) const {
    if (said.state == AttemptState::not_sent && (may_have_acted_ || operation_.kind == OperationKind::status))
      said.state = AttemptState::unknown;
    const bool moved = said.state == AttemptState::captured || said.state == AttemptState::authorised;
    if (moved && said.amount != operation_.amount) {
      said.state = AttemptState::unknown;
      said.text = "wrong_amount: the provider says " + said.amount.text() + ", asked were " + operation_.amount.text();
    }
    return said;
  }

  const ProcessorPlugin& plugin_;
  const Operation& operation_;
  Transport& transport_;
  const Secrets& secrets_;
  const Instant now_;
  std::vector<PlannedRequest> sent_;
  std::vector<ProviderReply> replies_;
  bool acted_ = false;           // a request that may move money was answered
  bool may_have_acted_ = false;  // one got lost, now or earlier
};

}  // namespace

Said operate(const ProcessorPlugin& plugin, const Operation& operation, Transport& transport, const Secrets& secrets,
             Instant now) {
  return Run(plugin, operation, transport, secrets, now).run();
}

}  // namespace florin
