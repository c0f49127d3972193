#include "scenario/demo/plot.hpp"

namespace florin::scenario {

namespace {

constexpr std::string_view callloop = R"(
because: message credits that roll over, a backup card, a 30-day guarantee
rules: [demo]
given:
  tenant: callloop
  accounts:
    acme: {plan: growth, cycle: monthly, card: succeeds 4 times then declined, backup: succeeds, opened_at: 2026-03-01T15:00Z, trial_from: 2026-03-01T16:00Z}
    bolt: {plan: starter, cycle: monthly, card: succeeds, auto_recharge: {below: 100 message, amount: 500 message}, running_since: 2026-03-04T16:00Z}
    cedar: {plan: growth, cycle: monthly, card: succeeds, running_since: 2026-05-06T15:00Z}
    delta: {plan: growth, cycle: monthly, card: succeeds, running_since: 2026-04-15T15:00Z}
timeline:
  - {at: 2026-03-06T16:00Z, account: acme, subscribe: {}}
  - {at: 2026-04-02T15:00Z, account: bolt, buy: 300 message}
  - {at: 2026-05-20T15:00Z, account: cedar, request_refund: {}}
  - {at: 2026-05-22T15:00Z, account: cedar, decide_refund: {approve: true}}
  - {at: 2026-07-20T15:00Z, account: acme, card: succeeds}
  - {at: 2026-08-03T15:00Z, account: bolt, change_plan: {plan: growth}}
  - {at: 2026-09-20T15:00Z, account: acme, change_plan: {plan: pro}}
  - {at: 2026-11-10T16:00Z, account: delta, card: declined}
  - {at: 2027-01-12T16:00Z, account: acme, change_plan: {plan: starter}}
  - {at: 2027-01-20T16:00Z, account: bolt, cancel: {}, expect: {cancelled: true}}
math: told as it happens
)";

constexpr std::string_view salesmsg = R"(
because: credits that reset with the cycle, bought credits that last until used
rules: [demo]
given:
  tenant: salesmsg
  accounts:
    river: {plan: basic, cycle: monthly, card: succeeds, running_since: 2026-03-22T14:00Z}
    stone: {plan: basic, cycle: annual, card: succeeds, running_since: 2026-03-31T14:00Z}
timeline:
  - {at: 2026-04-06T14:00Z, account: river, change_plan: {plan: standard}}
  - {at: 2026-06-01T14:00Z, account: river, buy: 1000 message}
  - {at: 2026-08-10T14:00Z, account: stone, buy: 500 message}
  - {at: 2026-10-05T14:00Z, account: river, change_plan: {plan: basic}, expect: {plan: standard}}
math: told as it happens
)";

constexpr std::string_view exotel = R"(
because: credits that are rupees, an approval before production, methods of India
rules: [demo]
given:
  tenant: exotel
  accounts:
    pune: {plan: starter, cycle: monthly, first_credits: 3000 balance, country: IN, upi: pending 1 hour, opened_at: 2026-03-09T04:00Z, trial_from: 2026-03-09T04:00Z}
    kochi: {plan: growth, cycle: quarterly, first_credits: 5000 balance, country: IN, card: succeeds, approvals: {kyc: approved, dlt: approved}, auto_recharge: {below: 200 balance, amount: 1000 balance}, running_since: 2026-03-16T04:00Z}
timeline:
  - {at: 2026-03-16T04:00Z, account: pune, subscribe: {}, refused: gate_closed}
  - {at: 2026-03-18T04:00Z, account: pune, approve: kyc}
  - {at: 2026-03-18T06:00Z, account: pune, subscribe: {}}
  - {at: 2026-09-01T04:00Z, account: pune, change_plan: {plan: growth}}
  - {at: 2026-12-01T04:00Z, account: kochi, cancel: {}, expect: {cancelled: true}}
math: told as it happens
)";

constexpr std::string_view kaspr = R"(
because: licences, three types of credits that never mix, add-ons for a period
rules: [demo]
given:
  tenant: kaspr
  accounts:
    lyon: {plan: starter, cycle: monthly, licences: 5, country: FR, card: succeeds, running_since: 2026-04-01T08:00Z}
    nantes: {plan: business, cycle: annual, licences: 3, country: FR, card: succeeds, running_since: 2026-03-02T09:00Z}
timeline:
  - {at: 2026-04-16T08:00Z, account: lyon, licences: 8}
  - {at: 2026-04-20T08:00Z, account: lyon, licences: 5}
  - {at: 2026-06-21T08:00Z, account: lyon, add_on: {phone_100: 2}}
  - {at: 2026-08-11T08:00Z, account: lyon, change_plan: {plan: business}}
  - {at: 2026-10-15T08:00Z, account: lyon, add_on: {phone_100: 0}}
  - {at: 2026-11-22T09:00Z, account: nantes, licences: 5, expect: {licences: 5}}
math: told as it happens
)";

constexpr Chapter all_chapters[] = {
    {"callloop", callloop}, {"salesmsg", salesmsg}, {"exotel", exotel}, {"kaspr", kaspr}};

constexpr Habit all_habits[] = {{"callloop", "acme", "sms", "160 characters", 3, "2026-03-02", "2026-03-15"},
                                {"callloop", "acme", "sms", "300 characters", 85, "2026-03-16", "2027-03-01"},
                                {"callloop", "acme", "voice", "150 seconds", 12, "2026-03-16", "2027-03-01"},
                                {"callloop", "bolt", "sms", "160 characters", 150, "2026-03-09", "2027-03-01"},
                                {"callloop", "bolt", "ringless", "1 drop", 10, "2026-06-01", "2027-03-01"},
                                {"callloop", "cedar", "sms", "160 characters", 200, "2026-05-11", "2026-05-18"},
                                {"callloop", "delta", "mms", "900 characters", 45, "2026-04-20", "2027-03-01"},
                                {"salesmsg", "river", "sms", "160 characters", 230, "2026-03-23", "2027-03-01"},
                                {"salesmsg", "stone", "sms", "160 characters", 140, "2026-04-06", "2027-03-01"},
                                {"exotel", "pune", "voice", "61 seconds", 60, "2026-03-23", "2027-03-01"},
                                {"exotel", "kochi", "voice", "200 seconds", 110, "2026-03-23", "2027-03-01"},
                                {"exotel", "kochi", "sms", "1 message", 180, "2026-03-23", "2027-03-01"},
                                {"kaspr", "lyon", "phone", "1 contact", 120, "2026-04-06", "2027-03-01"},
                                {"kaspr", "lyon", "email", "1 contact", 60, "2026-04-06", "2027-03-01"},
                                {"kaspr", "nantes", "export", "1 contact", 400, "2026-03-09", "2027-03-01"}};

}  // namespace

std::span<const Chapter> chapters() { return all_chapters; }
std::span<const Habit> habits() { return all_habits; }

}  // namespace florin::scenario
