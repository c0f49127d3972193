#pragma once

#include <boost/asio/io_context.hpp>
#include <string>

#include "message.hpp"

/// Several hosts of one journal: who does not have it gives requests to the one that does.
/// docs/decisions/0232-several-hosts.md
namespace florin::server {

/// What a host shows to another with a request that it forwards. Empty: there is no secret.
std::string forward_token(const std::string& secret);

/// Whether another host of ours forwarded it; then `request` says from whom it has it.
bool is_forwarded(HttpRequest& request, const std::string& token);

/// Gives `request` to the host at `url`, once, on the thread of `io`. What does not come back is ask_again: its key
/// makes sending it again safe.
void forward(boost::asio::io_context& io, const HttpRequest& request, const std::string& url, const std::string& token,
             Answer answer);

}  // namespace florin::server
