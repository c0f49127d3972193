#include "config/tenant/compiler.hpp"

#include <algorithm>

#include "config/decode.hpp"
#include "config/hint.hpp"

namespace florin::config {

void Compiler::payments() {
  catalog_.methods_at = rule_at(file_.payments.at);
  listed(!file_.payments.processors.empty(), "processors", file_.payments.at);
  listed(!file_.payments.methods.empty(), "methods", file_.payments.at);
  for (const auto& [id, block] : file_.payments.processors)
    catalog_.processors.push_back(
        {.id = id, .plugin = block.plugin.text(), .config = json_text(processor_config(id)), .at = rule_at(block.at)});
  for (const auto& [id, block] : file_.payments.methods) {
    Method method;
    method.id = id;
    method.plugin = block.plugin.text();
    method.config = json_text(method_config(block));
    method.at = rule_at(block.at);
    for (const auto& processor : block.through) {
      known("processor", processor.value.text(), ids_of(catalog_.processors), processor.at);
      method.through.push_back(processor.value);
    }
    listed(!block.through.empty(), "through", block.at);
    method.brands = block.brands;
    for (const yaml::Slot slot : block.slots) method.slots.push_back(shape_of<yaml::Slot>().text(&slot));
    method.without_customer = std::ranges::count(block.can, yaml::Can::without_customer) != 0;
    if (std::ranges::count(block.can, yaml::Can::one_time) == 0)
      add("contradiction", "a method can be used at least one_time", block.at);
    if (method.without_customer && method.slots.empty())
      add("missing_key", "'slots' is missing: what is charged without the customer is kept in one", block.at);
    method.offered_to = condition(block.offered_to, account_words());
    method.order_open = length(block.order_open);
    if (block.counts_when) method.counts_when = block.counts_when->value;
    if (method.by_invoice() && (method.slots.size() != 1 || method.without_customer))
      add("contradiction", "what is sent as an invoice is paid by the customer alone, and kept in no other slot",
          block.at);
    catalog_.methods.push_back(std::move(method));
  }
  bank_receipts();
  retries();
}

void Compiler::retries() {
  const auto& elsewhere = file_.payments.next_processor_after;
  const auto several = std::ranges::find_if(
      catalog_.methods, [](const Method& method) { return method.through.size() > 1 && !method.by_invoice(); });
  if (elsewhere) {
    ElsewhereRule rule{.after = {}, .at = rule_at(elsewhere->at)};
    for (const yaml::RefusedWhy why : elsewhere->value) rule.after.push_back(shape_of<yaml::RefusedWhy>().text(&why));
    catalog_.next_processor = std::move(rule);
  } else if (several != catalog_.methods.end()) {
    add("missing_key",
        "'next_processor_after' is missing: '" + several->id.text() +
            "' has several processors; say after which refusals the next one is asked, as [technical], or []",
        file_.payments.at);
  }
  for (const auto& [why, spans] : file_.payments.retries) {
    RetryRule rule{.why = shape_of<yaml::RetriedWhy>().text(&why), .after = {}, .at = rule_at(spans.at)};
    for (const auto& after : spans.value) rule.after.push_back(length(after));
    listed(!rule.after.empty(), "'" + rule.why + "'", spans.at);
    catalog_.retries.push_back(std::move(rule));
  }
  if (const auto& block = file_.payments.refusals) {
    if (block->at_most.value < 1) add("bad_count", "at least 1 refusal is allowed", block->at_most.at);
    catalog_.refusals =
        RefusalCap{.at_most = block->at_most.value, .within = length(block->within), .at = rule_at(block->at)};
  }
  if (const auto& block = file_.payments.rest)
    catalog_.rest =
        RestRule{.after = static_cast<std::int32_t>(std::min<std::int64_t>(block->after.value.count, INT32_MAX)),
                 .lasts = length(block->lasts),
                 .at = rule_at(block->at)};
}

void Compiler::bank_receipts() {
  const yaml::PaymentsBlock& payments = file_.payments;
  const bool by_bank = std::ranges::any_of(catalog_.methods, &Method::by_invoice);
  if (by_bank && !payments.short_)
    add("missing_key", "'short' is missing: what comes by bank may be less; write {write_off: 0.00, …}", payments.at);
  if (!payments.short_) return;
  BankMoneyRule rule;
  rule.write_off = money(payments.short_->write_off);
  rule.withheld_tax = payments.short_->withheld_tax.value.share;
  rule.at = rule_at(payments.short_->at);
  catalog_.bank_receipts = rule;
}

void Compiler::paid_after_closed() {
  catalog_.minimum_charge = money(file_.payments.minimum_charge);
  const yaml::PaidAfterClosedBlock& block = file_.payments.paid_after_closed;
  PaidAfterClosed& rule = catalog_.paid_after_closed;
  rule.at = rule_at(block.at);
  const auto word = [this](const std::optional<Written<LateThen>>& written, LateThen wrong, std::string_view why) {
    if (!written) return std::optional<LateThen>();
    if (written->value == wrong) add("contradiction", std::string(why), written->at);
    return std::optional(written->value);
  };
  constexpr std::string_view always_due = "bought credits are always still due: write deliver";
  rule.purchase = word(block.purchase, LateThen::deliver_if_still_due, always_due);
  rule.recharge = word(block.recharge, LateThen::deliver_if_still_due, always_due);
  rule.subscription = word(block.subscription, LateThen::deliver, "a period may be over: write deliver_if_still_due");
  rule.otherwise = block.otherwise.value;
  if (rule.otherwise != LateThen::refund && rule.otherwise != LateThen::staff_decides)
    add("contradiction", "what cannot be delivered is given back or decided: write refund or staff_decides",
        block.otherwise.at);
}

Node Compiler::processor_config(const ProcessorId& id) const {
  const Node* block = &tree_;
  for (const std::string_view key :
       {std::string_view("payments"), std::string_view("processors"), std::string_view(id.text())})
    block = block == nullptr ? nullptr : block->child(key);
  // An id that is none has an error already.
  Node config = block == nullptr ? Node() : *block;
  std::erase_if(config.children, [](const Node& child) { return child.key == "plugin"; });
  return config;
}

Node Compiler::method_config(const yaml::MethodBlock& block) {
  Node config = block.rest.node;
  if (block.brands.empty()) return config;
  Node brands;
  brands.kind = Node::Kind::list;
  brands.key = "brands";
  for (const std::string& brand : block.brands) {
    Node& node = brands.children.emplace_back();
    node.kind = Node::Kind::scalar;
    node.text = brand;
  }
  config.children.push_back(std::move(brands));
  return config;
}

void Compiler::tries() {
  for (const auto& [kind, slots] : file_.payments.try_) {
    TryRule rule{.order = shape_of<OrderKind>().text(&kind), .slots = {}, .at = rule_at(slots.at)};
    for (const auto& slot : slots.value) {
      const std::string word = shape_of<yaml::TrySlot>().text(&slot.value);
      const bool kept = std::ranges::any_of(
          catalog_.methods, [&](const Method& method) { return std::ranges::count(method.slots, word) != 0; });
      if (slot.value != yaml::TrySlot::chosen && !kept)
        add("unknown_name", "no method here is kept as '" + word + "'", slot.at);
      rule.slots.push_back(word);
    }
    listed(!rule.slots.empty(), "'" + rule.order + "'", slots.at);
    catalog_.tries.push_back(std::move(rule));
  }
  must_try(OrderKind::subscription, !catalog_.plans.empty(), "every renewal is one");
  must_try(OrderKind::change, !catalog_.plans.empty(), "a change of plan may cost something");
  must_try(OrderKind::purchase, catalog_.credit_sales.has_value(), "credits are sold");
  must_try(OrderKind::recharge, catalog_.auto_recharge.has_value(), "auto_recharge is offered");
  must_try(OrderKind::licences, catalog_.licences.has_value(), "plans are sold by licence");
  must_try(OrderKind::minimum, catalog_.has_minimum, "a monthly minimum may not be met");
  must_try(OrderKind::addon, !catalog_.add_ons.empty(), "add_ons are sold");
  recharges_by_itself();
}

void Compiler::recharges_by_itself() {
  const TryRule* recharge = catalog_.tries_for("recharge");
  if (!catalog_.auto_recharge || recharge == nullptr || charged_by_itself(catalog_, *recharge)) return;
  const auto written =
      std::ranges::find_if(file_.payments.try_, [](const auto& one) { return one.first == OrderKind::recharge; });
  add("never_charged",
      "auto_recharge is offered, and nothing that is tried for it can be charged without its customer: name a slot of "
      "a "
      "method with can: [one_time, without_customer], or take auto_recharge out",
      written->second.at);
}

bool charged_by_itself(const Catalog& catalog, const TryRule& rule) {
  return std::ranges::any_of(rule.slots, [&](const std::string& slot) {
    const std::string kept = slot == "chosen" ? "primary" : slot;
    return std::ranges::any_of(catalog.methods, [&](const Method& method) {
      return method.without_customer && std::ranges::find(method.slots, kept) != method.slots.end();
    });
  });
}

void Compiler::must_try(OrderKind kind, bool occurs, std::string_view because) {
  const std::string word = shape_of<OrderKind>().text(&kind);
  if (occurs && catalog_.tries_for(word) == nullptr)
    add("missing_key",
        "'try' does not say what is charged for '" + word + "': " + std::string(because) + "; write [primary]",
        file_.payments.at);
}

}  // namespace florin::config
