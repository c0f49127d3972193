#pragma once

#include <string>
#include <vector>

namespace florin {

/// Somebody who is told what happens, by Standard Webhooks. docs/events.md
struct WebhookEndpoint {
  std::string name, tenant, url;
  std::vector<std::string> events;  ///< `order.paid`, `credits.*`; empty: all that are stable
  std::vector<std::string>
      secrets;  ///< `whsec_…` by reference, env:CRM or file:/etc/florin/secrets/crm; all of them sign
};

/// The block `serve:` of florin.yaml. Paths are resolved.
struct ServiceSettings {
  std::vector<std::string> listen;  ///< empty: 127.0.0.1:8080
  std::string base_url;             ///< as customers see it, `https://billing.example`; empty: where it listens
  std::string metrics;              ///< address of its own for /metrics and details of health; empty: none
  std::string pages;                ///< the folder of the portal's and the console's files; empty: none
  std::vector<std::string> session_secrets;  ///< files: the first seals, all open; empty: one of the data folder
  std::vector<std::string> return_to;        ///< origins that a portal may lead back to
  std::vector<std::string> embed;            ///< origins that may show the widget in a frame
  std::vector<WebhookEndpoint> webhooks;
  int drain = 5;                          ///< seconds from SIGTERM on, until no connection is taken
  bool reaches_loopback = false;          ///< the host's egress: stand-ins on this machine may be called
  std::vector<std::string> api_origins;   ///< origins whose pages may call the API with a session's token
  std::vector<std::string> public_offer;  ///< tenants whose offer anybody may read
  /// Where the other hosts of the same journal reach this one, `http://10.0.0.5:8080`; empty: it is the only one.
  std::string hosts_url;
  std::string hosts_secret;  ///< by reference: what they know each other by
  /// Proxies whose X-Forwarded-For is believed: `unix`, addresses, ranges.
  std::vector<std::string> trusted_proxies;
};

}  // namespace florin
