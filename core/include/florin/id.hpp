#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "florin/export.hpp"
#include "florin/result.hpp"

namespace florin {

/// Whether `text` may be an id that is ours to choose: 1 to 64 bytes of [a-z0-9_-].
FLORIN_API bool is_id(std::string_view text);
FLORIN_API Error bad_id(std::string_view text);
/// Whether `text` may be an id that a backend chose, as `cus_NffrFeUfNV2Hib`, a ULID or a UUID: 1 to 64 bytes of
/// [A-Za-z0-9_-], compared byte for byte. Never an email address.
FLORIN_API bool is_backends_id(std::string_view text);
FLORIN_API Error bad_backends_id(std::string_view text);

/// Names one kind of thing. A TenantId is never accepted where an AccountId is meant.
template <class Tag>
class Id {
 public:
  Id() = default;  ///< names nothing
  /// Errors: bad_id when empty, over 64 bytes, or not [a-z0-9_-].
  static Result<Id> parse(std::string_view text) {
    if (!is_id(text)) return bad_id(text);
    return Id(std::string(text));
  }
  /// For text that was parsed before, such as a journal's.
  static Id trusted(std::string text) { return Id(std::move(text)); }

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

using TenantId = Id<struct TenantTag>;
using AccountId = Id<struct AccountTag>;
template <>
inline Result<AccountId> AccountId::parse(std::string_view text) {
  if (!is_backends_id(text)) return bad_backends_id(text);
  return AccountId(std::string(text));
}
using PlanId = Id<struct PlanTag>;
using CreditType = Id<struct CreditTypeTag>;
using MeterId = Id<struct MeterTag>;
using MethodId = Id<struct MethodTag>;        ///< a kind of method in a tenant's YAML: card, upi
using ProcessorId = Id<struct ProcessorTag>;  ///< a processor in a tenant's YAML: stripe
using AddOnId = Id<struct AddOnTag>;
using EntitlementId = Id<struct EntitlementTag>;  ///< a row of a tenant's price page: numbers, whatsapp
using MemberId = Id<struct MemberTag>;            ///< a person of an account, as the backend knows them
template <>
inline Result<MemberId> MemberId::parse(std::string_view text) {
  if (!is_backends_id(text)) return bad_backends_id(text);
  return MemberId(std::string(text));
}
using ReceiptId = Id<struct ReceiptTag>;  ///< money that came in: a line of a bank statement, a cheque

/// A number that names one thing inside one account, counted from 1 in the order of the facts; 0 names nothing.
template <class Tag>
struct Number {
  std::uint32_t value = 0;
  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(Number, Number) = default;
};
using GrantId = Number<struct GrantTag>;
using HoldId = Number<struct HoldTag>;
using OrderId = Number<struct OrderTag>;
using RefundId = Number<struct RefundTag>;
using ReviewId = Number<struct ReviewTag>;
using SavedMethodId = Number<struct SavedMethodTag>;
using SavingId = Number<struct SavingTag>;

}  // namespace florin

template <class Tag>
struct std::hash<florin::Id<Tag>> {
  std::size_t operator()(const florin::Id<Tag>& id) const { return std::hash<std::string>()(id.text()); }
};
