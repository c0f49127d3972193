#include "plugins/processor.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "plugins/gate.hpp"
#include "plugins/instance.hpp"
#include "plugins/public_key.hpp"

namespace florin {

namespace {

constexpr std::size_t most_headers = 64;

// The codes of the interface count reasons from 0 and have no word for "none"; the domain's begin with none.
static_assert(static_cast<std::uint32_t>(DeclineKind::soft) == FLORIN_SOFT + 1);
static_assert(static_cast<std::uint32_t>(DeclineKind::throttled) == FLORIN_THROTTLED + 1);
static_assert(static_cast<std::uint32_t>(OperationKind::confirm) == FLORIN_CONFIRM);
static_assert(static_cast<std::uint32_t>(DisputeState::closed) + 1 == FLORIN_DISPUTE_CLOSED);

florin_operate* slot_of(const florin_processor_1& table, OperationKind kind) {
  switch (kind) {
    case OperationKind::charge: return table.charge;
    case OperationKind::cancel: return table.cancel;
    case OperationKind::refund: return table.refund;
    case OperationKind::status: return table.status;
    case OperationKind::pull: return table.pull;
    case OperationKind::capture: return table.capture;
    case OperationKind::save_method: return table.save_method;
    case OperationKind::confirm: return table.confirm;
  }
  return nullptr;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

[[noreturn]] void refuse_answer(const std::string& why) { throw PluginFault("bad_answer", "answered with " + why); }

// ---- What goes in

florin_browser lent_browser(const Browser& browser) {
  florin_browser in{};
  in.size = sizeof in;
  in.flags = (browser.java_enabled ? FLORIN_JAVA : 0u) | (browser.javascript_enabled ? FLORIN_JAVASCRIPT : 0u) |
             (browser.time_zone_offset ? FLORIN_TIME_ZONE : 0u);
  in.accept_header = lent(browser.accept_header);
  in.user_agent = lent(browser.user_agent);
  in.language = lent(browser.language);
  in.ip_address = lent(browser.ip_address);
  in.color_depth = browser.color_depth.value_or(0);
  in.screen_height = browser.screen_height.value_or(0);
  in.screen_width = browser.screen_width.value_or(0);
  in.time_zone_offset = browser.time_zone_offset.value_or(0);
  return in;
}

florin_operation lent_operation(const Operation& operation, const std::vector<florin_pair>& details,
                                const std::vector<florin_pair>& person, const std::vector<florin_pair>& answer) {
  florin_operation in{};
  in.size = sizeof in;
  in.kind = static_cast<std::uint32_t>(operation.kind);
  in.flags = (operation.off_session ? FLORIN_OFF_SESSION : 0u) | (operation.of_refund ? FLORIN_OF_REFUND : 0u) |
             (operation.of_method ? FLORIN_OF_METHOD : 0u) | (operation.may_keep ? FLORIN_MAY_KEEP : 0u);
  in.now_us = operation.decided_at.us;
  in.key = lent(operation.key);
  in.payment_key = lent(operation.payment_key);
  in.amount = lent(operation.amount);
  in.method = lent(operation.method);
  in.method_ref = lent(operation.method_ref);
  in.details = lent(details);
  in.customer_key = lent(operation.customer_key);
  in.description = lent(operation.description);
  in.person = lent(person);
  in.ref = lent(operation.ref);
  in.refund_ref = lent(operation.refund_ref);
  in.refund_key = lent(operation.refund_key);
  in.started_at_us = operation.started_at.us;
  in.cursor = lent(operation.cursor);
  in.from_us = operation.from.us;
  in.until_us = operation.until.us;
  in.return_url = lent(operation.return_url);
  in.answer = lent(answer);
  return in;
}

// ---- What comes out

Value value_of(const florin_value& said) {
  Value value;
  if (said.terms == nullptr || said.count == 0) {
    value.text = copied(said.text);
    return value;
  }
  if (said.count > 64) refuse_answer("a value of more than 64 terms");
  for (std::uint64_t i = 0; i < said.count; ++i)
    value.terms.push_back({said.terms[i].code, said.terms[i].number, copied(said.terms[i].text)});
  return value;
}

/// Printable and without blanks, so that it cannot break out of its line.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

PlannedRequest request_of(const florin_request* said, const Manifest& manifest) {
  if (!inside(said)) refuse_answer("a step that sends no request");
  PlannedRequest request;
  request.effect = said->effect <= FLORIN_READ ? static_cast<RequestEffect>(said->effect) : RequestEffect::once;
  request.may_move_money = request.effect != RequestEffect::read && (said->flags & FLORIN_NO_MONEY) == 0;
  request.endpoint = copied(said->endpoint);
  request.method = copied(said->method);
  request.path = copied(said->path);
  if (!manifest.endpoints.contains(request.endpoint))
    refuse_answer("a request to an endpoint that is not in its manifest: '" + request.endpoint.substr(0, 64) + "'");
  if (request.method.empty() || !is_plain(request.method)) refuse_answer("a request without a method");
  if (!request.path.starts_with('/') || !is_plain(request.path))
    refuse_answer("a request whose path does not begin with / or has blanks or line ends in it");
  if (said->headers.count > most_headers) refuse_answer("more than 64 headers");
  for_each<florin_header>(said->headers, [&](const florin_header& header) {
    const std::string name = copied(header.name);
    if (name.empty() || !is_plain(name) || name.find(':') != std::string::npos)
      refuse_answer("a header without a name");
    if (gate::is_for_the_host_alone(name))
      refuse_answer("the header '" + name +
                    "', which the host sets: it says where a request goes, or how it is framed");
    request.headers.emplace_back(name, value_of(header.value));
  });
  request.body = value_of(said->body);
  return request;
}

/// What the customer must do, as JSON for who shows it.
std::string action_of(const florin_action& said) {
  boost::json::object action;
  static constexpr const char* kinds[] = {"wait", "redirect", "display", "enter", "post"};
  action["kind"] = kinds[said.kind <= FLORIN_POST ? said.kind : FLORIN_WAIT];
  if (said.url.len != 0)
    action["url"] = gate::address(said.url, "an address for the customer", said.kind == FLORIN_DISPLAY);
  boost::json::object fields;
  for_each<florin_pair>(said.fields, [&](const florin_pair& field) {
    fields[gate::word(field.name, "the name of a field")] =
        said.kind == FLORIN_POST ? gate::unchanged(field.value, "the value of a field") : gate::foreign(field.value);
  });
  if (!fields.empty()) action["fields"] = fields;
  if (said.expires_at_us > 0) action["expires_at"] = Instant{said.expires_at_us}.text();
  return boost::json::serialize(action);
}

AttemptState state_of(std::uint32_t said) {
  switch (said) {
    case FLORIN_NOT_SENT: return AttemptState::not_sent;
    case FLORIN_DECLINED:
    case FLORIN_REVERSED:
    case FLORIN_REFUND_FAILED: return AttemptState::declined;
    case FLORIN_PENDING: return AttemptState::pending;
    case FLORIN_NEEDS_ACTION: return AttemptState::needs_action;
    case FLORIN_AUTHORISED: return AttemptState::authorised;
    case FLORIN_CAPTURED:
    case FLORIN_PARTLY_CAPTURED:
    case FLORIN_REFUNDED:
    case FLORIN_SAVED: return AttemptState::captured;
    case FLORIN_VOIDED: return AttemptState::voided;
    case FLORIN_EXPIRED: return AttemptState::expired;
    default: return AttemptState::unknown;
  }
}

enum class About : std::uint8_t { payment, refund, method };

About about_of(const Operation& operation) {
  if (operation.kind == OperationKind::save_method || operation.of_method) return About::method;
  return operation.kind == OperationKind::refund || operation.of_refund ? About::refund : About::payment;
}

/// A word on a payment is no word on a refund, and the other way round: what does not fit is not known.
bool fits(std::uint32_t state, About about) {
  if (state == FLORIN_REFUNDED || state == FLORIN_REFUND_FAILED) return about == About::refund;
  if (state == FLORIN_CAPTURED || state == FLORIN_PARTLY_CAPTURED || state == FLORIN_AUTHORISED ||
      state == FLORIN_REVERSED)
    return about == About::payment;
  if (state == FLORIN_SAVED) return about == About::method;
  return true;
}

/// Between 0 and what was paid. Of another currency than the payment's it can only be bounded.
bool is_fee(const Money& fee, const Money& paid) {
  if (!fee.currency()) return true;
  const std::int64_t most = fee.currency() == paid.currency() ? paid.minor() : gate::most_units;
  return 0 <= fee.minor() && fee.minor() <= most;
}

ProviderReport said_of(const florin_outcome* answer, About about) {
  const auto outcome = inside(answer);
  if (!outcome) refuse_answer("a step that is done and says no outcome");
  ProviderReport said;
  said.state = fits(outcome->state, about) ? state_of(outcome->state) : AttemptState::unknown;
  said.in_part = said.state == AttemptState::captured && outcome->state == FLORIN_PARTLY_CAPTURED;
  said.amount = copied(outcome->amount);
  said.ref = gate::word(outcome->ref, "a reference of the provider's");
  said.raw = gate::foreign(outcome->raw);
  if (said.state == AttemptState::declined) said.decline = DeclineKind::soft;
  if (const auto reason = inside(outcome->reason)) {
    if (said.state == AttemptState::declined || said.state == AttemptState::not_sent)
      said.decline = reason->kind <= FLORIN_THROTTLED ? static_cast<DeclineKind>(reason->kind + 1) : DeclineKind::soft;
    said.decline_code = gate::foreign(reason->code, gate::longest_word);
    said.text = gate::foreign(reason->text);
  }
  if (const auto action = inside(outcome->action)) said.action = action_of(*action);
  const bool names_method = about == About::method || (about == About::payment && outcome->state == FLORIN_CAPTURED);
  if (const auto saved = inside(outcome->saved); saved && names_method) {
    said.token = gate::word(saved->token, "a token");
    said.brand = gate::word(saved->brand, "a brand");
    said.masked = gate::word(saved->masked, "what may be shown of a method");
  }
  said.ask_after = {std::max<std::int64_t>(outcome->poll_after_us, 0)};
  if (said.state == AttemptState::captured && about == About::payment) {
    said.fee = copied(outcome->fee);
    said.settlement = gate::word(outcome->settlement, "the id of a payout");
    if (!is_fee(said.fee, said.amount)) {
      // The money came all the same: it is booked, what cannot be a fee is not.
      said.text = "the plugin reports a fee of " + said.fee.text() +
                  ", which is not recorded: it is below 0 or above " + "what was paid";
      said.fee = {};
    }
  }
  return said;
}

/// Whether a reply has JSON that could not be read: cut, over the limits, or with a key twice.
bool is_broken_json(const ProviderReply& reply) {
  const std::size_t begins = reply.body.find_first_not_of(" \t\r\n");
  return reply.json.empty() && begins != std::string::npos && (reply.body[begins] == '{' || reply.body[begins] == '[');
}

/// Why what ends a pull is no page of the provider's records; empty: it is one. A page says no outcome of its own, and
/// an answer that failed or cannot be read is none, whatever the plugin makes of it: records that are missing would
/// read as payments that the provider never had.
std::string why_no_page(const std::optional<florin_outcome>& outcome, const std::vector<ProviderReply>& replies) {
  if (outcome && (outcome->state != FLORIN_UNKNOWN || outcome->raw.len != 0 || outcome->reason != nullptr)) {
    std::string why = gate::foreign(outcome->raw);
    if (const auto reason = inside(outcome->reason))
      for (const std::string& word : {gate::foreign(reason->code), gate::foreign(reason->text)})
        if (!word.empty()) why += (why.empty() ? "" : ", ") + word;
    return why.empty() ? "the plugin reports no page of records" : why;
  }
  for (const ProviderReply& reply : replies) {
    if (reply.status < 200 || reply.status > 299) return "http " + std::to_string(reply.status);
    if (is_broken_json(reply))
      return "the answer is cut, too large or not JSON (http " + std::to_string(reply.status) + ")";
  }
  return {};
}

/// None for what the interface does not know.
std::optional<WebhookClaim> claim_of(const florin_claim& said) {
  if (said.about < FLORIN_ABOUT_PAYMENT || said.about > FLORIN_ABOUT_RECEIPT) return std::nullopt;
  WebhookClaim claim;
  claim.of_refund = said.about == FLORIN_ABOUT_REFUND;
  claim.of_method = said.about == FLORIN_ABOUT_METHOD;
  claim.of_receipt = said.about == FLORIN_ABOUT_RECEIPT;
  if (said.about == FLORIN_ABOUT_DISPUTE) {
    if (said.dispute < FLORIN_DISPUTE_WARNING || said.dispute > FLORIN_DISPUTE_CLOSED) return std::nullopt;
    claim.dispute = static_cast<DisputeState>(said.dispute - 1);
  }
  claim.event = gate::word(said.id, "the id of an event");
  claim.type = gate::foreign(said.type, gate::longest_word);
  claim.payment_key = gate::foreign(said.payment_key, gate::longest_word);
  claim.refund_key = gate::foreign(said.refund_key, gate::longest_word);
  claim.payment_ref = gate::word(said.payment_ref, "a reference of the provider's");
  claim.said = said_of(said.outcome, claim.of_refund   ? About::refund
                                     : claim.of_method ? About::method
                                                       : About::payment);
  gate::amount(claim.said.amount.minor(), "an amount");
  claim.reversed = said.about == FLORIN_ABOUT_PAYMENT && inside(said.outcome)->state == FLORIN_REVERSED;
  claim.gone = claim.of_method && inside(said.outcome)->state == FLORIN_VOIDED;
  claim.happened_at = {said.outcome->happened_at_us};
  return claim;
}

CredentialPlan credential_of(const florin_credential& said, const Manifest& manifest) {
  CredentialPlan plan{.name = gate::word(said.name, "the name of a credential"),
                      .request = request_of(said.request, manifest),
                      .token = gate::word(said.token, "a JSON pointer"),
                      .lifetime = gate::word(said.lifetime, "a JSON pointer")};
  if (!manifest.credentials.contains(plan.name))
    refuse_answer("a credential '" + plan.name + "' that is not among its manifest's `credentials`");
  const auto names_one = [&](const Value& value) {
    return std::ranges::any_of(value.terms, [&](const Term& term) {
      return term.code == FLORIN_SECRET && manifest.credentials.contains(term.text);
    });
  };
  if (names_one(plan.request.body) ||
      std::ranges::any_of(plan.request.headers, [&](const auto& header) { return names_one(header.second); }))
    refuse_answer("a credential '" + plan.name + "' that is obtained by means of a credential");
  if (plan.request.effect != RequestEffect::read)
    refuse_answer("a credential '" + plan.name + "' whose request is not FLORIN_READ");
  if (!plan.token.starts_with('/')) refuse_answer("a credential '" + plan.name + "' without a pointer to its token");
  return plan;
}

ProcessorFacts facts_of(const florin_capabilities& said, const florin_processor_1& table, const Manifest& manifest) {
  ProcessorFacts facts;
  const auto texts = [](const florin_list& list) {
    std::vector<std::string> all;
    for_each<florin_text>(list, [&](const florin_text& text) { all.push_back(gate::word(text, "a code")); });
    return all;
  };
  for_each<florin_offer>(said.offers, [&](const florin_offer& offer) {
    facts.offers.push_back(
        {gate::word(offer.method, "a method"), texts(offer.currencies), texts(offer.regions), offer.operations});
    for (std::uint32_t kind = FLORIN_CHARGE; kind <= FLORIN_CONFIRM; ++kind)
      if ((offer.operations >> kind & 1) != 0 && slot_of(table, static_cast<OperationKind>(kind)) == nullptr)
        throw PluginFault("lacks_interface", "declares an operation that it does not have");
    if ((offer.operations >> FLORIN_CHARGE & 1) != 0 && (offer.operations >> FLORIN_STATUS & 1) == 0)
      throw PluginFault("lacks_interface", "charges without status, which finds a payment by our key");
  });
  for_each<florin_credential>(said.credentials, [&](const florin_credential& credential) {
    facts.credentials.push_back(credential_of(credential, manifest));
  });
  for (const auto& [name, endpoint] : manifest.credentials)
    if (std::ranges::find(facts.credentials, name, &CredentialPlan::name) == facts.credentials.end())
      throw PluginFault("bad_answer", "describes no request that obtains the credential '" + name + "'");
  facts.signed_webhooks = (said.flags & FLORIN_SIGNED_WEBHOOKS) != 0;
  facts.takes_webhooks = table.webhook != nullptr;
  facts.key_window = {std::max<std::int64_t>(said.key_window_us, 0)};
  facts.look_up_lag = {std::max<std::int64_t>(said.look_up_lag_us, 0)};
  return facts;
}

// ---- Checks of a webhook

/// Of one secret, while it is being changed.
constexpr std::size_t most_active_secrets = 4;
/// Signatures of one webhook. A provider sends one, and two while a secret is being changed.
constexpr std::uint32_t most_checks = 8;
constexpr std::size_t most_webhook_headers = 128, most_webhook_header_bytes = 64 << 10, longest_query = 16 << 10;

/// No term of a program throws away what another one made, so a secret that is in it is part of its result.
bool has_secret(const florin_value& made) {
  if (made.terms == nullptr || made.count > 64) return false;
  return std::any_of(made.terms, made.terms + made.count,
                     [](const florin_term& term) { return term.code == FLORIN_SECRET; });
}

/// Whether what was signed is from about now; what is not timed always is.
bool in_time(const florin_check& check, Instant received) {
  if (check.at_us == 0 && check.within_us == 0) return true;
  const auto now = static_cast<std::uint64_t>(received.us), at = static_cast<std::uint64_t>(check.at_us);
  const std::uint64_t apart = received.us > check.at_us ? now - at : at - now;
  return check.within_us >= 0 && apart <= static_cast<std::uint64_t>(check.within_us);
}

/// Whether it is a signature by the provider, with any of the keys that the operator gave.
/// Errors: secret_missing, bad_key, bad_program.
Result<bool> is_by_key(const florin_check& check, const FinishWith& with) {
  const std::string name = gate::word(check.key, "the name of a key"), given = copied(check.given);
  if (!with.manifest.secrets.contains(name))
    refuse_answer("a check of a signature by the key '" + name + "', which is not among its manifest's `secrets`");
  if (check.scheme < FLORIN_RSA_SHA256 || check.scheme > FLORIN_ED25519)
    refuse_answer("a check of a signature by scheme " + std::to_string(check.scheme) +
                  ", which this host does not know; FLORIN_RSA_SHA256 is one");
  const std::vector<std::string> keys = with.secrets(name);
  if (keys.empty() || keys.front().empty())
    return Error{.code = "secret_missing",
                 .message = "secret '" + name + "' is not given; name it under the processor's secrets: it is the " +
                            "provider's public key"};
  const auto message = finish(value_of(check.made), with);
  if (!message) return message.error();
  bool one = false;
  for (std::size_t i = 0; i < std::min(keys.size(), most_active_secrets); ++i) {
    auto by = is_signed(check.scheme, keys[i], *message, given);
    if (!by) return Error{.code = "bad_key", .message = "secret '" + name + "': " + by.error().message};
    one = one || *by;
  }
  return one && !message->empty();
}

/// Whether one check holds, with any of the active secrets. Errors: secret_missing, bad_program, bad_key.
Result<bool> holds(const florin_check& check, const FinishWith& with) {
  if (check.kind == FLORIN_SIGNED) {
    auto one = is_by_key(check, with);
    return one && !in_time(check, with.now) ? Result<bool>(false) : one;
  }
  if (check.kind != FLORIN_EQUAL) return false;
  if (!has_secret(check.made))
    refuse_answer("a check without a secret, which proves nothing: anybody could make what it compares");
  if (!in_time(check, with.now)) return false;
  const Value value = value_of(check.made);
  const std::string given = copied(check.given);
  bool same = false;
  std::string before;
  for (FinishWith turn = with; turn.turn < most_active_secrets; ++turn.turn) {
    auto made = finish(value, turn);
    if (!made) return made.error();
    if (turn.turn > 0 && *made == before) break;  // there are no more secrets
    same = same || (!made->empty() && same_in_constant_time(*made, given));
    before = *std::move(made);
  }
  return same;
}

/// What the provider has to be asked, and what proves a message by its answer.
struct ToAsk {
  PlannedRequest request;
  std::string pointer, given;
  friend bool operator==(const ToAsk&, const ToAsk&) = default;
};

ToAsk to_ask(const florin_check& check, const Manifest& manifest) {
  ToAsk ask{request_of(check.request, manifest), gate::word(check.pointer, "a JSON pointer"), copied(check.given)};
  if (ask.request.effect != RequestEffect::read)
    refuse_answer("a check that asks by a request that is not FLORIN_READ");
  if (!ask.pointer.starts_with('/') || ask.given.empty())
    refuse_answer("a check that asks and does not say what proves the message");
  return ask;
}

/// How far the checks of a message hold.
struct Held {
  bool all = false;          ///< every group holds, but for those that have to be asked about
  std::vector<ToAsk> asked;  ///< of groups that hold by nothing else
};

/// Whether every group has a check that holds. More checks than any provider sends are none.
Result<Held> all_hold(const florin_list& checks, const FinishWith& with) {
  if (checks.count > most_checks) return Held{};
  std::map<std::uint32_t, bool> groups;
  std::map<std::uint32_t, ToAsk> asks;
  std::optional<Error> error;
  for_each<florin_check>(checks, [&](const florin_check& check) {
    groups.try_emplace(check.group, false);
    if (check.kind == FLORIN_ASKED) {
      asks.try_emplace(check.group, to_ask(check, with.manifest));
      return;
    }
    const auto one = holds(check, with);
    if (!one)
      error = one.error();
    else
      groups[check.group] = groups[check.group] || *one;
  });
  if (error) return *error;
  Held held{.all = true, .asked = {}};
  for (const auto& [group, holds_so] : groups) {
    if (holds_so) continue;
    if (asks.contains(group))
      held.asked.push_back(asks.at(group));
    else
      held.all = false;
  }
  return held;
}

/// Whether the provider itself says so.
Result<bool> confirmed(const std::vector<ToAsk>& asked, const ProcessorPlugin::Asks& asks) {
  for (const ToAsk& one : asked) {
    if (!asks) return false;
    const auto reply = asks(one.request);
    if (!reply) return reply.error();
    // Not asked well, or not now: the message comes again. A clear no is its own answer.
    if (reply->status < 200 || reply->status > 299)
      return Error{
          .code = "provider_not_reached",
          .message = "the provider was asked whether the webhook is its own: http " + std::to_string(reply->status)};
    const florin_list values = reply->json.list();
    std::optional<std::string> said;
    for (std::uint32_t i = 0; i < values.count && !said; ++i) {
      const auto& value = static_cast<const florin_json*>(values.at)[i];
      if (value.kind == FLORIN_JSON_STRING && copied(value.pointer) == one.pointer) said = copied(value.text);
    }
    if (!said)
      return Error{.code = "provider_not_reached",
                   .message = "the provider was asked whether the webhook is its own, and its answer does not say"};
    if (*said != one.given) return false;
  }
  return true;
}

constexpr std::size_t longest_answer = 4096;

WebhookAnswer answer_of(const florin_webhook_answer& said) {
  if (said.status < 200 || said.status > 299)
    refuse_answer("a status of " + std::to_string(said.status) +
                  " to a webhook that it takes; 200 to 299 would be one");
  if (said.body.len > longest_answer) refuse_answer("more than 4096 bytes to a webhook");
  WebhookAnswer answer{said.status, "text/plain; charset=utf-8", gate::sentence(said.body, "an answer to a webhook")};
  if (said.content_type.len != 0) answer.content_type = gate::word(said.content_type, "a content type");
  return answer;
}

bool too_many(const std::vector<std::pair<std::string, std::string>>& headers) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers) bytes += name.size() + value.size();
  return headers.size() > most_webhook_headers || bytes > most_webhook_header_bytes;
}

}  // namespace

ProviderReply::ProviderReply(int its_status, Pairs its_headers, std::string its_body, Instant at)
    : status(its_status), headers(std::move(its_headers)), body(std::move(its_body)), received_at(at), json(body) {
  for (auto& [name, value] : headers) name = lower(std::move(name));
}

bool ProcessorFacts::offers_it(OperationKind kind, std::string_view method, Currency currency) const {
  return std::any_of(offers.begin(), offers.end(), [&](const ProcessorOffer& offer) {
    const auto& currencies = offer.currencies;
    return (method.empty() || offer.method == method) && (offer.operations >> static_cast<unsigned>(kind) & 1) != 0 &&
           (!currency || currencies.empty() ||
            std::find(currencies.begin(), currencies.end(), currency.code()) != currencies.end());
  });
}

const Manifest& ProcessorPlugin::manifest() const { return instance_->manifest; }

Result<ProcessorPlugin> ProcessorPlugin::of(std::shared_ptr<const PluginInstance> instance) {
  const auto table = grown(static_cast<const florin_processor_1*>(instance->table));
  try {
    if (!table || table->describe == nullptr)
      throw PluginFault("lacks_interface", "offers florin.processor/1 without describe");
    ProcessorFacts facts =
        facts_of(ask("describe", [&](florin_arena* arena) { return table->describe(instance->plugin, arena); }), *table,
                 instance->manifest);
    return ProcessorPlugin(std::move(instance), *table, std::move(facts));
  } catch (const PluginFault& fault) {
    return fault.error(instance->manifest);
  }
}

Result<ProcessorStep> ProcessorPlugin::step(const Operation& operation,
                                            const std::vector<ProviderReply>& replies) const {
  if (!facts_.offers_it(operation.kind, operation.method, operation.amount.currency()))
    return Error{.code = "not_offered",
                 .message = "plugin '" + manifest().id + "' does not declare this operation for method '" +
                            operation.method + "' and " + operation.amount.text()};
  const std::vector<florin_pair> details = lent_pairs(operation.details), person = lent_pairs(operation.person),
                                 answer = lent_pairs(operation.answer);
  florin_operation in = lent_operation(operation, details, person, answer);
  florin_browser browser{};
  if (operation.browser && manifest().browser) {
    browser = lent_browser(*operation.browser);
    in.browser = &browser;
  }
  std::vector<std::vector<florin_pair>> headers;
  std::vector<florin_reply> lent_replies;
  for (const ProviderReply& reply : replies) {
    headers.push_back(lent_pairs(reply.headers));
    lent_replies.push_back({sizeof(florin_reply), static_cast<std::uint32_t>(reply.status), lent(headers.back()),
                            lent(reply.body), reply.json.list(), reply.received_at.us});
  }
  const florin_replies in_replies{sizeof in_replies, 0, lent(lent_replies)};
  try {
    florin_operate* operate = slot_of(table_, operation.kind);
    const auto& said =
        ask("an operation", [&](florin_arena* arena) { return operate(instance_->plugin, &in, &in_replies, arena); });
    ProcessorStep step;
    if (said.kind == FLORIN_SEND) {
      step.send = request_of(said.request, manifest());
    } else if (said.kind == FLORIN_DONE) {
      step.done = said_of(said.outcome, about_of(operation));
      for_each<florin_claim>(said.claims, [&](const florin_claim& claim) {
        auto one = claim_of(claim);
        if (!one) return;
        one->proven = true;  // the provider's own answer
        step.page.push_back(*std::move(one));
      });
      step.cursor = gate::sentence(said.cursor, "a cursor");
      if (operation.kind == OperationKind::pull) step.no_page = why_no_page(inside(said.outcome), replies);
      const bool looks = operation.kind == OperationKind::status || operation.kind == OperationKind::cancel;
      step.done->absent = looks && inside(said.outcome)->state == FLORIN_ABSENT;
    } else {
      refuse_answer("a step that neither sends nor is done");
    }
    return step;
  } catch (const PluginFault& fault) {
    return fault.error(manifest());
  }
}

Result<Heard> ProcessorPlugin::webhook(const WebhookMessage& message, const Secrets& secrets, const Asks& asks) const {
  if (!facts_.takes_webhooks)
    return Error{.code = "no_webhooks", .message = "plugin '" + manifest().id + "' takes no webhooks"};
  if (too_many(message.headers))
    return Error{.code = "webhook_too_long", .message = "a webhook has at most 128 headers, of 64 KiB together"};
  if (message.query.size() > longest_query)
    return Error{.code = "webhook_too_long", .message = "the query of a webhook is at most 16 KiB"};
  Pairs lower_case;
  for (const auto& [name, value] : message.headers) lower_case.emplace_back(lower(name), value);
  const std::vector<florin_pair> headers = lent_pairs(lower_case);
  florin_webhook in{
      sizeof in,          0, lent(message.body), {}, lent(headers), message.received_at.us, lent(message.method),
      lent(message.query)};
  const auto hear = [&] {
    return ask("webhook", [&](florin_arena* arena) { return table_.webhook(instance_->plugin, &in, arena); });
  };
  const Error unproven{.code = "bad_signature",
                       .message = "the webhook's signature is missing, wrong or too old; nothing was done"};
  const auto held = [&](const florin_claims& said) -> Result<Held> {
    auto hold =
        all_hold(said.checks, {.manifest = manifest(), .secrets = secrets, .now = message.received_at, .endpoint = {}});
    if (!hold) return hold.error();
    if (!hold->all || (said.checks.count == 0 && facts_.signed_webhooks)) return unproven;
    return hold;
  };
  try {
    // First by its bytes and headers alone: what nobody has signed is not read.
    const auto first = held(hear());
    if (!first) return first.error();
    const auto own = confirmed(first->asked, asks);
    if (!own) return own.error();
    if (!*own) return unproven;
    const JsonTable json(message.body);
    in.json = json.list();
    const florin_claims said = hear();
    const auto second = held(said);
    if (!second) return second.error();
    if (second->asked != first->asked) return unproven;  // what was confirmed is not what it rests on now
    Heard heard;
    for_each<florin_claim>(said.claims, [&](const florin_claim& claim) {
      auto one = claim_of(claim);
      if (!one) return;
      one->proven = said.checks.count > 0;
      heard.claims.push_back(*std::move(one));
    });
    if (const auto answer = inside(said.answer)) heard.answer = answer_of(*answer);
    return heard;
  } catch (const PluginFault& fault) {
    return fault.error(manifest());
  }
}

}  // namespace florin
