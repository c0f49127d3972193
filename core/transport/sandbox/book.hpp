#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "florin/time.hpp"
#include "transport/transport.hpp"

namespace florin {

/// How a payment goes, as the token of its saved method tells. Source   plugins/sandbox/README.md
struct SandboxBehaviour {
  Duration pending;                            ///< 0: decided at once
  std::string decline;                         ///< the code it is declined with; empty: it succeeds
  std::optional<std::int64_t> declines_after;  ///< so many charges of the customer succeed first
  bool needs_action = false;                   ///< until `pending` is over; 0: for ever
  bool posts = false;                          ///< what is needed is a form that the customer's browser posts
  bool can_be_cancelled = false;               ///< what a bank works on, or a customer has begun, cannot
  bool unreachable = false;
  bool lost_before = false;
  bool lost_after = false;
  bool wrong_amount = false;
  std::optional<std::int64_t> at_most;  ///< minor units that it captures at most; none: all that is asked
  bool refund_declined = false;
  bool refund_lost_after = false;
  int booked = 1;                               ///< how often its books have it
  std::optional<std::int64_t> fee, booked_fee;  ///< minor units that it keeps, by its answer and by its books
  int webhooks = 1;
  Duration webhook_after = seconds(2);
  Duration booked_after;        ///< its books have it so long after it was made
  bool books_are_down = false;  ///< for a day from when it was made

  /// None for a token that is not known.
  static std::optional<SandboxBehaviour> of(std::string_view token);
};

/// Money that moved, as the provider's own book has it.
struct SandboxMove {
  std::string key;         ///< idempotency key of the charge or refund
  std::string charge_key;  ///< of the charge; equals key in a capture
  std::string id;          ///< the provider's
  std::int64_t minor = 0;  ///< minor units
  std::string currency;
  Instant at;
  friend bool operator==(const SandboxMove&, const SandboxMove&) = default;
};

/// The sandbox provider's state: a function of the requests that acted and their times, and of nothing else.
class SandboxBook {
 public:
  /// What a POST does and answers. The same key and body act once; `now` never runs back.
  WireReply act(const std::string& path, const std::string& key, const std::string& body, Instant now);
  /// What a GET answers.
  WireReply look_up(std::string_view path, Instant now) const;

  /// Behaviour of the charge that a POST makes or is about; none when it says none.
  std::optional<SandboxBehaviour> behaviour(const std::string& path, const std::string& body) const;

  std::vector<SandboxMove> captures(Instant until) const;
  std::vector<SandboxMove> refunds(Instant until) const;

  /// A webhook before it is signed.
  struct Notification {
    Instant due_at;
    std::string body;
  };
  std::vector<Notification> notifications(Instant after, Instant until) const;
  std::optional<Instant> next_notice(Instant after) const;

 private:
  enum class Ending : std::uint8_t { captured, declined, voided };
  struct Charge {
    std::string key, id, body;
    SandboxBehaviour how;
    std::int64_t minor = 0;
    std::string currency;
    std::int64_t exponent = 0;
    Instant made_at;
    std::optional<Instant> ends_at;  // none: waits for the customer
    Ending ending = Ending::captured;
    bool in_part = false;  // less than was asked: `minor` is what it took
  };
  struct Refund {
    std::string key, id, body, charge_key;
    std::int64_t minor = 0;
    Instant at;
    bool failed = false;
  };
  struct Method {
    std::string key, id, body;
    Instant saved_at;
  };
  enum class About : std::uint8_t { charge, refund, method };
  struct Event {
    std::string key;
    About about = About::charge;
  };

  WireReply charge(const std::string& key, const std::string& body, Instant now);
  WireReply refund(const std::string& key, const std::string& body, Instant now);
  WireReply save_method(const std::string& key, const std::string& body, Instant now);
  WireReply books(std::string_view span, Instant now) const;
  WireReply act_on(Charge& charge, std::string_view verb, Instant now);
  void announce(const Charge& charge);
  void withdraw(const std::string& charge_key);
  const Charge* charge_of_refund(const std::string& body) const;
  static std::string status_of(const Charge& charge, Instant now);
  static WireReply reply_of(const Charge& charge, Instant now);
  WireReply reply_of(const Refund& refund) const;
  static std::string object_of(const Charge& charge, Instant now);
  std::string object_of(const Refund& refund) const;
  static std::string object_of(const Method& method, Instant now);

  std::map<std::string, Charge> charges_;     // by key
  std::map<std::string, Refund> refunds_;     // by key
  std::map<std::string, Method> methods_;     // by key
  std::map<std::string, std::string> keys_;   // of charges, refunds and methods, by id
  std::map<std::string, std::int64_t> made_;  // charges, by customer and token
  std::multimap<Instant, Event> events_;      // by due time
};

}  // namespace florin
