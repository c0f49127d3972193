#include "plugins/processor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/plugin_check/exchange.hpp"
#include "ops/plugin_check/rules.hpp"

/// What a processor makes of money, whatever its provider: first without any recorded answer, then with them.
namespace florin::plugin_check {

namespace {

constexpr const char* key = "key00000000000000000000k1";
constexpr std::size_t most_requests = 16;
const Instant at = *Instant::parse("2026-03-10T09:00Z");

const char* name_of(AttemptState state) {
  switch (state) {
    case AttemptState::started: return "started";
    case AttemptState::unknown: return "unknown";
    case AttemptState::not_sent: return "not_sent";
    case AttemptState::pending: return "pending";
    case AttemptState::needs_action: return "needs_action";
    case AttemptState::authorised: return "authorised";
    case AttemptState::captured: return "captured";
    case AttemptState::declined: return "declined";
    case AttemptState::expired: return "expired";
    case AttemptState::voided: return "voided";
  }
  return "?";
}

const char* name_of(DeclineKind kind) {
  static constexpr const char* names[] = {"none",          "soft",     "technical", "funds",        "authenticate",
                                          "bad_data",      "hard",     "fraud",     "mandate_gone", "customer_gave_up",
                                          "misconfigured", "throttled"};
  return names[static_cast<std::size_t>(kind)];
}

const char* name_of(OperationKind kind) {
  static constexpr const char* names[] = {"",     "charge",  "cancel",      "refund", "status",
                                          "pull", "capture", "save_method", "confirm"};
  return names[static_cast<std::size_t>(kind)];
}

std::string shown_request(const PlannedRequest& request) {
  std::string text = request.method + " " + request.path;
  for (const auto& [name, value] : request.headers) text += "\n" + name + ": " + shown(value);
  return text + "\n\n" + shown(request.body);
}

std::string shown_step(const ProcessorStep& step) {
  if (step.send)
    return fmt::format("{} {}\n", static_cast<int>(step.send->effect), step.send->may_move_money) +
           shown_request(*step.send);
  const ProviderReport& said = *step.done;
  std::string text =
      fmt::format("{} {} {} {} {} {} {} {} {} {}", name_of(said.state), said.absent, said.amount.text(), said.ref,
                  said.raw, name_of(said.decline), said.decline_code, said.text, said.action, said.ask_after.us);
  for (const WebhookClaim& claim : step.page) text += "\n" + claim.event + " " + claim.payment_key + claim.said.ref;
  return text + step.cursor + step.no_page;
}

/// A script of one reply: they cannot be copied, so no list of them is written down.
std::vector<ProviderReply> only(int status, const char* body) {
  std::vector<ProviderReply> replies;
  replies.emplace_back(status, std::vector<std::pair<std::string, std::string>>(), body, at);
  return replies;
}

/// An operation played to its end: each request gets the next reply, the last of them again and again.
struct Played {
  ProcessorStep end;
  std::vector<PlannedRequest> sent;
};
Played play(const ProcessorPlugin& plugin, const Operation& operation, const std::vector<ProviderReply>& script,
            const std::string& see) {
  Played played;
  std::vector<ProviderReply> replies;
  for (;;) {
    ProcessorStep step = must(plugin.step(operation, replies), see);
    if (!step.send) {
      played.end = std::move(step);
      return played;
    }
    played.sent.push_back(*step.send);
    if (played.sent.size() > most_requests) throw Broken{"it wants more than 16 requests for one operation", see};
    if (script.empty()) throw Broken{"it wants a request that nothing is recorded for", see};
    const ProviderReply& next = script[std::min(replies.size(), script.size() - 1)];
    replies.emplace_back(next.status, next.headers, next.body, next.received_at);
  }
}

class Checks {
 public:
  Checks(Notes& notes, const Subject& subject, const PluginFile& file)
      : notes_(notes), subject_(subject), file_(file), library_(subject.open()) {}

  bool describe() {
    bool described = false;
    notes_.hold("processor.describe", [&] {
      plugin_ = must(library_.processor(subject_.id(), subject_.setup()));
      described = true;
      const ProcessorFacts& facts = plugin_->facts();
      if (facts.offers.empty()) throw Broken{"it offers no method: name one with its operations", {}};
      if (facts.takes_webhooks && !facts.signed_webhooks)
        return std::string("it takes webhooks that nobody signed: each is a hint, and the host asks status");
      return fmt::format("{} methods; what it offers it has", facts.offers.size());
    });
    return described && plugin_;
  }

  /// What the provider was recorded to answer.
  void knows(const std::vector<Exchange>& exchanges) { recorded_ = &exchanges; }

  void all() {
    asks();
    answers();
    if (can(OperationKind::pull)) pulls();
    if (file_.manifest.browser) browsers();
    if (plugin_->facts().takes_webhooks) noise();
    pure();
  }

  void recorded(const std::vector<Exchange>& exchanges) {
    for (const Exchange& exchange : exchanges)
      notes_.hold("exchange." + exchange.name,
                  [&] { return exchange.of_webhook ? heard(exchange) : came_to(exchange); });
    notes_.hold("money.cut", [&] { return cut(exchanges); });
    notes_.hold("money.lost", [&] { return lost(exchanges); });
  }

 private:
  /// The method and currency of an offer, and what an operation of it looks like.
  Operation operation(const ProcessorOffer& offer, OperationKind kind, Currency currency) const {
    Operation of{.kind = kind, .decided_at = at, .key = key, .payment_key = key, .method = offer.method};
    of.amount = Money(4'900, currency);
    of.method_ref = "tok_check";
    of.details = {{"brand", "visa"}};
    of.customer_key = "check/ann";
    of.description = "Growth, monthly";
    of.started_at = at;
    if (kind == OperationKind::refund || kind == OperationKind::cancel || kind == OperationKind::capture ||
        kind == OperationKind::confirm)
      of.ref = "pay_check";
    if (kind == OperationKind::confirm) of.answer = {{"code", "123456"}};
    for (const std::string& word : file_.manifest.person)
      of.person.emplace_back(word, word == "email" ? "check@example.com" : word == "phone" ? "+14155550100" : "check");
    const bool asks = kind == OperationKind::charge || kind == OperationKind::save_method;
    if (asks) of.return_url = "https://billing.example/return/check?order=1";
    if (asks && file_.manifest.browser) of.browser = browser();
    return of;
  }
  static Browser browser() {
    return {.accept_header = "*/*",
            .user_agent = "Mozilla/5.0 (X11; Linux x86_64)",
            .language = "de-AT",
            .color_depth = 24,
            .screen_height = 1080,
            .screen_width = 1920,
            .time_zone_offset = -60,
            .java_enabled = false,
            .javascript_enabled = true,
            .ip_address = "203.0.113.7"};
  }
  bool can(OperationKind kind) const {
    return std::ranges::any_of(plugin_->facts().offers, [&](const ProcessorOffer& offer) {
      return (offer.operations >> static_cast<unsigned>(kind) & 1) != 0;
    });
  }
  std::vector<Currency> currencies(const ProcessorOffer& offer) const {
    std::vector<Currency> all;
    for (const char* code : {"USD", "JPY", "KWD", "EUR", "INR"})
      if (offer.currencies.empty() || std::ranges::find(offer.currencies, code) != offer.currencies.end())
        all.push_back(*Currency::parse(code));
    if (all.empty()) all.push_back(*Currency::parse(offer.currencies.front()));
    return all;
  }
  template <class Do>
  void each(OperationKind kind, Do act) const {
    for (const ProcessorOffer& offer : plugin_->facts().offers)
      if ((offer.operations >> static_cast<unsigned>(kind) & 1) != 0)
        for (const Currency currency : currencies(offer)) {
          const Operation of = operation(offer, kind, currency);
          act(of, fmt::format("{} of {} by '{}'", name_of(kind), of.amount.text(), of.method));
        }
  }

  /// What a charge asks for before there is any reply.
  void asks() {
    notes_.hold("money.request", [&] {
      int asked = 0, alone = 0;
      each(OperationKind::charge, [&](const Operation& of, const std::string& see) {
        const ProcessorStep step = must(plugin_->step(of, {}), see);
        if (!step.send) {
          ++alone;
          if (step.done->state == AttemptState::captured || step.done->state == AttemptState::authorised)
            throw Broken{"it reports success before anything was sent", see};
          return;
        }
        ++asked;
        const std::string text = shown_request(*step.send);
        const std::string minor = "4900", decimal = of.amount.text().substr(0, of.amount.text().find(' '));
        if (text.find(minor) == std::string::npos && text.find(decimal) == std::string::npos)
          throw Broken{fmt::format("the request names neither {} minor units nor {}", minor, decimal), see};
        if (step.send->effect != RequestEffect::read && text.find(key) == std::string::npos)
          throw Broken{
              "the request does not carry the operation's key, so a lost answer cannot be found by it: send "
              "`op.key` as the provider's idempotency key, or as a reference that status can search for",
              see};
        if (step.send->effect == RequestEffect::read)
          throw Broken{"a charge begins with a request that changes nothing, or says so of one that does", see};
      });
      return fmt::format("{} charges carry their key and their exact amount{}", asked,
                         alone == 0 ? "" : fmt::format("; {} need no request", alone));
    });
    notes_.hold("money.status", [&] {
      int asked = 0;
      each(OperationKind::status, [&](const Operation& of, const std::string& see) {
        const ProcessorStep step = must(plugin_->step(of, {}), see);
        if (!step.send) return;
        ++asked;
        if (step.send->may_move_money)
          throw Broken{"status sends a request that may move money: use get(), or say FLORIN_READ or no_money()", see};
      });
      return fmt::format("{} look-ups by key alone, each by a request that moves nothing", asked);
    });
  }

  /// What is asked for is used, and a payment of nobody's browser is made all the same.
  void browsers() {
    notes_.hold("processor.browser", [&] {
      int used = 0, asked = 0;
      for (const OperationKind kind : {OperationKind::charge, OperationKind::save_method})
        each(kind, [&](const Operation& with, const std::string& begins) {
          Operation without = with;
          without.browser.reset();
          const ProcessorStep known = must(plugin_->step(with, {}), begins);
          const std::string see = begins + ", without a browser";
          const ProcessorStep unknown = must(plugin_->step(without, {}), see);
          if (known.send && !unknown.send)
            throw Broken{"it sends nothing where the browser is not known: renewals and backends have none", see};
          ++asked;
          if (known.send && *known.send != *unknown.send) ++used;
        });
      if (used == 0)
        throw Broken{"its manifest asks for the browser, and no first request depends on it: leave `browser` out", {}};
      return fmt::format("{} of {} first requests say what the browser is; all are sent without one too", used, asked);
    });
  }

  /// What it makes of answers that no provider's documentation has.
  void answers() {
    struct Odd {
      int status;
      const char* body;
    };
    static constexpr Odd odd[] = {{500, ""},
                                  {500, "<html>Internal error</html>"},
                                  {502, "{\"error\": {\"code\": \"x\"}}"},
                                  {503, "[]"},
                                  {504, "{\"id\": \"ch_1\", \"sta"},
                                  {200, ""},
                                  {200, "<html>Sign in</html>"},
                                  {200, "{}"},
                                  {200, "[]"},
                                  {200, "null"},
                                  {200, "{\"status\": 7, \"id\": null}"},
                                  {302, ""},
                                  {418, "{}"}};
    for (const OperationKind kind : {OperationKind::charge, OperationKind::refund, OperationKind::status})
      if (can(kind))
        notes_.hold(fmt::format("money.odd_answers.{}", name_of(kind)), [&] {
          int played = 0;
          each(kind, [&](const Operation& of, const std::string& begins) {
            for (const Odd& one : odd) {
              if (documented(kind, one.status, one.body)) continue;
              const std::string see = fmt::format("{}, answered {} '{}'", begins, one.status, one.body);
              const Played end = play(*plugin_, of, only(one.status, one.body), see);
              if (end.sent.empty()) return;
              ++played;
              judge(end, one.status, see);
            }
          });
          return fmt::format(
              "{} answers that no provider documents: none is taken for money that moved or certainly "
              "did not",
              played);
        });
  }
  /// A recorded exchange ends with this very answer: then it is the provider's word, as an empty list that is `{}`.
  bool documented(OperationKind kind, int status, std::string_view body) const {
    return recorded_ != nullptr && std::ranges::any_of(*recorded_, [&](const Exchange& exchange) {
             return !exchange.of_webhook && exchange.operation.kind == kind && !exchange.replies.empty() &&
                    exchange.replies.back().status == status && exchange.replies.back().body == body;
           });
  }
  static void judge(const Played& played, int status, const std::string& see) {
    const ProviderReport& said = *played.end.done;
    if (said.state == AttemptState::captured || said.state == AttemptState::authorised)
      throw Broken{fmt::format("it reads {} from an answer that does not say so", name_of(said.state)), see};
    const bool moved = std::ranges::any_of(played.sent, &PlannedRequest::may_move_money);
    const bool not_certain = status >= 500 || status == 200;
    if (said.absent) throw Broken{"it takes the payment for absent, and nobody said so: then it is charged again", see};
    if (moved && not_certain && (said.state == AttemptState::not_sent || said.state == AttemptState::declined))
      throw Broken{fmt::format("it says {}, and the money may have moved: say unknown, and the host looks it up",
                               name_of(said.state)),
                   see};
  }

  void pulls() {
    notes_.hold("books.pages", [&] {
      Operation of{.kind = OperationKind::pull, .decided_at = at, .from = {at.us - 86'400'000'000}, .until = at};
      static constexpr std::pair<int, const char*> odd[] = {{500, ""}, {200, ""}, {200, "<html>"}, {404, "{}"}};
      for (const auto& [status, body] : odd) {
        const std::string see = fmt::format("pull, answered {} '{}'", status, body);
        const Played end = play(*plugin_, of, only(status, body), see);
        if (end.end.no_page.empty())
          throw Broken{"it reads a page of no records from an answer that is none: end with no_page(reply)", see};
      }
      return std::string("an answer that is no list is no empty page");
    });
  }

  void noise() {
    notes_.hold("hooks.noise", [&] {
      const Secrets secrets = [](std::string_view) { return std::vector<std::string>{"secret-of-the-check"}; };
      int heard = 0;
      for (const char* body :
           {"", "{}", "[]", "null", "{\"id\": \"evt_1\", \"type\": \"payment.captured\"}", "\xff\xfe"})
        for (const char* signature : {"", "t=1,v1=00", "00", "sha256=", "=,=,="}) {
          WebhookMessage message{.body = body, .headers = {}, .received_at = at};
          for (const char* name : {"stripe-signature", "x-razorpay-signature", "x-signature", "signature"})
            message.headers.emplace_back(name, signature);
          const std::string see = fmt::format("webhook '{}', signed '{}'", body, signature);
          const auto said = plugin_->webhook(message, secrets);
          ++heard;
          // Where a secret is a public key, that of the check is none.
          if (!said && said.error().code != "bad_signature" && said.error().code != "bad_key")
            throw Broken{said.error().message, see};
          if (said && std::ranges::any_of(said->claims, &WebhookClaim::proven))
            throw Broken{"it takes a message that nobody signed for proven", see};
        }
      return fmt::format("{} messages that nobody signed: none is proven, none crashed it", heard);
    });
  }

  void pure() {
    notes_.hold("processor.pure", [&] {
      const auto other_library = subject_.open(), odd_library = subject_.open(Subject::Runs::odd);
      const ProcessorPlugin other = must(other_library.processor(subject_.id(), subject_.setup())),
                            odd = must(odd_library.processor(subject_.id(), subject_.setup()));
      int asked = 0;
      for (const OperationKind kind :
           {OperationKind::charge, OperationKind::status, OperationKind::refund, OperationKind::cancel,
            OperationKind::capture, OperationKind::save_method, OperationKind::pull, OperationKind::confirm}) {
        if (!can(kind)) continue;
        each(kind, [&](const Operation& of, const std::string& see) {
          std::vector<ProviderReply> replies;
          for (const char* body : {"", "{\"id\": \"x\", \"status\": \"paid\"}"}) {
            if (*body != '\0') replies.emplace_back(200, std::vector<std::pair<std::string, std::string>>(), body, at);
            const std::string said = shown_step(must(plugin_->step(of, replies), see));
            ++asked;
            for (int i = 0; i < 20; ++i)
              if (shown_step(must(plugin_->step(of, replies), see)) != said)
                throw Broken{"the same question asked again got another answer", see};
            if (shown_step(must(other.step(of, replies), see)) != said)
              throw Broken{"another process answered the same question in another way", see};
            if (shown_step(must(odd.step(of, replies), see + ", every text at the end of a page, little room")) != said)
              throw Broken{"with little room and another rounding of fractions the same question got another answer",
                           see};
          }
        });
      }
      return fmt::format(
          "{} questions: asked 20 times, in another process, with little room, texts at the end of a "
          "page, and another rounding, each got the same answer",
          asked);
    });
  }

  // ---- With recorded exchanges

  std::string came_to(const Exchange& exchange) {
    const Played end = play(*plugin_, exchange.operation, exchange.replies, exchange.name);
    const ProviderReport& said = *end.end.done;
    const bool page = exchange.operation.kind == OperationKind::pull;
    const std::string state = page           ? (end.end.no_page.empty() ? "page" : "no_page: " + end.end.no_page)
                              : said.absent  ? "absent"
                              : said.in_part ? "partly_captured"
                                             : name_of(said.state);
    if (state != exchange.state)
      throw Broken{fmt::format("it came to {}{}, and 'expect' says {}", state,
                               said.text.empty() ? "" : " (" + said.text + ")", exchange.state),
                   exchange.name};
    if (!exchange.ref.empty() && exchange.ref != said.ref)
      throw Broken{fmt::format("its ref is '{}', and 'expect' says '{}'", said.ref, exchange.ref), exchange.name};
    if (!exchange.decline.empty() && exchange.decline != name_of(said.decline))
      throw Broken{fmt::format("it is declined as {}, and 'expect' says {}", name_of(said.decline), exchange.decline),
                   exchange.name};
    if (said.in_part && (said.amount.minor() <= 0 || exchange.operation.amount <= said.amount))
      throw Broken{fmt::format("it captured {} and says that this is a part; asked were {}", said.amount.text(),
                               exchange.operation.amount.text()),
                   exchange.name};
    if (said.state == AttemptState::captured && !said.in_part && !page && said.amount != exchange.operation.amount)
      throw Broken{fmt::format("it captured {}, asked were {}", said.amount.text(), exchange.operation.amount.text()),
                   exchange.name};
    return fmt::format("{} after {} requests", state, end.sent.size());
  }

  std::string heard(const Exchange& exchange) {
    const Secrets secrets = [&](std::string_view name) {
      std::vector<std::string> values;
      for (const auto& [known, value] : exchange.secrets)
        if (known == name) values.push_back(value);
      return values;
    };
    const auto state_of = [&](const WebhookMessage& message) -> std::string {
      const auto said = plugin_->webhook(message, secrets);
      if (!said && said.error().code == "bad_signature") return "refused";
      if (!said) throw Broken{said.error().message, exchange.name};
      if (!exchange.answer.empty() && said->answer.body != exchange.answer)
        throw Broken{fmt::format("it answers '{}', and 'expect' says '{}'", said->answer.body, exchange.answer),
                     exchange.name};
      if (std::ranges::any_of(said->claims, &WebhookClaim::proven)) return "proven";
      return said->claims.empty() ? "nothing" : "hint";
    };
    const std::string state = state_of(exchange.message);
    if (state != exchange.state)
      throw Broken{fmt::format("it is {}, and 'expect' says {}", state, exchange.state), exchange.name};
    if (state != "proven") return state;
    WebhookMessage mutated = exchange.message;
    for (std::size_t i = 0; i < mutated.body.size(); i += 1 + mutated.body.size() / 64) {
      mutated.body = exchange.message.body;
      mutated.body[i] = mutated.body[i] == 'x' ? 'y' : 'x';
      if (state_of(mutated) == "proven")
        throw Broken{fmt::format("with byte {} changed it is still proven: sign the whole body", i), exchange.name};
    }
    // What comes by GET says all in its address.
    mutated = exchange.message;
    for (std::size_t i = 0; exchange.message.body.empty() && i < mutated.query.size(); ++i) {
      mutated.query = exchange.message.query;
      mutated.query[i] = mutated.query[i] == 'x' ? 'y' : 'x';
      if (state_of(mutated) == "proven")
        throw Broken{fmt::format("with byte {} of its query changed it is still proven: sign all of it", i),
                     exchange.name};
    }
    return "proven, and with any byte changed no more";
  }

  /// An answer that ends too soon is never taken for more than it says.
  std::string cut(const std::vector<Exchange>& exchanges) {
    int cuts = 0;
    for (const Exchange& exchange : exchanges) {
      if (exchange.of_webhook || exchange.replies.empty() || exchange.operation.kind == OperationKind::pull) continue;
      const std::string& whole = exchange.replies.back().body;
      for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 200) {
        std::vector<ProviderReply> replies;
        for (std::size_t i = 0; i + 1 < exchange.replies.size(); ++i)
          replies.emplace_back(exchange.replies[i].status, exchange.replies[i].headers, exchange.replies[i].body, at);
        replies.emplace_back(exchange.replies.back().status, exchange.replies.back().headers, whole.substr(0, size),
                             at);
        const std::string see = fmt::format("{}, its last answer cut after {} bytes", exchange.name, size);
        const Played end = play(*plugin_, exchange.operation, replies, see);
        ++cuts;
        if (end.end.done->state == AttemptState::captured || end.end.done->state == AttemptState::authorised)
          throw Broken{"it reads success from an answer that was cut", see};
        if (end.end.done->absent) throw Broken{"it reads 'absent' from an answer that was cut", see};
      }
    }
    return fmt::format("{} answers cut short: none is taken for success or for nothing", cuts);
  }

  /// What is captured must be found by the key alone.
  std::string lost(const std::vector<Exchange>& exchanges) {
    const auto finds = [](const Exchange& exchange) {
      return !exchange.of_webhook && exchange.operation.kind == OperationKind::status &&
             exchange.operation.ref.empty() && !exchange.operation.of_refund && exchange.state == "captured";
    };
    const bool captures = std::ranges::any_of(exchanges, [](const Exchange& exchange) {
      return !exchange.of_webhook && exchange.operation.kind == OperationKind::charge && exchange.state == "captured";
    });
    if (captures && std::ranges::none_of(exchanges, finds))
      throw Broken{
          "a charge is captured, and no exchange finds it again by its key alone: record a status without "
          "'ref' whose 'expect' is captured",
          "an answer that got lost is looked up so"};
    return std::string(captures ? "what was captured is found by its key alone" : "nothing is captured in them");
  }

  Notes& notes_;
  const Subject& subject_;
  const PluginFile& file_;
  const PluginLibrary library_;
  std::optional<ProcessorPlugin> plugin_;
  const std::vector<Exchange>* recorded_ = nullptr;
};

}  // namespace

void check_processor(Notes& notes, const Subject& subject, const PluginFile& file, const std::string& against) {
  Checks checks(notes, subject, file);
  if (!checks.describe()) return;
  Result<std::vector<Exchange>> exchanges = std::vector<Exchange>();
  if (!against.empty()) exchanges = read_exchanges(against);
  if (exchanges) checks.knows(*exchanges);
  checks.all();
  if (against.empty())
    return notes.skip("exchanges", "none given: `--against FOLDER` plays recorded answers of the provider");
  notes.hold("exchanges", [&] {
    if (!exchanges) throw Broken{exchanges.error().message, {}};
    return fmt::format("{} recorded exchanges", exchanges->size());
  });
  if (exchanges && !exchanges->empty()) checks.recorded(*exchanges);
}

}  // namespace florin::plugin_check
