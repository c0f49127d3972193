#include "written_tenant.hpp"

#include <initializer_list>
#include <string_view>
#include <vector>

namespace florin::test {

namespace {

struct Cycle {
  std::string_view id;
  std::int64_t months;
};
constexpr Cycle cycles[] = {{"monthly", 1}, {"quarterly", 3}, {"half_yearly", 6}, {"annual", 12}, {"two_months", 2}};

struct Coin {
  std::string_view code;
  int decimals;
};
constexpr Coin coins[] = {{"USD", 2}, {"EUR", 2}, {"INR", 2}, {"JPY", 0}, {"KWD", 3}};

/// The rows of docs/changes.md that are computed, and some that are not.
constexpr std::string_view upgrades[] = {
    "{when: next_renewal}",
    "{when: now, cycle: restarts, pays: full_price, credits: full}",
    "{when: now, cycle: restarts, pays: prorated_difference, credits: full}",
    "{when: now, cycle: keeps, pays: prorated_difference, credits: prorated_difference}",
};
constexpr std::string_view cycle_changes[] = {
    "{when: next_renewal}",
    "{when: now_if_longer, cycle: restarts, pays: full_price, credits: full}",
    "{when: now_if_longer, cycle: restarts, pays: prorated_difference, credits: full}",
    "{when: now_if_longer, cycle: keeps, pays: prorated_difference, credits: prorated_difference}",
};
constexpr std::string_view refused_changes[] = {
    "{when: now, cycle: keeps, pays: full_price, credits: full}",
    "{when: now, cycle: keeps, pays: prorated_difference, credits: full}",
    "{when: now, cycle: restarts, pays: prorated_difference, credits: prorated_difference}",
    "{when: next_renewal, pays: full_price}",
};

class Writer {
 public:
  explicit Writer(Dice& dice) : dice_(dice) {}

  WrittenTenant write() {
    coin_ = coins[dice_.upto(std::size(coins))];
    by_licence_ = dice_.one_in(3);
    sells_ = !dice_.one_in(4);
    trial_ = dice_.one_in(2);
    add_ons_ = dice_.upto(3);
    roll_ = dice_.one_in(3);
    bound_ = dice_.one_in(3);
    minimum_ = dice_.one_in(6);
    two_types_ = dice_.one_in(3);
    with_key("tenant", "made");
    with_key("currency", std::string(coin_.code));
    with_key("timezone",
             std::string(any({"UTC", "America/Denver", "Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland"})));
    usage();
    if (trial_) trial();
    plans();
    if (add_ons_ > 0) add_ons();
    sales();
    policy();
    changes();
    payments();
    return std::move(made_);
  }

 private:
  std::string_view any(std::initializer_list<std::string_view> of) {
    return of.begin()[dice_.upto(static_cast<std::int64_t>(of.size()))];
  }
  void line(const std::string& text) { made_.yaml += text + "\n"; }
  void with_key(const std::string& key, const std::string& value) { line(key + ": " + value); }

  /// An amount of minor units as the currency is written.
  std::string money(std::int64_t minor) const {
    std::string digits = std::to_string(minor);
    const auto decimals = static_cast<std::size_t>(coin_.decimals);
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    if (decimals > 0) digits.insert(digits.size() - decimals, ".");
    return digits + " " + std::string(coin_.code);
  }

  void usage() {
    line("credits:");
    line("  message: {decimals: 0}");
    if (two_types_) line("  minute: {decimals: " + std::to_string(dice_.upto(3)) + "}");
    if (minimum_) line("  balance: {decimals: 4, is_money: " + std::string(coin_.code) + "}");
    line("meters:");
    if (minimum_)
      line("  line: {takes: " + std::string(coin_.decimals == 0 ? "3" : "0.3") +
           " balance, per_started: 1 minute, at_least: 0 blocks}");
    line("  sms: {takes: " + std::to_string(1 + dice_.upto(3)) +
         " message, per_started: 160 characters, at_least: 1 block}");
    if (two_types_) line("  call: {takes: 1 minute, per_started: 1 minute, at_least: 0 blocks}");
  }

  std::string gives(std::int64_t months) {
    const std::int64_t messages = dice_.one_in(5) ? 0 : 50 * (1 + dice_.upto(20)) * months;
    const std::int64_t minutes = two_types_ && dice_.one_in(2) ? 10 * (1 + dice_.upto(9)) * months : 0;
    if (messages == 0 && minutes == 0) return "";
    std::string list;
    if (messages > 0) list += std::to_string(messages) + " message";
    if (minutes > 0) list += (list.empty() ? "" : ", ") + std::to_string(minutes) + " minute";
    return ", gives: [" + list + "]";
  }

  void trial() {
    const std::string_view lasts = any({"14 days", "7 days", "1 month", "until_upgrade"});
    const bool now = lasts == "until_upgrade" ? !dice_.one_in(8) : dice_.one_in(2);
    line("trial: {lasts: " + std::string(lasts) +
         ", gives: 25 message, plan_picked_inside: " + (now ? "starts_now" : "starts_when_trial_ends") + "}");
  }

  void plans() {
    const std::int64_t many = 1 + dice_.upto(4);
    line("plans:");
    std::vector<Cycle> sold;
    for (const Cycle& cycle : cycles)
      if (sold.empty() || dice_.one_in(2)) sold.push_back(cycle);
    if (sold.size() > 3) sold.resize(3);
    sold_ = sold;
    const std::int64_t span = dice_.one_in(8) ? 5 : 12;  // five months do not fit a quarter
    std::int64_t price = 100 + dice_.upto(5000);
    for (std::int64_t i = 1; i <= many; ++i) {
      line("  p" + std::to_string(i) + ":");
      line("    rank: " + std::to_string(10 * i));
      if (by_licence_) line("    by_licence: true");
      if (sells_) line("    credit_price: " + unit_price() + "");
      if (bound_ && dice_.one_in(2)) line("    agreement: " + std::to_string(span) + " months");
      if (minimum_ && (i == 1 || dice_.one_in(2))) line("    monthly_minimum: " + money(dice_.upto(5000)));
      line("    cycles:");
      for (const Cycle& cycle : sold) {
        const std::int64_t whole = i == 1 && dice_.one_in(4) ? 0 : price * cycle.months * (7 + dice_.upto(4)) / 10;
        line("      " + std::string(cycle.id) + ": {price: " + money(whole) + gives(cycle.months) +
             (cycle.id == "two_months" ? ", every: 2 months}" : "}"));
      }
      price += dice_.upto(6000);
    }
    if (by_licence_) line("licences: {added: " + std::string(whole_inside() ? "whole" : "prorated") + "}");
  }

  std::string unit_price() {
    if (coin_.decimals == 0) return std::to_string(1 + dice_.upto(9)) + " " + std::string(coin_.code);
    return "0.0" + std::to_string(10 + dice_.upto(90)) + " " + std::string(coin_.code);
  }

  bool whole_inside() {
    const bool whole = dice_.one_in(3);
    whole_ = whole_ || whole;
    return whole;
  }

  void add_ons() {
    line("add_ons:");
    for (std::int64_t i = 1; i <= add_ons_; ++i) {
      line("  extra" + std::to_string(i) + ":");
      line("    sells: " + std::to_string(10 * (1 + dice_.upto(20))) + " message");
      const bool by_month = dice_.one_in(4) && sold_.front().months == 1;
      std::string prices;
      for (const Cycle& cycle : sold_)
        if (!by_month || cycle.months == 1)
          prices += (prices.empty() ? "" : ", ") + std::string(cycle.id) + ": " +
                    money((50 + dice_.upto(900)) * cycle.months);
      by_month_ = by_month_ || by_month;
      line("    prices: {" + prices + "}");
      line("    if_bought_inside_period: " + std::string(whole_inside() ? "whole" : "prorated"));
      const bool renews = !dice_.one_in(4);
      once_ = once_ || !renews;
      line("    renews: " + std::string(renews ? "true" : "false"));
    }
  }

  void sales() {
    if (!sells_) return;
    no_plan_ = dice_.one_in(5);
    std::string price;
    if (no_plan_) price = ", price: " + unit_price();
    line("credit_sales: {needs: " + std::string(no_plan_ ? "nothing" : "plan") + price +
         ", at_least: 100 message, at_most: 10000 message, step: 100 message}");
    line("holds: {longest: " + std::string(any({"24 hours", "3 days", "40 days"})) +
         ", used_more_than_held: " + std::string(any({"absorb", "owe"})) + "}");
    recharges_ = dice_.one_in(2);
    if (recharges_)
      line(
          "auto_recharge: {below: {at_least: 1 message}, amount: {at_least: 100 message}, also_when_refused: true, "
          "waits_for: [renewal, plan_change, past_due], limits: {each_day: 3, suspend_after: 3 failures}}");
  }

  void policy() {
    const std::string lasts(any({"never", "12 months", "30 days", "end_of_cycle"}));
    line("credit_policy:");
    line("  plugin: standard");
    std::string spend = trial_ ? "trial, " : "";
    if (roll_) spend += "rollover, ";
    spend += dice_.one_in(2) ? "plan, " : "[plan], ";
    if (add_ons_ > 0) spend += "addon, ";
    if (sells_) spend += recharges_ ? "[purchase, recharge], " : "purchase, ";
    line("  spend_order: [" + spend + "correction]");
    line("  grants:");
    if (trial_) line("    trial: {ends: " + std::string(any({"end_of_trial", "end_of_trial", "30 days"})) + "}");
    line("    plan: {ends: " + std::string(any({"end_of_cycle", "end_of_cycle", "end_of_cycle", "45 days", "never"})) +
         "}");
    if (roll_)
      line("    rollover: {from: [plan" + std::string(add_ons_ > 0 && dice_.one_in(2) ? ", addon" : "") + "], at: [" +
           std::string(any({"renewal", "renewal, upgrade", "renewal, upgrade, cycle_change"})) +
           "], ends: " + std::string(any({"30 days", "never", "3 months"})) +
           ", again: " + std::string(any({"true", "false"})) + "}");
    if (add_ons_ > 0) line("    addon: {ends: end_of_cycle}");
    if (sells_) line("    purchase: {ends: " + lasts + "}");
    if (sells_ && recharges_) line("    recharge: {ends: " + lasts + "}");
    line("    correction: {ends: " + lasts + "}");
  }

  void changes() {
    const bool wrong = dice_.one_in(12);
    line("changes:");
    line("  upgrade: " + std::string(wrong ? refused_changes[dice_.upto(std::size(refused_changes))]
                                           : upgrades[dice_.upto(std::size(upgrades))]));
    line("  downgrade: {when: next_renewal}");
    line("  cycle_change: " + std::string(cycle_changes[dice_.upto(std::size(cycle_changes))]));
    const bool pauses = dice_.one_in(2);
    const bool freezes = dice_.one_in(2);
    line(!pauses ? "  pause: none"
                 : "  pause: {freezes: " + std::string(freezes ? "[cycle, credits]" : "[cycle]") +
                       ", usage: " + std::string(freezes ? "refused" : "credits_left") +
                       ", longest: " + std::string(any({"90 days", "10 days"})) + "}");
    const std::string_view credits = any({"keep", "forfeit_all", "keep_frozen"});
    line("  cancel: {then: " + std::string(any({"ended", "limited"})) + ", credits: " + std::string(credits) +
         (credits == "keep_frozen" ? ", keep_for: 60 days" : "") +
         (bound_ ? ", with_agreement: " + std::string(any({"end_of_agreement", "end_of_agreement", "end_of_cycle"}))
                 : "") +
         "}");
    line("roles: {owner: everything, admin: everything, member: [see, use]}");
  }

  void payments() {
    line("dunning:");
    line("  - {after: 0 days, do: [try, tell], usage: credits_left, buying: allowed}");
    line("  - {after: 3 days, do: [try, tell]}");
    line("  - {after: " + std::string(any({"7 days", "35 days"})) + ", do: cancel_now}");
    const bool guarantee = dice_.one_in(2);
    line("refunds:");
    line(guarantee ? "  guarantee: {asked_within: 30 days, covers: [subscription" +
                         std::string(sells_ ? ", purchase" : "") + "]}"
                   : "  guarantee: none");
    line("  otherwise: " + std::string(any({"final", "staff_decides"})));
    line("  taken_back: {spent: " + std::string(any({"owe", "absorb", "block"})) + "}");
    line("payments:");
    line("  processors: {sandbox: {plugin: sandbox}}");
    line("  methods:");
    line(
        "    card: {plugin: card, through: [sandbox], brands: [visa, mastercard], slots: [primary, backup], can: "
        "[one_time, without_customer], order_open: 1 hour}");
    std::string tries = "subscription: [primary, backup], change: [primary]";
    if (by_licence_) tries += ", licences: [primary]";
    if (add_ons_ > 0) tries += ", addon: [primary]";
    if (recharges_) tries += ", recharge: [primary, backup]";
    if (sells_) tries += ", purchase: [chosen]";
    if (minimum_) tries += ", minimum: [primary]";
    line("  try: {" + tries + "}");
    line("  minimum_charge: " + money(dice_.one_in(3) ? 500 + dice_.upto(2500) : dice_.upto(60)));
    line("  paid_after_closed: {" + std::string(sells_ ? "purchase: deliver, " : "") +
         std::string(recharges_ ? "recharge: deliver, " : "") +
         "subscription: deliver_if_still_due, otherwise: " + std::string(any({"refund", "staff_decides"})) + "}");
    line("  retries: {technical: [1 hour]}");
    line("  refusals: {at_most: 15, within: 30 days}");
    line("  rest: {after: 5 failures, lasts: 10 minutes}");
    line("documents: {invoice: MA-000001, credit_note: MAC-000001}");
    line("tax: {plugin: none}");
    line("on_new_version: {running_subscriptions: " + std::string(any({"keep_price", "at_next_renewal"})) +
         ", meters: at_once}");
    made_.by_the_day = !whole_ && !by_month_ && !once_ && !minimum_;
  }

  Dice& dice_;
  WrittenTenant made_;
  Coin coin_{};
  std::vector<Cycle> sold_;
  std::int64_t add_ons_ = 0;
  bool by_licence_ = false, sells_ = false, trial_ = false, roll_ = false, bound_ = false, minimum_ = false;
  bool two_types_ = false, recharges_ = false, no_plan_ = false, whole_ = false, by_month_ = false, once_ = false;
};

}  // namespace

WrittenTenant write_tenant(Dice& dice) { return Writer(dice).write(); }

}  // namespace florin::test
