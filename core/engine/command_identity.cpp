#include "engine/command_identity.hpp"

#include <xxhash.h>

#include <algorithm>

#include "domain/journal/codec.hpp"
#include "domain/journal/described.hpp"
#include "engine/actions.hpp"

namespace florin::engine {

std::uint32_t content_of(const AccountId& account, const AnyCommand& command) {
  thread_local std::string bytes;
  bytes.clear();
  {
    codec::Writer out(bytes);
    codec::write(out, account);
    if (const auto* opens = std::get_if<OpenAccount>(&command))
      codec::write(out, AnyCommand(OpenAccount{opens->billing_country, opens->billing_state, {}}));
    else if (std::holds_alternative<SetPersonalData>(command))
      codec::write(out, AnyCommand(SetPersonalData{}));
    else if (const auto* bills = std::get_if<SetBilling>(&command))
      codec::write(out, AnyCommand(SetBilling{bills->billing_country, bills->billing_state, {}}));
    else if (const auto* adds = std::get_if<AddPaymentMethod>(&command)) {
      AddPaymentMethod open = *adds;
      open.details.clear();
      codec::write(out, AnyCommand(std::move(open)));
    } else if (const auto* sets_up = std::get_if<SetUpPaymentMethod>(&command))
      codec::write(out, AnyCommand(SetUpPaymentMethod{sets_up->method, sets_up->slot, sets_up->through}));
    else if (const auto* returned = std::get_if<CustomerReturned>(&command))
      codec::write(out, AnyCommand(CustomerReturned{returned->order}));
    else if (const std::string* action = action_said(command); action != nullptr && !action->empty()) {
      AnyCommand without = command;
      action_said(without)->clear();
      codec::write(out, without);
    } else
      codec::write(out, command);
  }
  return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

bool is_usage(const AnyCommand& command) {
  return std::holds_alternative<Use>(command) || std::holds_alternative<PlaceHold>(command) ||
         std::holds_alternative<CaptureHold>(command) || std::holds_alternative<ReleaseHold>(command) ||
         std::holds_alternative<UseTogether>(command);
}

bool has_document(const Account& account) {
  const auto is_invoiced = [](const Order& order) { return !order.invoice.empty(); };
  return std::ranges::any_of(account.orders.open(), is_invoiced) || std::ranges::any_of(account.orders, is_invoiced);
}

Actor the_host() { return {"host", ""}; }

}  // namespace florin::engine
