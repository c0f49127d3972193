#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/journal/facts.hpp"
#include "domain/payments/said.hpp"
#include "florin/commands.hpp"
#include "florin/outcome.hpp"

namespace florin {

/// What the host itself asks, beside the commands of people.
///
/// What fell due at the entry's instant: each as of its own instant, before any command that comes later.
struct FallDue {};
/// What a provider, or the transport to it, says of an attempt.
struct PaymentReported {
  OrderId order;
  std::uint32_t attempt = 0;
  ProviderReport said;
  bool sent = false;  ///< the charge was sent for this, and not only asked about
};
struct RefundReported {
  RefundId refund;
  ProviderReport said;
  bool sent = false;  ///< the refund was sent for this, and not only asked about
};
struct ApplyCatalog {
  std::uint32_t version = 0;
  std::string text;
  std::uint32_t again = 0;  ///< the earlier version whose text this is; 0: a new text
};
/// Charges were lifted: what waited on this account starts.
struct ResumeCharges {};
/// Staff, of the tenant; what it came to was read from the journal.
struct CloseMonth {
  ClosedMonth month;
};
struct OpenStore {
  std::uint64_t epoch = 0;
  std::string by;
};

/// The other side of a transfer: it stands right behind the sender's entry, in the same row.
struct ReceiveTransfer {
  AccountId from;
};

/// A processor's books and ours differ: found by a webhook or by reconciliation.
struct RecordDiscrepancy {
  Discrepancy difference;
};

/// What a processor says when it is asked to cancel an attempt.
struct CancelReported {
  OrderId order;
  std::uint32_t attempt = 0;
  ProviderReport said;
};

/// What a processor says of a method that is being saved.
struct SetUpReported {
  SavingId saving;
  ProviderReport said;
};
/// A processor gave a hint that nobody vouches for, or that lacks what is needed: it is asked.
struct LookUp {
  OrderId order;  ///< with attempt; 0: of none
  std::uint32_t attempt = 0;
  RefundId refund;
  SavingId saving;
};

/// In order of release: a new one goes to the end.
using KindsOfCommand = std::variant<
    OpenAccount, StartTrial, Subscribe, ChangePlan, SetLicences, SetAddOn, Cancel, UndoCancel, BuyCredits,
    SetAutoRecharge, AddPaymentMethod, RemovePaymentMethod, Use, PlaceHold, CaptureHold, ReleaseHold, RequestRefund,
    DecideRefund, SetApproval, AdjustCredits, ErasePersonalData, FallDue, PaymentReported, RefundReported, ApplyCatalog,
    OpenStore, Pause, Resume, SetCustomPlan, DeleteAccount, SetPersonalData, RequestReview, DecideReview, RefundOrder,
    RecordDispute, Unblock, StopCharges, LiftCharges, ImportAccount, SetDocumentNumbers, ResumeCharges, CloseMonth,
    OccupyItem, ReleaseItem, SetEntitlement, InviteMember, AcceptInvitation, RevokeInvitation, RemoveMember, ChangeRole,
    UseTogether, Transfer, PayOrder, ReceiveTransfer, RecordBankReceipt, ApplyCash, UnapplyCash, MoveCheque,
    RecordWithheldTax, ResolvePayment, CloseDiscrepancy, RecordDiscrepancy, SetBilling, DecideLateMoney, CancelReported,
    SetUpPaymentMethod, SetUpReported, LookUp, RecordPayout, CustomerReturned, DismissBankReceipt, RecordReturnedPayout,
    RecordRefund, DeliverOrder, IssueKey, RollKey, RevokeKey, ViewPersonalData, RecordIrn>;

struct AnyCommand : KindsOfCommand {
  using Kinds = KindsOfCommand;

  AnyCommand();
  template <class T>
    requires is_kind_of<std::remove_cvref_t<T>, Kinds>
  AnyCommand(T&& kind) : Kinds(std::in_place_type<std::remove_cvref_t<T>>, std::forward<T>(kind)) {}
  AnyCommand(const AnyCommand& other);
  AnyCommand(AnyCommand&& other) noexcept;
  AnyCommand& operator=(const AnyCommand& other);
  AnyCommand& operator=(AnyCommand&& other) noexcept;
  ~AnyCommand();
};

/// The browser of who asks for a payment, where the command can name one; null: it cannot.
Seldom<Browser>* browser_of(AnyCommand& command);
const Seldom<Browser>* browser_of(const AnyCommand& command);

/// Who asked what, when, under which catalog version, and what followed. The answer to a command is a function of its
/// entry alone.
struct Entry {
  TenantId tenant;
  AccountId account;  ///< empty: the tenant's, or with an empty tenant the shard's
  Actor actor;
  std::string key;
  Instant asked_at;
  Instant at;  ///< as of when it was decided
  std::uint32_t catalog = 0;
  AnyCommand command;
  std::optional<Refusal> refusal;
  Facts facts;
};

}  // namespace florin
