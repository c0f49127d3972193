#pragma once

#include <string_view>

#include "message.hpp"

/// Whose request it is in a trace of many programs: the header traceparent of W3C Trace Context.
namespace florin::server {

/// `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`, as that version or a later one writes it.
bool is_traceparent(std::string_view text);

/// Takes every traceparent out that is malformed or there twice; the request is answered all the same. One of a later
/// version goes on as one of 00.
void keep_fit_trace(HttpRequest& request);

}  // namespace florin::server
