#include <unistd.h>
#include <algorithm>

#include <fstream>
#include <random>

#include "../../sanitized.hpp"
#include "config/host_file.hpp"
#include "config/import_file.hpp"
#include "config/tenant/warnings.hpp"
#include "shipped.hpp"

namespace florin::config {
namespace {

/// A folder of its own with the shipped styles, where a test writes its tenants.
class Folder {
 public:
  Folder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    root_ = std::filesystem::temp_directory_path() /
            ("florin-" + std::string(test->name()) + "-" + std::to_string(getpid()));
    std::filesystem::create_directories(root_ / "tenants");
    std::filesystem::copy(shipped("policies"), root_ / "policies");
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = root_ / name;
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

 private:
  std::filesystem::path root_;
};

std::string shipped_text(std::string_view name) {
  return *read_file(shipped("tenants/" + std::string(name) + ".yaml"));
}

struct Change {
  std::string tenant;
  std::string from;
  std::string to;
  std::string code;
  std::string says;       // a part of the message
  std::string at = {};    // text of the line that is named; empty: the line of `to`
  std::string path = {};  // when given, exact
};

const Change changes[] = {
    {"callloop", "plans:\n", "plan:\n", "unknown_key", "(did you mean 'plans'?)"},
    {"callloop", "plans:\n", "plan:\n", "missing_key", "'plans' is missing", "tenant: callloop"},
    {"callloop", "    rank: 20\n", "    rank: 20\n    rank: 21\n", "duplicate_key", "'rank' is written twice",
     "rank: 21"},
    {"callloop", "    rank: 20\n", "    rnak: 20\n", "unknown_key", "(did you mean 'rank'?)", {}, "plans.lite.rnak"},
    {"callloop", "    rank: 20\n", "    rank: 30\n", "duplicate_rank", "neither is the upgrade",
     "    rank: 30\n    credit_price: 0.0500"},
    {"callloop", "lasts: 14 days", "lasts: 14 dais", "bad_span", "30 days, 12 months or 1 hour"},
    {"callloop", "lasts: 14 days", "lasts: 0 days", "bad_span", "more than nothing"},
    {"callloop", "per_started: 160 characters", "per_started: 160", "bad_quantity", "160 characters"},
    {"callloop", "at_least: 1 block}", "at_least: 1 blok}", "bad_count", "1 block"},
    {"callloop", "suspend_after: 3 failures", "suspend_after: 3", "bad_count", "1 failure"},
    {"callloop",
     "gives: 500 message",
     "gives: 500 mesage",
     "unknown_credit_type",
     "(did you mean 'message'?)",
     {},
     "plans.starter.cycles.monthly.gives"},
    {"callloop", "gives: 500 message", "gives: 500", "bad_credits", "500 message"},
    {"callloop", "gives: 500 message", "gives: 0.5 message", "too_fine", "at most 0 decimals"},
    {"callloop", "gives: 500 message", "gives: -500 message", "negative_amount", "not negative"},
    {"callloop", "gives: 500 message", "gives: [500 message, 1 message]", "contradiction", "given twice"},
    {"callloop", "gives: 500 message", "gives: 9999999999999999999 message", "bad_credits", "500 message"},
    {"exotel", "gives: 500.0000 balance", "gives: 999999999999999999 balance", "amount_out_of_range", "too large"},
    {"exotel", "trial: 1, starter: 5, growth: 20", "trial: 1, starter: 5", "missing_key", "what 'growth' has of it"},
    {"exotel",
     "starter: 5, growth: 20",
     "startre: 5, growth: 20",
     "unknown_name",
     "(did you mean 'starter'?)",
     {},
     "entitlements.numbers.startre"},
    {"salesmsg", "portal:\n", "messages: {past_du: Please pay first.}\nportal:\n", "unknown_name",
     "(did you mean 'past_due'?)"},
    {"salesmsg", "portal:\n", "messages: {gate_closed: Please ask.}\nportal:\n", "unknown_name", "gate's `says`"},
    {"salesmsg", "portal:\n", "messages: {past_due: \"\"}\nportal:\n", "bad_text", "1 to 500 bytes"},
    // Languages: of pages, and of the texts that are read there.
    {"callloop", "languages: [en, de]", "languages: [en, fr]", "unknown_word", "write en, de, hi or ar"},
    {"callloop", "languages: [en, de]", "languages: [en, de, en]", "duplicate_language", "already"},
    {"callloop", "de: Nachrichten}", "hi: Sandesh}", "unknown_language", "name it in portal.languages"},
    {"callloop", "de: Nachrichten}", "fr: Messages}", "unknown_word", "write en, de, hi or ar"},
    {"callloop", "message: {en: message credits, de: Nachrichten}", "message: {de: Nachrichten}", "missing_language",
     "the text for 'en'"},
    {"salesmsg", "portal:\n", "messages: {past_due: {en: Please pay., de: Bitte zahlen.}}\nportal:\n",
     "unknown_language", "read in en here"},
    {"exotel", "says: SMS to India needs DLT registration.", "says: {hi: x}", "missing_language", "the text for 'en'"},
    {"callloop", "credit_note: CLC-000001}", "credit_note: CLC-000001, language: hi}", "unknown_word", "en or de"},
    {"exotel", "starter: 5, growth: 20", "starter: many, growth: 20", "bad_entitlement", "a whole number, unlimited"},
    {"exotel", "starter: basic, growth: advanced,", "starter: basic, growth: avdanced,", "bad_entitlement",
     "none, basic, advanced or full"},
    {"exotel", "over_limit: suspend_newest, taken_by", "taken_by", "missing_key", "refuse_change or suspend_newest"},
    {"exotel", "takes_one_of: numbers", "takes_one_of: numberz", "unknown_name", "(did you mean 'numbers'?)"},
    {"exotel", "needs: {whatsapp: add_on}", "needs: {whatsapp: extra}", "bad_condition", "none, add_on or included"},
    {"callloop", "take_one_of: users", "take_one_of: licences", "contradiction", "sold by_licence"},
    {"exotel", "takes: 0.1825 balance", "takes: 0.18255 balance", "too_fine", "at most 4 decimals"},
    {"callloop", "price: 25.00 USD", "price: -25.00 USD", "negative_amount", "a price is not negative"},
    {"callloop", "price: 25.00 USD", "price: 25.00 EUR", "wrong_currency", "prices here are in USD"},
    {"callloop", "price: 25.00 USD", "price: 25.001 USD", "too_fine", "at most 2 decimals"},
    {"callloop", "price: 25.00 USD", "price: 25", "bad_money", "49.00 USD"},
    {"callloop", "price: 25.00 USD", "price: 25.00 usd", "unknown_currency", "'usd'"},
    {"callloop", "price: 25.00 USD", "price: 99999999999999999999.00 USD", "bad_money", "49.00 USD"},
    {"callloop", "price: 25.00 USD, gives", "gives", "missing_key", "'price' is missing: write it as '49.00 USD'"},
    {"callloop", "credit_price: 0.0600 USD", "credit_price: 0.0000 USD", "negative_amount", "more than nothing"},
    {"exotel", "price: 1.00 INR, at_least", "price: 900000000000000.00 INR, at_least", "amount_out_of_range",
     "cost more"},
    {"callloop", "currency: USD", "currency: US", "unknown_currency", "ISO 4217"},
    {"callloop", "America/Denver", "America/Denvor", "unknown_zone", "(did you mean 'America/Denver'?)"},
    {"callloop", "also_when_refused: true", "also_when_refused: no", "bad_bool", "'no' is neither true nor false"},
    {"callloop", "also_when_refused: true", "also_when_refused: on", "bad_bool", "'on' is neither"},
    {"callloop", "also_when_refused: true", "also_when_refused: True", "bad_bool", "'True' is neither"},
    {"callloop", "rank: 10", "rank: 0x10", "bad_integer", "no whole number"},
    {"callloop", "rank: 10", "rank: 010", "bad_integer", "no whole number"},
    {"callloop", "rank: 10", "rank: 99999999999", "bad_integer", "2147483647"},
    {"callloop", "rank: 10", "rank:", "empty_value", "a value is missing"},
    {"callloop", "uses: rollover", "uses: rolover", "unknown_name", "(did you mean 'rollover'?)"},
    {"callloop", "uses: rollover", "uses: ../../etc/passwd", "unknown_name", "there is no style"},
    {"callloop",
     "{plugin: sandbox}",
     "{plugin: sandbox, secrets: {k: sk_live_1}}",
     "bad_secret",
     "env:NAME or file:/path",
     {},
     "payments.processors.sandbox.secrets.k"},
    {"callloop", "{plugin: sandbox}", "{plugin: sandbox, secrets: {k: [\"env:OLD\", sk_live_1]}}", "bad_secret",
     "where it is found"},
    {"callloop", "{plugin: sandbox}", "{plugin: sandbox, secrets: {k: \"file:relative\"}}", "bad_secret", "file:/path"},
    {"callloop", "{plugin: sandbox}", "{plugin: sandbox, hosts: api.example.com}", "wrong_kind", "list"},
    {"callloop", "{plugin: sandbox}", "{secrets: {}}", "missing_key", "'plugin' is missing"},
    {"callloop", "through: [sandbox]", "through: [sandbx]", "unknown_name", "(did you mean 'sandbox'?)"},
    {"callloop", "through: [sandbox]", "throuh: [sandbox]", "missing_key", "(is 'throuh' meant?)", "    card:"},
    {"callloop", "can: [one_time, without_customer]", "can: [one_time, without_custmer]", "unknown_word",
     "(did you mean 'without_customer'?)"},
    {"callloop", "can: [one_time, without_customer]", "can: [without_customer]", "contradiction", "one_time",
     "    card:"},
    {"callloop", "slots: [primary, backup]", "slots: [primary]", "unknown_name", "no method here is kept as 'backup'",
     "    subscription: [primary, backup]"},
    {"callloop", "    recharge: [primary, backup]\n", "", "missing_key", "auto_recharge is offered", "payments:"},
    {"callloop", "    purchase: [chosen]", "    purchases: [chosen]", "unknown_word", "(did you mean 'purchase'?)"},
    {"exotel", "up_to 10 percent", "up_to 110 percent", "bad_share", "no share such as up_to 10 percent"},
    {"exotel", "counts_when: cleared", "counts_when: received", "unknown_word", "cleared"},
    {"exotel", "      slots: [invoice]\n      can: [one_time]",
     "      slots: [invoice]\n      can: [one_time, without_customer]", "contradiction", "paid by the customer alone",
     "    wire:"},
    {"callloop", "{outcome: delivered}", "{outcom: delivered}", "unknown_condition", "(did you mean 'outcome'?)"},
    {"callloop", "{outcome: delivered}", "{outcome: []}", "nothing_listed", "lists nothing"},
    {"callloop", "{outcome: delivered}", "{plan: pro}", "unknown_condition", "can be known here"},
    {"callloop", "{outcome: delivered}", "{outcome: deliverd}", "bad_condition", "(did you mean 'delivered'?)"},
    {"callloop", "of: [delivered, failed], case: ignored", "of: [delivered, failed], left_out: lost", "bad_condition",
     "not among the values of 'outcome'"},
    {"callloop", "    outcome: {of:", "    plan: {of:", "contradiction", "a word of conditions already"},
    // What is sold can be used.
    {"callloop", "credit_price: 0.0500 USD", "credit_price: 0.00001 USD", "sold_for_nothing",
     "the smallest purchase costs less than half", "credit_sales: {needs: plan"},
    {"callloop", "usage: refused, buying: refused", "usage: refused, buying: allowed", "never_used",
     "write buying: refused", "  - {after: 7 days"},
    {"kaspr", "  export: {takes: 1 export", "  export: {takes: 1 email", "never_used", "'export' is sold here",
     "  export: {decimals: 0}"},
    {"exotel", "if: {state: limited, direction: outbound}\n", "if: {state: paid}\n", "never_used",
     "in the state 'paid' this gate refuses all use", "  - action: use\n    if: {state: paid}\n    refuse"},
    {"exotel", "credit_sales: {needs: plan,", "credit_sales: {needs: nothing,", "contradiction", "keep_frozen"},
    {"callloop", "covers: [subscription, purchase, recharge]", "covers: [change]", "contradiction",
     "write subscription"},
    {"callloop", "{after: 3 days, do: [try, tell]}", "{after: 8 days, do: [try, tell]}", "contradiction",
     "later than the one before", "  - {after: 7 days"},
    {"callloop", "{after: 14 days, do: cancel_now}", "{after: 14 days, do: tell}", "contradiction", "the last step"},
    {"callloop", "{after: 0 days, do: [try, tell], usage: credits_left, buying: allowed}",
     "{after: 1 days, do: [try, tell]}", "contradiction", "after 0 days"},
    {"callloop", "do: cancel_now", "do: cancel", "unknown_word", "try, tell or cancel_now"},
    {"callloop", "invoice: CL-000001", "invoice: CL-000002", "bad_number_pattern", "CL-000001"},
    {"callloop", "invoice: CL-000001", "invoice: 000001", "bad_number_pattern", "CL-000001"},
    {"callloop", "invoice: CL-000001", "invoice: CLC-00001", "contradiction", "their numbers would meet"},
    {"callloop", "plan_picked_inside: starts_when_trial_ends", "plan_picked_inside: later", "unknown_word",
     "starts_when_trial_ends or starts_now"},
    {"callloop", "\nrefunds:\n", "\nrefunds: none\nold:\n", "wrong_kind",
     "a map with guarantee, review, otherwise, taken_back or made_at_processor"},
    {"callloop", "  guarantee: {asked_within: 30 days, covers: [subscription, purchase, recharge]}\n", "",
     "missing_key", "'guarantee' is missing: a map with asked_within or covers or 'none'", "refunds:"},
    {"callloop", "at_most: 100000 message", "at_most: 50 message", "contradiction", "less than at_least"},
    {"callloop", "      monthly: {price: 15.00", "      montly: {price: 15.00", "unknown_name",
     "(did you mean 'monthly'?)"},
    {"callloop", "      monthly: {price: 15.00", "      monthly: {every: 2 months, price: 15.00", "contradiction",
     "1 months already"},
    {"callloop", "gives: 500 message}", "gives: &x 500 message}", "alias", "anchors and aliases"},
    {"callloop", "gives: 500 message}", "gives: !!str 500 message}", "tag", "tags"},
    {"exotel", "lasts: until_upgrade", "lasts: until_upgade", "bad_span", "until_upgrade"},
    {"exotel", "plan_picked_inside: starts_now", "plan_picked_inside: starts_when_trial_ends", "contradiction",
     "never ends by itself"},
    {"exotel", "is_money: INR", "is_money: USD", "wrong_currency", "this file's currency"},
    {"exotel", "{is_money: INR, decimals: 4}", "{is_money: INR, decimals: 13}", "bad_integer", "0 to 12"},
    {"exotel", "at_least: 500.00 INR, at_most", "at_least: 500.00 USD, at_most", "wrong_currency", "money in USD"},
    {"exotel", "{kyc: approved}", "{kyc: aproved}", "bad_condition", "(did you mean 'approved'?)"},
    {"exotel", "{kyc: approved}", "{kycc: approved}", "unknown_condition", "(did you mean 'kyc'?)"},
    {"exotel", "action: [upgrade_from_trial,", "action: [upgrade_from_trail,", "unknown_word",
     "(did you mean 'upgrade_from_trial'?)"},
    {"exotel", "{state: trial, direction", "{state: trail, direction", "bad_condition", "(did you mean 'trial'?)"},
    {"exotel", "{state: trial, direction: outbound}", "{state: trial, direction: out}", "bad_condition",
     "inbound or outbound"},
    {"exotel", "meter: sms,", "meter: smss,", "unknown_name", "(did you mean 'sms'?)"},
    {"exotel", "destination_country: IN}", "destination_country: India}", "bad_condition", "did you mean 'IN'?"},
    {"exotel", "destination_country: IN}", "destination_country: ZZ}", "bad_condition", "ISO 3166"},
    {"exotel", "offered_to: {billing_country: IN}", "offered_to: {billing_country: UK}", "bad_condition",
     "did you mean 'GB'?"},
    {"callloop", "  country: US", "  country: ZZ", "bad_country", "no country of ISO 3166"},
    {"kaspr", "  country: FR", "  country: fr", "bad_country", "did you mean 'FR'?"},
    {"salesmsg", "can: [one_time, without_customer]", "can: [one_time]", "never_charged", "without its customer",
     "recharge: [primary]"},
    {"salesmsg", "amount: {at_least: 100 message}", "amount: {at_least: 100001 message}", "contradiction",
     "sells at most less"},
    {"exotel", "needs: {actor: staff}", "needs: {actor: stuff}", "bad_condition", "(did you mean 'staff'?)"},
    {"exotel", "    refuse: true\n", "", "contradiction", "refuse: true", "  - action: use\n    if: {state: limited"},
    {"exotel", "says: SMS to India needs DLT registration.", "says: \"\"", "empty_value", "told nothing",
     "  - action: use\n    if: {state: paid"},
    {"exotel", "approvals: [kyc, dlt]", "approvals: [kyc, dlt, plan]", "contradiction", "a word of conditions already"},
    {"exotel", "approvals: [kyc, dlt]", "approvals: [kyc]", "unknown_condition", "'dlt'", "    needs: {dlt: approved}"},
    {"kaspr", "sells: 100 phone", "sells: 100 fax", "unknown_credit_type", "'fax'"},
    {"kaspr", "{monthly: 20.00 EUR, annual", "{weekly: 20.00 EUR, annual", "unknown_name",
     "no cycle of any plan 'weekly'"},
    {"kaspr", "    if_bought_inside_period: whole\n    renews: true\n  email_100", "    renews: true\n  email_100",
     "missing_key", "'if_bought_inside_period' is missing: write whole or prorated", "  phone_100:"},
    {"kaspr", "    addon: [primary]\n", "", "missing_key", "add_ons are sold", "payments:"},
    {"kaspr", "otherwise: refund}", "otherwise: deliver}", "contradiction", "write refund or staff_decides"},
    {"callloop", "subscription: deliver_if_still_due", "subscription: deliver", "contradiction",
     "write deliver_if_still_due"},
    {"callloop", "{purchase: deliver,", "{purchase: deliver_if_still_due,", "contradiction", "write deliver"},
    {"callloop", "minimum_charge: 0.50 USD", "minimum_charge: 0.50 EUR", "wrong_currency", "USD"},
    {"salesmsg", "uses: reset", "uses: seats", "contradiction", "no plan here is sold by_licence", "licences: {added"},
};

std::uint32_t line_of(std::string_view text, std::size_t at) {
  return static_cast<std::uint32_t>(std::ranges::count(text.substr(0, at), '\n') + 1);
}

TEST(BadInput, NamesCodeLineAndTheRightWord) {
  const Folder folder;
  for (const Change& change : changes) {
    SCOPED_TRACE(change.tenant + ": " + change.from + " -> " + change.to);
    std::string text = shipped_text(change.tenant);
    const std::size_t at = text.find(change.from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, change.from.size(), change.to);
    const auto file = folder.write("tenants/" + change.tenant + ".yaml", text);
    const Checked checked = check_files({file});
    EXPECT_TRUE(checked.tenants.empty());
    const auto found = std::ranges::find_if(checked.errors, [&](const Error& error) {
      return error.code == change.code && error.message.find(change.says) != std::string::npos;
    });
    if (found == checked.errors.end()) {
      ADD_FAILURE() << text_of(checked.errors);
      continue;
    }
    EXPECT_LE(checked.errors.size(), 4U) << text_of(checked.errors);
    std::size_t named = change.at.empty() ? at + change.to.find_first_not_of('\n') : text.find(change.at);
    if (change.at.starts_with("licences")) continue;  // the style's line
    ASSERT_NE(named, std::string::npos);
    EXPECT_EQ(found->at.line, line_of(text, named)) << text_of(checked.errors);
    EXPECT_EQ(found->at.file, file.string());
    if (!change.path.empty()) {
      EXPECT_EQ(found->at.path, change.path);
    }
  }
}

TEST(BadInput, FindsAllErrorsOfAllFilesInTheirOrder) {
  const Folder folder;
  std::string a = shipped_text("callloop"), b = shipped_text("exotel");
  a.replace(a.find("14 days"), 7, "14 dayz");
  a.replace(a.find("gives: 500 message"), 18, "gives: 500 mesage");
  b.replace(b.find("{kyc: approved}"), 15, "{kyc: no}");
  const auto first = folder.write("tenants/a.yaml", a), second = folder.write("tenants/b.yaml", b);
  const std::string text = text_of(check_files({second, first, folder.write("tenants/c.yaml", "")}).errors);
  const std::size_t one = text.find(first.string() + ":23:16: trial.lasts: '14 dayz' is no length of time");
  const std::size_t two = text.find(first.string() +
                                    ":42:42: plans.starter.cycles.monthly.gives: the credits 'mesage' "
                                    "are not declared under credits (did you mean 'message'?)\n");
  const std::string gate = std::to_string(line_of(b, b.find("{kyc: no}")));
  const std::size_t three =
      text.find(second.string() + ":" + gate + ":18: gates[0].needs.kyc: 'no' is no kyc: write submitted");
  const std::size_t four = text.find("c.yaml: nothing is written here\n");
  EXPECT_LT(one, two) << text;
  EXPECT_LT(two, three) << text;
  EXPECT_LT(three, four) << text;
  EXPECT_NE(four, std::string::npos) << text;
}

TEST(BadInput, WholeFilesThatAreNoTenants) {
  const Folder folder;
  const std::pair<std::string, std::string> all[] = {
      {"", "empty_file"},
      {"# later\n", "empty_file"},
      {"hello", "wrong_kind"},
      {"- a\n- b\n", "wrong_kind"},
      {"}{", "bad_yaml"},
      {"\x7f"
       "ELF\x01\x02",
       "control_character"},
      {"\x89PNG\r\n\x1a\n", "not_utf8"},
      {"tenant: a\n---\ntenant: b\n", "several_documents"},
      {"a: &a [x]\nb: [*a, *a, *a, *a]\n", "alias"},
  };
  for (const auto& [text, code] : all) {
    const Checked checked = check_files({folder.write("tenants/x.yaml", text)});
    ASSERT_EQ(checked.errors.size(), 1U) << text << text_of(checked.errors);
    EXPECT_EQ(checked.errors[0].code, code) << text;
  }
  const Checked missing = check_files({"/nowhere/x.yaml"});
  ASSERT_EQ(missing.errors.size(), 1U);
  EXPECT_EQ(text_of(missing.errors), "/nowhere/x.yaml: there is no such file\n");
}

TEST(BadInput, HostFiles) {
  const Folder folder;
  const auto errors = [&](std::string_view text) {
    return text_of(check_files({folder.write("florin.yaml", text)}).errors);
  };
  EXPECT_NE(
      errors("plugins: {folder: p}\ntenants: nowhere\ndata: d\n").find(":2:10: tenants: there is no file or folder"),
      std::string::npos);
  EXPECT_NE(errors("plugins: {foldr: p}\ntenants: tenants\ndata: d\n").find("(did you mean 'folder'?)"),
            std::string::npos);
  const std::string sound = "plugins: {folder: p}\ntenants: tenants\ndata: d\n";
  const auto journal = [&](const std::string& address) {
    return errors("plugins: {folder: p}\ntenants: tenants\ndata: " + address + "\n");
  };
  EXPECT_EQ(journal("postgres://jo@db.example/books?sslmode=require"), "");
  for (const char* secret : {"postgres://jo:hush@db.example/books", "postgres://jo@db.example/books?password=hush"}) {
    EXPECT_NE(journal(secret).find(":3:7: data: a password does not belong"), std::string::npos) << journal(secret);
    EXPECT_EQ(journal(secret).find("hush"), std::string::npos);
  }
  EXPECT_EQ(errors(sound), "");
  EXPECT_EQ(errors(sound + "payments: sandbox\n"), "");
  EXPECT_NE(errors(sound + "payments: sandbx\n").find(":4:11: payments: "), std::string::npos);
  EXPECT_EQ(errors(sound + "egress: {deadline: 20 seconds, loopback: true}\n"), "");
  EXPECT_NE(errors(sound + "egress: {deadline: 1 hour}\n").find("1 second to 5 minutes"), std::string::npos);
  EXPECT_NE(errors(sound + "egress: {deadline: 301 seconds}\n").find("1 second to 5 minutes"), std::string::npos);
  EXPECT_NE(errors(sound + "egress: {loopbak: true}\n").find("(did you mean 'loopback'?)"), std::string::npos);
  const auto group = [&](const std::string& scopes) {
    return errors(sound +
                  "serve: {console: {proxy: {header: X-User, groups_header: X-Groups, secret: \"env:P\", groups: "
                  "{support: {scopes: [" +
                  scopes + "]}}}}}\n");
  };
  EXPECT_EQ(group("read, staff"), "");
  EXPECT_NE(group("read, stff").find("(did you mean 'staff'?)"), std::string::npos) << group("read, stff");
  EXPECT_NE(group("nobody").find("'nobody' is a scope that no group has"), std::string::npos) << group("nobody");
}

TEST(HostFiles, SayHowMoneyMovesAndWhatIsReached) {
  const Folder folder;
  const std::string sound = "plugins: {folder: p}\ntenants: tenants\ndata: d\n";
  Errors errors;
  const HostFile plain = load_host_file(folder.write("florin.yaml", sound), errors);
  EXPECT_FALSE(plain.payments_in_sandbox);
  EXPECT_EQ(plain.egress.deadline, seconds(30));
  EXPECT_FALSE(plain.egress.loopback || plain.egress.private_addresses);
  const HostFile said = load_host_file(
      folder.write("florin.yaml",
                   sound + "payments: sandbox\negress: {deadline: 5 seconds, private_addresses: true}\n"),
      errors);
  EXPECT_EQ(text_of(errors), "");
  EXPECT_TRUE(said.payments_in_sandbox);
  EXPECT_EQ(said.egress.deadline, seconds(5));
  EXPECT_TRUE(said.egress.private_addresses);
}

TEST(Tenants, AProcessorsBlockKeepsSecretsByReferenceAndWhatItsPluginReads) {
  const Folder folder;
  std::string text = shipped_text("callloop");
  const std::string from = "{plugin: sandbox}";
  text.replace(text.find(from), from.size(),
               "{plugin: stripe, hosts: [api.stripe.com], secrets: {stripe.api_key: \"env:A\", stripe.webhook: "
               "[\"env:NEXT\", \"file:/run/old\"]}, endpoints: {api: \"http://127.0.0.1:1\"}, own: 5}");
  Errors errors;
  const Tenant tenant = load_tenant(folder.write("tenants/x.yaml", text), errors);
  EXPECT_EQ(text_of(errors), "");
  ASSERT_EQ(tenant.catalog.processors.size(), 1U);
  EXPECT_EQ(tenant.catalog.processors[0].config,
            R"({"hosts":["api.stripe.com"],"secrets":{"stripe.api_key":"env:A",)"
            R"("stripe.webhook":["env:NEXT","file:/run/old"]},"endpoints":{"api":"http://127.0.0.1:1"},"own":"5"})");
}

TEST(BadInput, TwoFilesOfOneTenant) {
  const Folder folder;
  const auto a = folder.write("tenants/a.yaml", shipped_text("kaspr"));
  const auto b = folder.write("tenants/b.yaml", shipped_text("kaspr"));
  const Checked checked = check_files({a, b});
  ASSERT_EQ(checked.errors.size(), 1U);
  EXPECT_EQ(checked.errors[0].code, "duplicate_tenant");
  EXPECT_EQ(checked.errors[0].at.file, b.string());
}

TEST(BadInput, ATenantsKeyReplacesTheStylesWhole) {
  const Folder folder;
  const auto load = [&](std::string_view more) {
    Errors errors;
    Tenant tenant = load_tenant(folder.write("tenants/x.yaml", shipped_text("callloop") + std::string(more)), errors);
    return std::pair(std::move(tenant), text_of(errors));
  };
  const auto [own, none] = load(
      "\nchanges:\n  cancel: {with_agreement: end_of_agreement, "
      "then: limited, credits: keep}\n");
  EXPECT_EQ(none, "");
  EXPECT_EQ(own.catalog.cancel.then, CancelRule::Then::limited);
  EXPECT_TRUE(own.catalog.cancel.at.file.text().ends_with("x.yaml"));
  EXPECT_EQ(own.catalog.upgrade.when, ChangeRule::When::now);
  EXPECT_NE(own.catalog.upgrade.at.file.text().find("rollover.yaml"), std::string::npos);
  // A rule is one file's or the other's: half of one is refused, not filled up.
  EXPECT_NE(
      load("\nchanges:\n  upgrade: {when: now}\n").second.find("says cycle (restarts or keeps), pays and credits"),
      std::string::npos);
}

std::string wallet() { return *read_file(shipped("../examples/wallet/tenants/dialtone.yaml")); }

TEST(Tenants, WithoutPlansSellsCreditsAlone) {
  const Folder folder;
  const auto load = [&](const std::string& text) {
    Errors errors;
    Tenant tenant = load_tenant(folder.write("tenants/x.yaml", text), errors);
    return std::pair(std::move(tenant), text_of(errors));
  };
  const auto [tenant, none] = load(wallet());
  EXPECT_EQ(none, "");
  EXPECT_TRUE(tenant.catalog.plans.empty());
  EXPECT_TRUE(tenant.catalog.sells_without_plan());
  std::string needs_plan = wallet();
  needs_plan.replace(needs_plan.find("needs: nothing"), 14, "needs: plan");
  EXPECT_NE(load(needs_plan).second.find("'plans' is missing"), std::string::npos);
  const std::string plans = "\nplans:\n  basic: {rank: 10, cycles: {monthly: {price: 5.00 EUR, gives: 100 minute}}}\n";
  const std::string said = load(wallet() + plans).second;
  EXPECT_NE(said.find("'changes' is missing"), std::string::npos) << said;
  EXPECT_NE(said.find("'dunning' is missing"), std::string::npos) << said;
}

TEST(Warnings, SayWhereOneOfTwoWaysHasNoGate) {
  const Folder folder;
  const auto warned = [&](std::string_view name, std::string_view from, std::string_view to) {
    std::string text = shipped_text(name);
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    Errors errors;
    const Tenant tenant = load_tenant(folder.write("tenants/x.yaml", text), errors);
    EXPECT_EQ(text_of(errors), "");
    return text_of(warnings_of(tenant.catalog));
  };
  for (const std::string_view name : {"callloop", "exotel", "salesmsg", "kaspr"}) EXPECT_EQ(warned(name, "", ""), "");
  const std::string around =
      warned("exotel", "action: [upgrade_from_trial, subscribe, go_live]", "action: [upgrade_from_trial, go_live]");
  EXPECT_NE(around.find("'subscribe' leads to a plan without it"), std::string::npos) << around;
  const std::string role =
      warned("callloop", "documents:", "roles: {owner: everything, clerk: [see, buy_credits]}\n\ndocuments:");
  EXPECT_NE(role.find("the role 'clerk' may 'buy_credits' and not 'set_auto_recharge'"), std::string::npos) << role;
  const std::string small = warned("kaspr", "minimum_charge: 0.50 EUR", "minimum_charge: 5000.00 EUR");
  EXPECT_NE(small.find("no plan's price reaches the minimum_charge of 5000.00 EUR"), std::string::npos) << small;
  const std::string away = warned("kaspr", "can: [one_time, without_customer]", "can: [one_time]");
  EXPECT_NE(away.find("each renewal is past due until its customer pays it"), std::string::npos) << away;
}

// docs/changes.md: every combination is computed, or refused with the reason.
TEST(BadInput, ChangesAreAClosedTable) {
  const Folder folder;
  const std::pair<std::string_view, std::string_view> blocks[] = {
      {"upgrade: {when: next_renewal}", ""},
      {"upgrade: {when: now, cycle: restarts, pays: full_price, credits: full}", ""},
      {"upgrade: {when: now, cycle: restarts, pays: prorated_difference, credits: full}", ""},
      {"upgrade: {when: now, cycle: keeps, pays: prorated_difference, credits: prorated_difference}", ""},
      {"upgrade: {when: now, cycle: keeps, pays: prorated_difference, credits: full}", "next to nothing"},
      {"upgrade: {when: now, cycle: keeps, pays: full_price, credits: full}", "is paid already"},
      {"upgrade: {when: now, cycle: keeps, pays: full_price, credits: prorated_difference}", "is paid already"},
      {"upgrade: {when: now, cycle: restarts, pays: full_price, credits: prorated_difference}", "all its credits"},
      {"upgrade: {when: now, cycle: restarts, pays: prorated_difference, credits: prorated_difference}",
       "all its credits"},
      {"upgrade: {when: now_if_longer, cycle: restarts, pays: full_price, credits: full}", "only a cycle_change"},
      {"downgrade: {when: next_renewal}", ""},
      {"downgrade: {when: now, cycle: restarts, pays: full_price, credits: full}", "the higher one is paid"},
      {"downgrade: {when: now, cycle: keeps, pays: prorated_difference, credits: prorated_difference}",
       "the higher one is paid"},
      {"cycle_change: {when: next_renewal}", ""},
      {"cycle_change: {when: now_if_longer, cycle: restarts, pays: full_price, credits: full}", ""},
      {"cycle_change: {when: now_if_longer, cycle: restarts, pays: prorated_difference, credits: full}", ""},
      {"cycle_change: {when: now_if_longer, cycle: keeps, pays: prorated_difference, credits: prorated_difference}",
       ""},
      {"cycle_change: {when: now_if_longer, cycle: keeps, pays: full_price, credits: full}", "is paid already"},
      {"cycle_change: {when: now, cycle: keeps, pays: prorated_difference, credits: prorated_difference}",
       "the longer one is paid"}};
  for (const auto& [block, reason] : blocks) {
    SCOPED_TRACE(block);
    Errors errors;
    (void)load_tenant(
        folder.write("tenants/x.yaml", shipped_text("salesmsg") + "\nchanges:\n  " + std::string(block) + "\n"),
        errors);
    const std::string text = text_of(errors);
    if (reason.empty())
      EXPECT_EQ(text, "");
    else
      EXPECT_NE(text.find(reason), std::string::npos) << text;
  }
}

// A line of two bytes would be an error of two hundred; 4 MiB of them were a gigabyte.
TEST(BadInput, AnImportOfNothingButErrorsIsNotReadToItsEnd) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "{}\n";
  Errors errors;
  EXPECT_TRUE(config::read_import_text(text, "bad.jsonl", errors).accounts.empty());
  ASSERT_EQ(errors.size(), 1'001U);
  EXPECT_EQ(errors.front().code, "missing_key");
  EXPECT_EQ(errors.back().code, "too_many_errors");
  EXPECT_EQ(errors.back().at.line, 1'001U);
}

// Every file that a slip of the hand or a broken disk leaves behind is refused or understood, and nothing worse.
TEST(BadInput, MutationsNeverCrash) {
  std::mt19937 random(20261124);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  constexpr std::string_view bytes =
      "[]{}:,&*!|>%@`'\"#-? \n\t\x00\xff\x80"
      "09aZ~";
  std::size_t understood = 0;
  for (const std::string_view name : {"callloop", "salesmsg", "exotel", "kaspr"}) {
    const std::string text = effective(shipped_tenant(name));
    const std::string written = shipped_text(name);
    for (int round = 0; round < test::samples(500); ++round) {
      std::string mutated = round % 2 == 0 ? text : written;
      switch (round / 2 % 4) {
        case 0: mutated.resize(below(mutated.size())); break;
        case 1: mutated[below(mutated.size())] = bytes[below(bytes.size())]; break;
        case 2:
          for (int i = 0; i < 20; ++i) mutated[below(mutated.size())] = static_cast<char>(below(256));
          break;
        default: mutated.erase(below(mutated.size()), below(80)); break;
      }
      Errors errors;
      const Tenant tenant = read_effective(mutated, "mutated", errors);
      if (!errors.empty()) continue;
      ++understood;
      Errors again;
      (void)read_effective(effective(tenant), "again", again);
      EXPECT_EQ(text_of(again), "");
    }
    for (int round = 0; round < 100; ++round) {
      std::string json = json_text(shipped_tenant(name).tree);
      json[below(json.size())] = bytes[below(bytes.size())];
      (void)parse_json(json, "mutated");
    }
  }
  EXPECT_GT(understood, 0U);
}

}  // namespace
}  // namespace florin::config
