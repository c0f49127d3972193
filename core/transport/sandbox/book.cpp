#include "transport/sandbox/book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <tuple>

namespace florin {

namespace {

namespace json = boost::json;

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || at != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// 90s, 15m, 1h, 2d
std::optional<Duration> length_of(std::string_view text) {
  if (text.size() < 2 || text.size() > 8) return std::nullopt;
  const auto count = number_of(text.substr(0, text.size() - 1));
  if (!count) return std::nullopt;
  switch (text.back()) {
    case 's': return seconds(*count);
    case 'm': return minutes(*count);
    case 'h': return hours(*count);
    case 'd': return hours(24 * *count);
    default: return std::nullopt;
  }
}

bool take(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}

bool take_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

json::object object_in(const std::string& body) {
  json::error_code ec;
  const json::value value = json::parse(body, ec);
  return !ec && value.is_object() ? value.get_object() : json::object();
}

std::string text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : -1;
}

WireReply answered(int status, std::string body) {
  return {.arrived = Arrival::answered,
          .status = status,
          .headers = {{"content-type", "application/json"}},
          .body = std::move(body)};
}

WireReply refused(int status, std::string_view code, std::string_view message) {
  return answered(status, json::serialize(json::object{{"code", code}, {"message", message}}));
}

std::string words_of(std::string_view code) {
  if (code == "insufficient_funds") return "The account does not have enough money.";
  if (code == "processing_error") return "The bank could not be reached.";
  if (code == "expired_card") return "The card has expired.";
  if (code == "lost_card") return "The card was reported lost.";
  return "The bank declined and gave no reason.";
}

std::vector<SandboxMove> in_order(std::vector<SandboxMove> moves) {
  std::sort(moves.begin(), moves.end(),
            [](const SandboxMove& a, const SandboxMove& b) { return std::tie(a.at, a.key) < std::tie(b.at, b.key); });
  return moves;
}

}  // namespace

std::optional<SandboxBehaviour> SandboxBehaviour::of(std::string_view token) {
  SandboxBehaviour how;
  const std::string_view whole = token;
  if (whole == "ok") return how;
  if (take(token, "ok_keeps_")) {
    // The fee that it tells, and what its books say later.
    const auto slash = token.find("_booked_");
    how.fee = number_of(token.substr(0, slash));
    how.booked_fee = slash == std::string_view::npos ? how.fee : number_of(token.substr(slash + 8));
    return how.fee && how.booked_fee ? std::optional(how) : std::nullopt;
  }
  if (whole == "ok_not_booked") return how.booked = 0, how;
  if (whole == "ok_booked_twice") return how.booked = 2, how;
  if (whole == "ok_booked_late") return how.booked_after = hours(24), how;
  if (whole == "ok_books_down") return how.books_are_down = true, how;
  if (whole == "declined_soft") return how.decline = "insufficient_funds", how;
  if (whole == "declined_hard") return how.decline = "lost_card", how;
  if (whole == "declined_technical") return how.decline = "processing_error", how;
  if (whole == "declined_data") return how.decline = "expired_card", how;
  if (whole == "unreachable") return how.unreachable = true, how;
  if (whole == "lost_before") return how.lost_before = true, how;
  if (whole == "lost_after") return how.lost_after = true, how;
  if (whole == "needs_action") return how.needs_action = true, how.can_be_cancelled = true, how;
  if (take(token, "posts_after_")) {
    const auto length = length_of(token);
    if (!length) return std::nullopt;
    return how.needs_action = true, how.posts = true, how.pending = *length, how;
  }
  if (take(token, "acts_after_")) {
    how.can_be_cancelled = take_end(token, "_unless_cancelled");
    const auto length = length_of(token);
    if (!length) return std::nullopt;
    return how.needs_action = true, how.pending = *length, how;
  }
  if (take(token, "only_")) return how.at_most = number_of(token), how.at_most > 0 ? std::optional(how) : std::nullopt;
  if (whole == "wrong_amount") return how.wrong_amount = true, how;
  if (whole == "refund_declined") return how.refund_declined = true, how;
  if (whole == "refund_lost_after") return how.refund_lost_after = true, how;
  if (take(token, "webhook_")) {
    how.pending = minutes(1);
    if (token == "late") return how.webhook_after = hours(2), how;
    if (token == "twice") return how.webhooks = 2, how;
    if (token == "never") return how.webhooks = 0, how;
    return std::nullopt;
  }
  if (take(token, "pending_")) {
    if (take_end(token, "_then_declined")) how.decline = "insufficient_funds";
    const auto length = length_of(token);
    if (!length) return std::nullopt;
    return how.pending = *length, how;
  }
  if (take(token, "ok_then_declined_after_")) {
    how.declines_after = number_of(token);
    if (!how.declines_after) return std::nullopt;
    return how;
  }
  return std::nullopt;
}

// ---- What a request does

WireReply SandboxBook::act(const std::string& path, const std::string& key, const std::string& body, Instant now) {
  if (path == "/charges") return charge(key, body, now);
  if (path == "/refunds") return refund(key, body, now);
  if (path == "/methods") return save_method(key, body, now);
  std::string_view rest = path;
  if (take(rest, "/charges/")) {
    const auto slash = rest.find('/');
    const auto id = keys_.find(std::string(rest.substr(0, slash)));
    const auto found = id == keys_.end() ? charges_.end() : charges_.find(id->second);
    if (found != charges_.end() && slash != std::string_view::npos)
      return act_on(found->second, rest.substr(slash + 1), now);
  }
  return refused(404, "not_found", "There is nothing at this path.");
}

WireReply SandboxBook::charge(const std::string& key, const std::string& body, Instant now) {
  if (key.empty()) return refused(400, "no_key", "A charge needs an Idempotency-Key.");
  if (const auto made = charges_.find(key); made != charges_.end()) {
    if (made->second.body != body) return refused(409, "key_reused", "This key was used with another body.");
    return reply_of(made->second, now);
  }
  const json::object asked = object_in(body);
  const std::string token = text_in(asked, "token");
  const auto how = SandboxBehaviour::of(token);
  if (!how) return refused(400, "unknown_token", "The sandbox does not know this token.");
  Charge made{.key = key,
              .id = fmt::format("ch_{}", charges_.size() + 1),
              .body = body,
              .how = *how,
              .minor = number_in(asked, "amount"),
              .currency = text_in(asked, "currency"),
              .exponent = number_in(asked, "exponent"),
              .made_at = now,
              .ends_at = now + how->pending,
              .ending = Ending::captured};
  if (made.minor <= 0 || made.currency.size() != 3 || made.exponent < 0)
    return refused(400, "bad_amount", "A charge needs amount, currency and exponent.");
  if (how->at_most && *how->at_most < made.minor) {
    made.in_part = true;
    made.minor = *how->at_most;
  }
  const std::int64_t before = made_[text_in(asked, "customer") + '\n' + token]++;
  if (how->declines_after && before >= *how->declines_after) made.how.decline = "insufficient_funds";
  if (!made.how.decline.empty()) made.ending = Ending::declined;
  if (how->needs_action && how->pending.us == 0) made.ends_at.reset();
  announce(made);
  keys_.emplace(made.id, key);
  return reply_of(charges_.emplace(key, std::move(made)).first->second, now);
}

WireReply SandboxBook::refund(const std::string& key, const std::string& body, Instant now) {
  if (key.empty()) return refused(400, "no_key", "A refund needs an Idempotency-Key.");
  if (const auto made = refunds_.find(key); made != refunds_.end()) {
    if (made->second.body != body) return refused(409, "key_reused", "This key was used with another body.");
    return reply_of(made->second);
  }
  const Charge* of = charge_of_refund(body);
  if (of == nullptr || status_of(*of, now) != "captured")
    return refused(400, "not_captured", "There is no captured charge to give back from.");
  const json::object asked = object_in(body);
  std::int64_t left = of->minor;
  for (const auto& [other_key, other] : refunds_)
    if (other.charge_key == of->key && !other.failed) left -= other.minor;
  const std::int64_t minor = number_in(asked, "amount");
  if (minor <= 0 || minor > left || text_in(asked, "currency") != of->currency)
    return refused(400, "bad_amount", "A refund is at most what is left of the charge, in its currency.");
  Refund made{.key = key,
              .id = fmt::format("re_{}", refunds_.size() + 1),
              .body = body,
              .charge_key = of->key,
              .minor = minor,
              .at = now,
              .failed = of->how.refund_declined};
  for (int i = 0; i < of->how.webhooks; ++i)
    events_.emplace(now + of->how.webhook_after + minutes(i), Event{key, About::refund});
  keys_.emplace(made.id, key);
  return reply_of(refunds_.emplace(key, std::move(made)).first->second);
}

/// Its customer does what is asked of them a minute later.
WireReply SandboxBook::save_method(const std::string& key, const std::string& body, Instant now) {
  if (key.empty()) return refused(400, "no_key", "Saving a method needs an Idempotency-Key.");
  if (const auto made = methods_.find(key); made != methods_.end()) {
    if (made->second.body != body) return refused(409, "key_reused", "This key was used with another body.");
    return answered(200, object_of(made->second, now));
  }
  Method made{.key = key, .id = fmt::format("me_{}", methods_.size() + 1), .body = body, .saved_at = now + minutes(1)};
  events_.emplace(made.saved_at + seconds(2), Event{key, About::method});
  keys_.emplace(made.id, key);
  return answered(200, object_of(methods_.emplace(key, std::move(made)).first->second, now));
}

WireReply SandboxBook::act_on(Charge& charge, std::string_view verb, Instant now) {
  const bool over = charge.ends_at && *charge.ends_at <= now;
  if (verb == "cancel") {
    if (!over && charge.how.can_be_cancelled) {
      withdraw(charge.key);
      charge.ends_at = now;
      charge.ending = Ending::voided;
      announce(charge);
    }
    return reply_of(charge, now);
  }
  return refused(404, "not_found", "A charge can be cancelled.");
}

void SandboxBook::announce(const Charge& charge) {
  if (!charge.ends_at) return;
  for (int i = 0; i < charge.how.webhooks; ++i)
    events_.emplace(*charge.ends_at + charge.how.webhook_after + minutes(i), Event{charge.key, About::charge});
}

void SandboxBook::withdraw(const std::string& charge_key) {
  std::erase_if(events_, [&](const auto& entry) {
    return entry.second.about == About::charge && entry.second.key == charge_key;
  });
}

// ---- What can be asked

WireReply SandboxBook::look_up(std::string_view path, Instant now) const {
  if (take(path, "/books?")) return books(path, now);
  if (path.starts_with("/methods")) {
    std::string key(take(path, "/methods?key=") ? path : std::string_view());
    if (take(path, "/methods/"))
      if (const auto id = keys_.find(std::string(path)); id != keys_.end()) key = id->second;
    const auto found = methods_.find(key);
    if (found == methods_.end()) return refused(404, "not_found", "The sandbox knows no such key or id.");
    return answered(200, object_of(found->second, now));
  }
  const bool of_refund = path.starts_with("/refunds");
  std::string key;
  if (take(path, of_refund ? "/refunds?key=" : "/charges?key=")) {
    key = path;
  } else if (take(path, of_refund ? "/refunds/" : "/charges/")) {
    const auto id = keys_.find(std::string(path));
    if (id != keys_.end()) key = id->second;
  }
  if (of_refund) {
    if (const auto found = refunds_.find(key); found != refunds_.end()) return reply_of(found->second);
  } else if (const auto found = charges_.find(key); found != charges_.end()) {
    WireReply reply = reply_of(found->second, now);
    reply.status = 200;
    return reply;
  }
  return refused(404, "not_found", "The sandbox knows no such key or id.");
}

/// What was made in the time that `span` names, as it stands now, a page of it: `next` is where the next one goes on.
WireReply SandboxBook::books(std::string_view span, Instant now) const {
  constexpr std::size_t page = 500;
  const auto word = [&span](std::string_view name) {
    const auto at = span.find(name);
    if (at == std::string_view::npos) return std::string_view();
    const std::string_view value = span.substr(at + name.size());
    return value.substr(0, value.find('&'));
  };
  const auto from = number_of(word("from_us=")), until = number_of(word("until_us="));
  const auto after = word("after=").empty() ? std::optional<std::int64_t>(0) : number_of(word("after="));
  if (!from || !until || !after)
    return refused(400, "bad_time", "Books are asked for as from_us and until_us, and after so many of them.");
  for (const auto& [key, charge] : charges_)
    if (charge.how.books_are_down && now < charge.made_at + hours(24)) return answered(502, "<html>Bad gateway</html>");
  std::int64_t so_far = 0;
  bool more = false;
  const auto inside = [&](Instant at) {
    if (at.us < *from || *until <= at.us || ++so_far <= *after) return false;
    more = so_far > *after + static_cast<std::int64_t>(page);
    return !more;
  };
  json::array items;
  for (const auto& [key, charge] : charges_)
    if (!more && charge.made_at + charge.how.booked_after <= now && inside(charge.made_at)) {
      json::object item = object_in(object_of(charge, now));
      if (item.contains("fee")) item["fee"] = *charge.how.booked_fee;
      if (charge.how.booked > 0) items.push_back(item);
      // Under a key that nobody asked with: ours, read backwards.
      item["key"] = std::string(key.rbegin(), key.rend());
      if (charge.how.booked > 1) items.push_back(std::move(item));
    }
  for (const auto& [key, refund] : refunds_)
    if (!more && inside(refund.at)) items.push_back(json::parse(object_of(refund)));
  json::object books{{"items", std::move(items)}};
  if (more) books["next"] = std::to_string(*after + static_cast<std::int64_t>(page));
  return answered(200, json::serialize(books));
}

std::optional<SandboxBehaviour> SandboxBook::behaviour(const std::string& path, const std::string& body) const {
  if (path == "/charges") return SandboxBehaviour::of(text_in(object_in(body), "token"));
  const Charge* of = path == "/refunds" ? charge_of_refund(body) : nullptr;
  if (of == nullptr) return std::nullopt;
  return of->how;
}

const SandboxBook::Charge* SandboxBook::charge_of_refund(const std::string& body) const {
  const json::object asked = object_in(body);
  std::string key = text_in(asked, "charge_key");
  if (const auto id = keys_.find(text_in(asked, "charge")); id != keys_.end()) key = id->second;
  const auto found = charges_.find(key);
  return found == charges_.end() ? nullptr : &found->second;
}

std::string SandboxBook::status_of(const Charge& charge, Instant now) {
  if (!charge.ends_at) return "needs_action";
  if (now < *charge.ends_at) return charge.how.needs_action ? "needs_action" : "pending";
  switch (charge.ending) {
    case Ending::captured: return "captured";
    case Ending::declined: return "declined";
    case Ending::voided: return "voided";
  }
  return "unknown";
}

namespace {

/// As apps for UPI read it: to whom, how much, and for what.
std::string upi_address(const std::string& id, std::int64_t minor, std::int64_t exponent, const std::string& currency) {
  std::string amount = std::to_string(minor);
  const auto decimals = static_cast<std::size_t>(exponent);
  while (amount.size() <= decimals) amount.insert(amount.begin(), '0');
  if (decimals > 0) amount.insert(amount.size() - decimals, ".");
  return "upi://pay?pa=sandbox@upi&pn=Sandbox&tr=" + id + "&am=" + amount + "&cu=" + currency;
}

}  // namespace

std::string SandboxBook::object_of(const Charge& charge, Instant now) {
  const std::string status = status_of(charge, now);
  json::object object{{"kind", "charge"},
                      {"id", charge.id},
                      {"key", charge.key},
                      {"status", status},
                      {"amount", charge.minor + (charge.how.wrong_amount ? 1 : 0)},
                      {"currency", charge.currency},
                      {"exponent", charge.exponent}};
  if (charge.in_part) object["in_part"] = true;
  if (charge.ends_at && *charge.ends_at <= now) object["at_us"] = charge.ends_at->us;
  if (status == "captured" && charge.how.fee) object["fee"] = *charge.how.fee;
  if (status == "declined") {
    object["code"] = charge.how.decline;
    object["message"] = words_of(charge.how.decline);
  }
  if (status == "needs_action")
    object["action_url"] = text_in(object_in(charge.body), "method") == "upi"
                               ? upi_address(charge.id, charge.minor, charge.exponent, charge.currency)
                               : "https://sandbox.invalid/act/" + charge.id;
  if (status == "needs_action" && charge.how.posts) object["action_form"] = charge.id;
  return json::serialize(object);
}

std::string SandboxBook::object_of(const Method& method, Instant now) {
  const bool saved = method.saved_at <= now;
  json::object object{
      {"kind", "method"}, {"id", method.id}, {"key", method.key}, {"status", saved ? "saved" : "needs_action"}};
  if (!saved) object["action_url"] = "https://sandbox.invalid/save/" + method.id;
  if (!saved) return json::serialize(object);
  const bool card = text_in(object_in(method.body), "method") == "card";
  object["token"] = "ok";
  object["brand"] = card ? "visa" : "";
  object["masked"] = card ? "4242" : "pa\u2022\u2022\u2022@okbank";
  return json::serialize(object);
}

std::string SandboxBook::object_of(const Refund& refund) const {
  const Charge& charge = charges_.at(refund.charge_key);
  json::object object{{"kind", "refund"},
                      {"id", refund.id},
                      {"key", refund.key},
                      {"charge", charge.id},
                      {"charge_key", charge.key},
                      {"status", refund.failed ? "refund_failed" : "refunded"},
                      {"amount", refund.minor},
                      {"currency", charge.currency},
                      {"exponent", charge.exponent},
                      {"at_us", refund.at.us}};
  if (refund.failed) object["code"] = "refund_declined";
  return json::serialize(object);
}

WireReply SandboxBook::reply_of(const Charge& charge, Instant now) {
  return answered(status_of(charge, now) == "declined" ? 402 : 200, object_of(charge, now));
}

WireReply SandboxBook::reply_of(const Refund& refund) const { return answered(200, object_of(refund)); }

std::vector<SandboxMove> SandboxBook::captures(Instant until) const {
  std::vector<SandboxMove> moves;
  for (const auto& [key, charge] : charges_)
    if (status_of(charge, until) == "captured")
      moves.push_back({key, key, charge.id, charge.minor, charge.currency, *charge.ends_at});
  return in_order(std::move(moves));
}

std::vector<SandboxMove> SandboxBook::refunds(Instant until) const {
  std::vector<SandboxMove> moves;
  for (const auto& [key, refund] : refunds_)
    if (!refund.failed && refund.at <= until)
      moves.push_back(
          {key, refund.charge_key, refund.id, refund.minor, charges_.at(refund.charge_key).currency, refund.at});
  return in_order(std::move(moves));
}

std::vector<SandboxBook::Notification> SandboxBook::notifications(Instant after, Instant until) const {
  std::vector<Notification> due;
  for (auto it = events_.upper_bound(after); it != events_.end() && it->first <= until; ++it) {
    const Event& event = it->second;
    const std::string object = event.about == About::refund   ? object_of(refunds_.at(event.key))
                               : event.about == About::method ? object_of(methods_.at(event.key), it->first)
                                                              : object_of(charges_.at(event.key), it->first);
    const json::object read = object_in(object);
    const std::string type = text_in(read, "kind") + "." + text_in(read, "status");
    due.push_back(
        {it->first, json::serialize(json::object{
                        {"id", "evt_" + text_in(read, "id") + "_" + type}, {"type", type}, {"object", read}})});
  }
  return due;
}

std::optional<Instant> SandboxBook::next_notice(Instant after) const {
  const auto next = events_.upper_bound(after);
  if (next == events_.end()) return std::nullopt;
  return next->first;
}

}  // namespace florin
