#pragma once

#include <boost/json.hpp>
#include <string_view>

/// What routes answer that no shape of the core says. docs/openapi.json
namespace florin::server {

struct RouteAnswer {
  int status = 200;
  boost::json::value schema;  ///< null: it is not JSON
  std::string_view type = "application/json";
};

/// Schemas by their names in the file.
boost::json::object shared_answers();
/// A page of a list of what has that name.
boost::json::value page_schema(std::string_view item);

/// What a route takes that is no command; any JSON where nothing is said.
boost::json::value route_body(std::string_view pattern);

/// By method and pattern. A schema of its own is closed: no field comes that it does not name.
RouteAnswer route_answer(std::string_view method, std::string_view pattern);

}  // namespace florin::server
