#pragma once

#include <vector>

#include "api.hpp"

/// Routes that have files of their own; the table in api.cpp takes them in.
namespace florin::server {

std::vector<Api::Route> read_routes();
std::vector<Api::Route> event_routes();
std::vector<Api::Route> export_routes();
std::vector<Api::Route> file_routes();
std::vector<Api::Route> paper_routes();

/// Prometheus' text, on the listener of the metrics alone.
void serve_metrics(Api& api, const HttpRequest& request, const Answer& answer);
/// Where a provider sends a customer back to, by GET or by a cross-site POST.
void serve_return(Api& api, const HttpRequest& request, const Answer& answer);

}  // namespace florin::server
