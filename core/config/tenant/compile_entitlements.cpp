#include <algorithm>

#include "config/decode.hpp"
#include "config/hint.hpp"
#include "config/tenant/compiler.hpp"

namespace florin::config {

namespace {

std::string may_be(const Entitlement& row) {
  switch (row.kind) {
    case Entitlement::Kind::count: return "a whole number, unlimited or per_account";
    case Entitlement::Kind::flag: return "true or false";
    case Entitlement::Kind::number: return "a number or per_account";
    case Entitlement::Kind::word: break;
  }
  return choice({row.of.begin(), row.of.end()});
}

}  // namespace

void Compiler::entitlements() {
  for (const auto& [id, block] : file_.entitlements) {
    Entitlement row;
    row.id = id;
    row.at = rule_at(block.at);
    row.kind = block.kind ? block.kind->value : Entitlement::Kind::word;
    row.of = block.of;
    std::vector<std::string_view> taken = account_words();
    if (std::ranges::find(taken, id.text()) != taken.end())
      add("contradiction", "'" + id.text() + "' is a word of conditions already", block.at);
    const bool word = row.kind == Entitlement::Kind::word, count = row.kind == Entitlement::Kind::count;
    if (word && row.of.empty())
      add("missing_key", "'" + id.text() + "' says its kind (count, flag, number), or `of` which words it is",
          block.at);
    if (!word && !row.of.empty()) add("contradiction", "only words are one `of` several", block.at);
    if (count && !block.over_limit)
      add("missing_key", "'over_limit' is missing: write refuse_change or suspend_newest", block.at);
    if (!count && (block.over_limit || block.taken_by))
      add("contradiction", "only a count is taken and has a limit", block.at);
    if (block.over_limit) row.over_limit = block.over_limit->value;
    if (block.taken_by) row.taken_by = shape_of<Action>().text(&block.taken_by->value);
    columns(block, row);
    catalog_.entitlements.push_back(std::move(row));
  }
}

void Compiler::columns(const yaml::EntitlementBlock& block, Entitlement& row) {
  std::vector<std::string_view> wanted = plan_ids_;
  if (file_.trial) wanted.insert(wanted.begin(), "trial");
  const std::string path = "entitlements." + row.id.text() + ".";
  const auto put = [&](std::string_view plan, const std::string& value, const Where& at) {
    const bool left_open = value == "per_account" && row.kind != Entitlement::Kind::flag;
    if (!row.fits(value) && !left_open)
      add("bad_entitlement", "'" + value.substr(0, 40) + "' is no " + row.id.text() + ": write " + may_be(row), at);
    row.columns.push_back({std::string(plan), value, rule_at(at)});
  };
  for (const Node& child : block.rest.node.children) {
    if (!known("plan or 'trial'", child.key, wanted, child.where_key(path + child.key))) continue;
    put(child.key, child.text, child.where(path + child.key));
  }
  for (const std::string_view plan : wanted) {
    if (row.column(plan) != nullptr) continue;
    if (block.others)
      put(plan, block.others->value.written, block.others->at);
    else
      add("missing_key", "'" + row.id.text() + "' does not say what '" + std::string(plan) + "' has of it", block.at);
  }
}

void Compiler::members() {
  if (!file_.members) return;
  const yaml::MembersBlock& block = *file_.members;
  MembersRule rule{.take_one_of = {}, .invitation_takes_one = block.invitation_takes_one, .at = rule_at(block.at)};
  const std::string& taken = block.take_one_of.value;
  if (taken == "licences") {
    if (!catalog_.licences) add("contradiction", "no plan here is sold by_licence", block.take_one_of.at);
  } else {
    std::vector<std::string_view> counts = {"licences"};
    for (const Entitlement& row : catalog_.entitlements)
      if (row.kind == Entitlement::Kind::count) counts.push_back(row.id.text());
    if (known("count", taken, counts, block.take_one_of.at)) rule.take_one_of = EntitlementId::trusted(taken);
  }
  catalog_.members = std::move(rule);
}

void Compiler::add_on_entitlements(const yaml::AddOnBlock& block, AddOn& add_on) {
  if (!block.sells && block.sets.empty() && !block.takes_one_of)
    add("missing_key", "an add-on sells credits, sets entitlements, or takes_one_of a count", block.at);
  for (const auto& [id, value] : block.sets) {
    if (!known("entitlement", id.text(), ids_of(catalog_.entitlements), value.at)) continue;
    const Entitlement& row = *catalog_.entitlement(id);
    if (!row.fits(value.value.written))
      add("bad_entitlement",
          "'" + value.value.written.substr(0, 40) + "' is no " + id.text() + ": write " + may_be(row), value.at);
    add_on.sets.push_back({id, value.value.written});
  }
  if (block.takes_one_of) {
    const EntitlementId& count = block.takes_one_of->value;
    if (known("entitlement", count.text(), ids_of(catalog_.entitlements), block.takes_one_of->at) &&
        catalog_.entitlement(count)->kind != Entitlement::Kind::count)
      add("contradiction", "'" + count.text() + "' is no count", block.takes_one_of->at);
    add_on.takes_one_of = count;
  }
  std::vector<std::string_view> words = account_words();
  for (const Entitlement& row : catalog_.entitlements)
    if (row.kind == Entitlement::Kind::word || row.kind == Entitlement::Kind::flag) words.push_back(row.id.text());
  add_on.needs = condition(block.needs, words);
}

void Compiler::minimum() {
  const auto filled_in = [](const auto& key) { return key.value == yaml::PerAccount::monthly_minimum; };
  std::optional<Where> first;
  for (const auto& [id, plan] : file_.plans) {
    const auto by_staff = std::ranges::find_if(plan.per_account, filled_in);
    if (!first && plan.monthly_minimum) first = plan.monthly_minimum->at;
    if (!first && by_staff != plan.per_account.end()) first = by_staff->at;
  }
  catalog_.has_minimum = first.has_value();
  if (!first) return;
  if (std::ranges::none_of(catalog_.credits, [](const CreditTypeRule& type) { return bool(type.is_money); }))
    add("contradiction", "usage counts in credits that are money, and there are none here", *first);
  if (file_.changes && file_.changes->pause)
    add("contradiction", "a plan with a monthly minimum cannot be paused: its months would not stand still", *first);
}

}  // namespace florin::config
