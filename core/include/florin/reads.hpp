#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "florin/host.hpp"

/// The lists and records of a tenant that pages and backends read, as the HTTP API returns them. docs/http.md
namespace florin {

/// Which accounts are wanted; what is empty does not matter.
/// What AccountFilter::state may be: where an account stands, or what else holds of it.
inline constexpr std::string_view account_states[] = {"opened",    "trial",  "paid",    "limited", "ended",  "past_due",
                                                      "cancelled", "paused", "blocked", "frozen",  "deleted"};
struct AccountFilter {
  std::string q;      ///< part of an account's id, or the number of a document
  std::string state;  ///< of account_states
  std::string plan;
  std::optional<bool> past_due;
};

/// A list is counted up to this number.
inline constexpr std::size_t most_counted = 10'000;
/// A page: `{"data": […], "next": "…" or null}`. `after` is the `next` of the previous page; empty: from the beginning.
struct PageWords {
  std::string after;
  std::size_t most = 50;
  bool count = false;  ///< also `"count"`, of the whole list; 10,000: so many, or more
};

/// Lists of an account, returned in pages: orders; invoices and credit notes; grants, including used-up ones; refunds;
/// requests for a review; for staff, disputes; open holds.
enum class AccountList : std::uint8_t { orders, documents, grants, refunds, reviews, disputes, holds };
/// Their names, in that order.
inline constexpr std::string_view account_lists[] = {"orders",  "documents", "grants", "refunds",
                                                     "reviews", "disputes",  "holds"};

/// An event, as webhooks and /events deliver it. docs/events.md
struct Event {
  std::string id;              ///< `callloop_k3x9q_1042_3`: the same each time it is sent, and unique
  std::string type;            ///< order.paid
  std::uint64_t position = 0;  ///< the tenant's own count of its entries
  std::string json;
};
struct EventPage {
  std::vector<Event> events;
  std::uint64_t next = 0;  ///< the tenant's position up to which events were read
  bool whole = false;      ///< there are no later ones
};

/// Errors of all: no_such_tenant, no_such_account; bad_cursor for an `after` that no page has given; those of the
/// store.
class FLORIN_API Reads {
 public:
  explicit Reads(const Host& host) : host_(host) {}

  /// What this account may buy, and what this actor may do: plans, add-ons, credits, methods, entitlements.
  Result<std::string> catalog(const TenantId& tenant, const AccountId& account, const Actor& actor) const;
  /// The same for a visitor without an account.
  Result<std::string> offer(const TenantId& tenant) const;
  /// A page of a list of the account, newest first. No item is on two pages or left out, even if new ones are added
  /// meanwhile.
  Result<std::string> list(const TenantId& tenant, const AccountId& account, AccountList list, const PageWords& page,
                           Audience whom) const;
  /// Errors: also no_such_document.
  Result<std::string> document(const TenantId& tenant, const AccountId& account, const std::string& number) const;
  /// Members, open invitations and the number of places.
  Result<std::string> members(const TenantId& tenant, const AccountId& account) const;
  /// By id.
  Result<std::string> accounts(const TenantId& tenant, const AccountFilter& filter, const PageWords& page) const;
  /// Entries, newest first: who, what, when, and what followed or why not. For staff.
  Result<std::string> history(const TenantId& tenant, const AccountId& account, const PageWords& page,
                              std::uint64_t at_least) const;
  /// Sums by meter and day of the tenant's time zone. Both days are included.
  Result<std::string> usage(const TenantId& tenant, const AccountId& account, const Date& from, const Date& to,
                            std::uint64_t at_least) const;
  /// Events after a position of the tenant, oldest first. types   `order.paid`, `credits.*`, `preview.*`; empty: all
  /// stable types.
  Result<EventPage> events(const TenantId& tenant, std::uint64_t after, const std::vector<std::string>& types,
                           std::size_t most) const;
  /// The number of the tenant's entries. Errors: no_such_tenant; the store's.
  Result<std::uint64_t> tenant_position(const TenantId& tenant) const;

 private:
  const Host& host_;
};

/// Every stable type of event.
FLORIN_API std::vector<std::string> event_types();
/// Whether any event could match the pattern: `order.paid`, `credits.*`, `preview.…`, `*`.
/// Errors: unknown_event_type, with the one that was probably meant.
FLORIN_API Status is_event_pattern(std::string_view pattern);

}  // namespace florin
