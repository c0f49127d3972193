#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

/// What is counted while the service runs, as Prometheus reads it. docs/runbook.md
namespace florin::server {

class Metrics {
 public:
  void request(std::string_view route, int status, std::chrono::microseconds took);
  /// labels   as Prometheus writes them: `endpoint="crm",outcome="done"`
  void count(std::string_view name, std::string_view labels, std::uint64_t by = 1);
  /// A value as it is now.
  void set(std::string_view name, std::string_view labels, double value);
  /// All of it, with help and type of each.
  std::string text() const;

 private:
  static constexpr std::array buckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0};
  struct Histogram {
    std::array<std::uint64_t, buckets.size()> up_to{};
    std::uint64_t count = 0;
    double sum = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Histogram> took_;
  std::map<std::string, std::map<std::string, std::uint64_t>> counters_;
  std::map<std::string, std::map<std::string, double>> gauges_;
};

struct MetricName {
  std::string_view name, type, help;
};
/// Every metric that there is: what docs, alerts and dashboards may name.
inline constexpr MetricName metric_names[] = {
    {"florin_build_info", "gauge", "1, with the version"},
    {"florin_up_since_timestamp_seconds", "gauge", "when the service began"},
    {"florin_http_requests_total", "counter", "requests by route and status"},
    {"florin_http_request_duration_seconds", "histogram", "from a request's last byte to its answer"},
    {"florin_journal_position", "gauge", "position of the last durable entry"},
    {"florin_views_behind_entries", "gauge", "durable entries that views.db does not have yet"},
    {"florin_tenant_up", "gauge", "1 when the tenant runs, 0 when its file or a plugin is unfit"},
    {"florin_accounts", "gauge", "accounts of a tenant"},
    {"florin_cases_open", "gauge", "what waits for a person"},
    {"florin_payments_unknown", "gauge", "payments whose outcome is not known"},
    {"florin_webhooks_in_total", "counter", "provider's webhooks by processor and outcome"},
    {"florin_webhooks_out_total", "counter", "deliveries to endpoints by outcome"},
    {"florin_webhooks_out_oldest_pending_seconds", "gauge", "how long the oldest undelivered event has waited"},
    {"florin_webhooks_out_endpoint_enabled", "gauge", "1 when events are sent to the endpoint"},
    {"florin_plugin_runners", "gauge", "processes of isolated plugins that run now"},
    {"florin_plugin_calls_total", "counter", "questions to an isolated plugin, by plugin and tenant"},
    {"florin_plugin_starts_total", "counter",
     "starts of its process: after the first each is a respawn, or after a rest"},
    {"florin_plugin_faults_total", "counter", "crashes, forbidden calls and missing answers of it"},
    {"florin_plugin_quarantines_total", "counter", "how often it was quarantined"},
    {"florin_plugin_quarantined", "gauge", "1 while it is quarantined, and not asked"},
    {"florin_backup_last_success_timestamp_seconds", "gauge", "when the last backup was made; 0: never"},
    {"florin_card_tries_refused_total", "counter", "tries of cards beyond what an account may make in an hour"},
    {"florin_rate_limited_total", "counter",
     "what was turned away from an address that was wrong too often, by bucket"},
    {"florin_http_refused_total", "counter", "connections that were not taken, by reason"},
    {"florin_draining", "gauge", "1 from SIGTERM on"}};

/// With backslash, quote and line end escaped.
std::string label(std::string_view name, std::string_view value);

}  // namespace florin::server
