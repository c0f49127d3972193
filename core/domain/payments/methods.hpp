#pragma once

#include "domain/decision/draft.hpp"

/// An account's payment methods: given with a processor's token, or saved at the processor for the account.
/// Source   docs/decisions/0036-saving-a-method.md
namespace florin {

void add_payment_method(Draft& draft, const Actor& actor, const AddPaymentMethod& command);
void remove_payment_method(Draft& draft, const RemovePaymentMethod& command);

/// The processor that a method is saved at when none is named: the first of the tenant's list that does not rest.
ProcessorId well_keeper(const TenantState& tenant, const Method& method, Instant now);
/// The processor is asked to save a method; its customer has a part in that. In place of an earlier try of the slot.
void set_up_payment_method(Draft& draft, const Actor& actor, const SetUpPaymentMethod& command);
/// What it says of it. Once it is saved it is a method of the account as any other.
void set_up_reported(Draft& draft, const SetUpReported& command);
/// The customer's time for it has run out.
void close_saving(Draft& draft, SavingId saving);

/// Whether a method that is used once may become one of the account's, should its processor name it in a charge's
/// answer: with the first payment of a subscription, whose renewals its customer has agreed to, where nothing else is
/// kept.
bool may_be_kept(const Account& account, const Order& order, const SavedMethod& used);
/// The charge of an attempt named one.
void keep_charged(Draft& draft, const Order& order, const Attempt& attempt, const ProviderReport& said);

/// Asks the processor now. Refused when its word is final already.
void look_up(Draft& draft, const LookUp& command);
/// Asks about what its customer had to do, of an order or at all. Refused when nothing waits for that.
void customer_returned(Draft& draft, const CustomerReturned& command);

}  // namespace florin
