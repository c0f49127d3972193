#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <utility>

#include "florin/check.hpp"
#include "metrics.hpp"
#include "outbox.hpp"
#include "routes.hpp"

/// What operators scrape, and where customers come back from a bank's page.
namespace florin::server {

namespace json = boost::json;

namespace {

std::size_t length_of(const Result<std::string>& list, bool (*counts)(const json::value& one)) {
  boost::system::error_code failed;
  const json::value all = list ? json::parse(*list, failed) : json::value();
  if (failed) return 0;
  const json::value* rows = &all;
  if (const auto* object = all.if_object(); object != nullptr && object->contains("payments"))
    rows = &object->at("payments");
  if (!rows->is_array()) return 0;
  std::size_t count = 0;
  for (const json::value& one : rows->get_array()) count += counts(one) ? 1U : 0U;
  return count;
}

void measure_runners(const Host& host, Metrics& metrics) {
  double running = 0;
  for (const Host::PluginRunner& one : host.plugin_runners()) {
    const std::string of = label("plugin", one.plugin) + "," + label("tenant", one.tenant);
    running += one.running ? 1 : 0;
    metrics.set("florin_plugin_calls_total", of, static_cast<double>(one.calls));
    metrics.set("florin_plugin_starts_total", of, static_cast<double>(one.starts));
    metrics.set("florin_plugin_faults_total", of, static_cast<double>(one.faults));
    metrics.set("florin_plugin_quarantines_total", of, static_cast<double>(one.quarantines));
    metrics.set("florin_plugin_quarantined", of, one.quarantined ? 1 : 0);
  }
  metrics.set("florin_plugin_runners", "", running);
}

void measure(Api& api) {
  Host& host = api.host();
  Metrics& metrics = api.metrics();
  metrics.set("florin_build_info", label("version", version()), 1);
  metrics.set("florin_journal_position", "", static_cast<double>(host.position()));
  metrics.set("florin_views_behind_entries", "", static_cast<double>(host.views().behind));
  metrics.set("florin_draining", "", api.draining() ? 1 : 0);
  for (const TenantStanding& its : api.service().tenants()) {
    const TenantId& tenant = its.tenant;
    const std::string of = label("tenant", tenant.text());
    metrics.set("florin_tenant_up", of, its.stopped ? 0 : 1);
    metrics.set("florin_accounts", of, static_cast<double>(host.accounts(tenant).size()));
    metrics.set("florin_cases_open", of,
                static_cast<double>(length_of(host.cases(tenant), [](const json::value&) { return true; })));
    metrics.set("florin_payments_unknown", of,
                static_cast<double>(length_of(host.payments(tenant), [](const json::value& one) {
                  const auto* object = one.if_object();
                  const auto* state = object == nullptr ? nullptr : object->if_contains("state");
                  return state != nullptr && state->is_string() && state->get_string() == "unknown";
                })));
  }
  measure_runners(host, metrics);
  api.outbox().measure();
  double backup = 0;
  std::ifstream(std::filesystem::path(host.folder()) / "last_backup") >> backup;
  metrics.set("florin_backup_last_success_timestamp_seconds", "", backup);
}

}  // namespace

void serve_metrics(Api& api, const HttpRequest&, const Answer& answer) {
  api.later([&api, answer] {
    measure(api);
    answer({.type = "text/plain; version=0.0.4; charset=utf-8", .body = api.metrics().text()});
  });
}

namespace {

/// What a provider's page has added to the address, or sent as a form, for the processor's plugin. It stands behind the
/// #, so that no log of a server has it. Too much is nothing.
std::string brought_back(const HttpRequest& request) {
  constexpr std::size_t most_fields = 16, most_bytes = 4096;
  HttpRequest form;
  const std::string* type = request.header("content-type");
  if (type != nullptr && type->starts_with("application/x-www-form-urlencoded") && request.body.size() <= most_bytes)
    (void)read_target("/?" + request.body, form);
  std::string fields;
  std::size_t count = 0;
  for (const auto* list : {&request.query, &std::as_const(form).query})
    for (const auto& [name, value] : *list) {
      if (name == "order" || name.empty()) continue;
      fields += (fields.empty() ? "#" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
      ++count;
    }
  return count <= most_fields && fields.size() <= most_bytes ? fields : std::string();
}

}  // namespace

/// It says nothing about money and knows nobody: the page that it leads to has the session, and asks for the order.
void serve_return(Api& api, const HttpRequest& request, const Answer& answer) {
  const auto tenant = TenantId::parse(request.segments[1]);
  if (!tenant)
    return answer(reply_of(Problem{.code = "not_found", .detail = "There is nothing at this address."}, request));
  // Which order it was: its number alone, whatever else the provider has added to the address.
  const std::string* order = request.parameter("order");
  const bool number = order != nullptr && !order->empty() && order->size() <= 18 &&
                      order->find_first_not_of("0123456789") == std::string::npos;
  HttpReply reply{.status = 303, .type = {}};
  reply.headers = {{"Location", api.base_url() + "/portal/" + tenant->text() + "/return" +
                                    (number ? "?order=" + *order : std::string()) + brought_back(request)},
                   {"Referrer-Policy", "no-referrer"}};
  answer(std::move(reply));
}

}  // namespace florin::server
