#include <algorithm>

#include "config/decode.hpp"
#include "config/tenant/compiler.hpp"

namespace florin::config {

void Compiler::on_new_version() {
  const yaml::OnNewVersionBlock& block = file_.on_new_version;
  catalog_.on_new_version = {
      .running_subscriptions = block.running_subscriptions, .meters = block.meters, .at = rule_at(block.at)};
}

void Compiler::notifications() {
  for (const yaml::NoticeBlock& block : file_.notifications) {
    NoticeRule rule{.when = shape_of<yaml::NoticeWhen>().text(&block.when),
                    .roles = {},
                    .with_invoice = block.with.has_value(),
                    .at = rule_at(block.at)};
    for (const auto& role : block.tell) {
      (void)known("role", role.value.text(), ids_of(catalog_.roles), role.at);
      rule.roles.push_back(role.value.text());
    }
    listed(!block.tell.empty(), "tell", block.at);
    const bool has_invoice =
        block.when == yaml::NoticeWhen::order_confirmed || block.when == yaml::NoticeWhen::upgraded_from_trial;
    if (block.with && !has_invoice) add("contradiction", "only a paid order has an invoice", block.with->at);
    catalog_.notifications.push_back(std::move(rule));
  }
}

}  // namespace florin::config
