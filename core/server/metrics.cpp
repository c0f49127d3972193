#include "metrics.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

namespace florin::server {

namespace {

std::string number_text(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.17g", value);
  double back = 0;
  char shorter[64];
  std::snprintf(shorter, sizeof shorter, "%.10g", value);
  std::sscanf(shorter, "%lf", &back);
  return back == value ? shorter : text;
}

/// 402 and 429 apart; all others by their hundred.
std::string status_of_answer(int status) {
  if (status == 402 || status == 429) return std::to_string(status);
  return std::to_string(status / 100) + "xx";
}

std::string line(const std::string& name, const std::string& labels, const std::string& value) {
  return name + (labels.empty() ? "" : "{" + labels + "}") + " " + value + "\n";
}

}  // namespace

std::string label(std::string_view name, std::string_view value) {
  std::string text(name);
  text += "=\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text + "\"";
}

void Metrics::request(std::string_view route, int status, std::chrono::microseconds took) {
  const std::string name = route.empty() ? "other" : std::string(route);
  const double seconds = static_cast<double>(took.count()) / 1e6;
  const std::lock_guard lock(mutex_);
  ++counters_["florin_http_requests_total"][label("route", name) + "," + label("status", status_of_answer(status))];
  Histogram& histogram = took_[name];
  ++histogram.count;
  histogram.sum += seconds;
  for (std::size_t i = 0; i < buckets.size(); ++i)
    if (seconds <= buckets[i]) ++histogram.up_to[i];
}

void Metrics::count(std::string_view name, std::string_view labels, std::uint64_t by) {
  const std::lock_guard lock(mutex_);
  counters_[std::string(name)][std::string(labels)] += by;
}

void Metrics::set(std::string_view name, std::string_view labels, double value) {
  const std::lock_guard lock(mutex_);
  gauges_[std::string(name)][std::string(labels)] = value;
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const MetricName& metric : metric_names) {
    const std::string name(metric.name);
    out +=
        "# HELP " + name + " " + std::string(metric.help) + "\n# TYPE " + name + " " + std::string(metric.type) + "\n";
    if (const auto found = counters_.find(name); found != counters_.end())
      for (const auto& [labels, value] : found->second) out += line(name, labels, std::to_string(value));
    if (const auto found = gauges_.find(name); found != gauges_.end())
      for (const auto& [labels, value] : found->second) out += line(name, labels, number_text(value));
    if (metric.type != "histogram") continue;
    for (const auto& [route, histogram] : took_) {
      const std::string of = label("route", route);
      for (std::size_t i = 0; i < buckets.size(); ++i)
        out +=
            line(name + "_bucket", of + "," + label("le", number_text(buckets[i])), std::to_string(histogram.up_to[i]));
      out += line(name + "_bucket", of + ",le=\"+Inf\"", std::to_string(histogram.count));
      out += line(name + "_sum", of, number_text(histogram.sum));
      out += line(name + "_count", of, std::to_string(histogram.count));
    }
  }
  return out;
}

}  // namespace florin::server
