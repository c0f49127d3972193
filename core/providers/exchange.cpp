#include "providers/exchange.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <optional>

#include "domain/payments/card_number.hpp"
#include "domain/payments/in_part.hpp"
#include "providers/sending.hpp"
#include "transport/secrets.hpp"

namespace florin {

namespace {

constexpr std::size_t most_requests = 16;

/// One run of one operation. It lives until its last callback.
class Run : public std::enable_shared_from_this<Run> {
 public:
  Run(const ProcessorPlugin& plugin, Operation operation, Transport& transport, Secrets secrets, Instant now,
      std::move_only_function<void(ProviderReport, Pulled)> done)
      : plugin_(plugin),
        operation_(std::move(operation)),
        transport_(transport),
        secrets_(std::move(secrets)),
        now_(now),
        done_(std::move(done)),
        may_have_acted_(operation_.sent_before) {}

  void step() {
    const auto step = plugin_.step(operation_, replies_);
    if (!step) return finish_with(nothing_learned(step.error().message));
    if (step->done) {
      pulled_ = {.page = step->page, .cursor = step->cursor, .problem = step->no_page};
      return finish_with(settled(*step->done));
    }
    if (sent_.size() == most_requests) return finish_with(nothing_learned("the plugin wants more than 16 requests"));
    if (!same_again()) return finish_with(nothing_learned("the plugin wants other requests than it wanted before"));
    planned_ = *step->send;
    if (must_be_looked_up()) return look_up();
    send();
  }

 private:
  /// The operation may have taken effect already. A request that must be sent once is not sent again, nor one whose key
  /// the provider may have forgotten.
  bool must_be_looked_up() const {
    if (!operation_.in_doubt || planned_.effect == RequestEffect::read) return false;
    if (planned_.effect == RequestEffect::once) return true;
    const Duration window = plugin_.facts().key_window;
    return window.us > 0 && operation_.begun_at + window <= now_;
  }

  /// Asks for the outcome of the operation instead of sending it. A refund that is certainly absent is sent after all;
  /// the next attempt of a charge has a new key.
  void look_up() {
    Operation asks = operation_;
    asks.kind = OperationKind::status;
    asks.in_doubt = false;
    asks.send_before = never;
    asks.of_method = operation_.of_method || operation_.kind == OperationKind::save_method;
    if (operation_.kind == OperationKind::confirm) asks.key = operation_.payment_key;
    asks.of_refund = operation_.kind == OperationKind::refund;
    if (asks.of_refund) {
      asks.refund_key = operation_.key;
      asks.key = operation_.key;
    }
    std::make_shared<Run>(plugin_, std::move(asks), transport_, secrets_, now_,
                          [self = shared_from_this()](ProviderReport said, Pulled pulled) {
                            self->looked_up(std::move(said), std::move(pulled));
                          })
        ->step();
  }
  void looked_up(ProviderReport said, Pulled pulled) {
    const Instant sent = std::max(operation_.sent_at, operation_.begun_at);
    const bool certain = said.absent && sent + lag() <= now_;
    if (certain && operation_.kind == OperationKind::refund) {
      Operation again = operation_;
      again.in_doubt = false;
      again.sent_before = false;
      return std::make_shared<Run>(plugin_, std::move(again), transport_, secrets_, now_, std::move(done_))->step();
    }
    said.looked_up = true;
    done_(std::move(said), std::move(pulled));
  }
  Duration lag() const {
    const Duration declared = plugin_.facts().look_up_lag;
    return declared.us > 0 ? declared : minutes(5);
  }

  /// Computes the earlier requests again. A difference means that the plugin changed or is not pure.
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

  void send() {
    const SendWith with{plugin_, transport_, secrets_, now_, operation_.send_before};
    florin::send(planned_, with, [self = shared_from_this()](Sent sent) { self->take(std::move(sent)); });
  }

  void take(Sent sent) {
    const bool lost = sent.lost && planned_.may_move_money;
    if (!sent.reply) {
      may_have_acted_ = may_have_acted_ || acted_ || lost;
      return finish_with(nothing_learned(sent.problem));
    }
    may_have_acted_ = may_have_acted_ || lost;
    sent_.push_back(planned_);
    replies_.push_back(*std::move(sent.reply));
    acted_ = acted_ || planned_.may_move_money;
    step();
  }

  /// For operations on an existing payment: a provider that cannot be reached says nothing about the payment itself.
  bool of_payment_there() const {
    return operation_.kind == OperationKind::status || operation_.kind == OperationKind::cancel ||
           operation_.kind == OperationKind::capture || operation_.kind == OperationKind::confirm;
  }

  /// The provider said nothing about the outcome.
  ProviderReport nothing_learned(const std::string& why) const {
    ProviderReport said;
    const bool maybe = may_have_acted_ || acted_ || of_payment_there();
    said.state = maybe ? AttemptState::unknown : AttemptState::not_sent;
    said.text = why;
    return said;
  }

  /// The plugin's outcome, checked against what the host knows.
  ProviderReport settled(ProviderReport said) const {
    if (said.state == AttemptState::not_sent && (may_have_acted_ || of_payment_there()))
      said.state = AttemptState::unknown;
    // A plugin cannot know that money moved unless it asked the provider.
    const bool claims_money = said.state == AttemptState::captured || said.state == AttemptState::authorised;
    if (claims_money && sent_.empty()) {
      said = nothing_learned("the plugin reports success, and no request was sent that could have brought it");
      said.state = AttemptState::unknown;
      return said;
    }
    const bool of_method = operation_.of_method || operation_.kind == OperationKind::save_method;
    const bool moved = !of_method && (said.state == AttemptState::captured || said.state == AttemptState::authorised);
    if (moved && said.amount != operation_.amount && !is_part(said, operation_.amount)) {
      said.state = AttemptState::unknown;
      said.text = "wrong_amount: the provider says " + said.amount.text() + ", asked were " + operation_.amount.text();
    }
    return said;
  }

  /// A provider may repeat what was sent to it, including secrets.
  void finish_with(ProviderReport said) {
    std::vector<std::string> secrets;
    for (const auto& [name, endpoint] : plugin_.manifest().secrets)
      std::ranges::move(secrets_(name), std::back_inserter(secrets));
    std::ranges::move(plugin_.credentials().all(), std::back_inserter(secrets));
    // Remove personal data from texts that people read. In an id or an address the same letters may mean something
    // else.
    std::vector<std::string> person;
    for (const auto* words : {&operation_.person, &operation_.details, &operation_.answer})
      for (const auto& [name, value] : *words)
        if (name != "brand") person.push_back(value);
    if (operation_.browser) {
      person.push_back(operation_.browser->user_agent);
      person.push_back(operation_.browser->ip_address);
    }
    for (std::string* text : {&said.raw, &said.decline_code, &said.text}) scrub(*text, person);
    for (std::string* text : {&said.ref, &said.raw, &said.decline_code, &said.text, &said.action}) {
      scrub(*text, secrets);
      *text = without_card_numbers(std::move(*text));
    }
    if (!pulled_) pulled_ = Pulled{.page = {}, .cursor = {}, .problem = said.text};
    scrub(pulled_->problem, secrets);
    pulled_->problem = without_card_numbers(std::move(pulled_->problem));
    for (auto* wiped : {&secrets, &person})
      for (std::string& one : *wiped) wipe(one);
    said.look_up_lag = plugin_.facts().look_up_lag;
    done_(std::move(said), *std::move(pulled_));
  }

  const ProcessorPlugin plugin_;
  const Operation operation_;
  Transport& transport_;
  const Secrets secrets_;
  const Instant now_;
  std::move_only_function<void(ProviderReport, Pulled)> done_;
  std::optional<Pulled> pulled_;
  PlannedRequest planned_;  // that is being sent
  std::vector<PlannedRequest> sent_;
  std::vector<ProviderReply> replies_;
  bool acted_ = false;           // a request that may move money was answered
  bool may_have_acted_ = false;  // one got lost, now or earlier
};

}  // namespace

void operate(const ProcessorPlugin& plugin, Operation operation, Transport& transport, Secrets secrets, Instant now,
             std::move_only_function<void(ProviderReport)> done) {
  std::make_shared<Run>(plugin, std::move(operation), transport, std::move(secrets), now,
                        [done = std::move(done)](ProviderReport said, Pulled) mutable { done(std::move(said)); })
      ->step();
}

void pull(const ProcessorPlugin& plugin, Operation operation, Transport& transport, Secrets secrets, Instant now,
          std::move_only_function<void(Pulled)> done) {
  std::make_shared<Run>(plugin, std::move(operation), transport, std::move(secrets), now,
                        [done = std::move(done)](ProviderReport, Pulled pulled) mutable { done(std::move(pulled)); })
      ->step();
}

Result<ProviderReply> ask_provider(const ProcessorPlugin& plugin, const PlannedRequest& request, Transport& transport,
                                   const Secrets& secrets, Instant now) {
  std::promise<Sent> answered;
  send(request, {plugin, transport, secrets, now}, [&](Sent sent) { answered.set_value(std::move(sent)); });
  Sent sent = answered.get_future().get();
  if (!sent.reply) return Error{.code = "provider_not_reached", .message = sent.problem};
  return *std::move(sent.reply);
}

}  // namespace florin
