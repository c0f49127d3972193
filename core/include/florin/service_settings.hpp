#pragma once

#include <string>
#include <vector>

namespace florin {

/// A webhook endpoint, by Standard Webhooks. docs/events.md
struct WebhookEndpoint {
  std::string name, tenant, url;
  std::vector<std::string> events;  ///< `order.paid`, `credits.*`; empty: all that are stable
  std::vector<std::string>
      secrets;  ///< `whsec_…` by reference, env:CRM or file:/etc/florin/secrets/crm; all of them sign
};

/// A group of staff at the identity proxy, and what its members may do.
struct StaffGroup {
  std::string name;
  std::vector<std::string> scopes;
  std::vector<std::string> tenants;  ///< empty: all
};
/// A proxy that authenticates staff, such as oauth2-proxy. docs/decisions/0277-staff-by-a-proxy.md
struct StaffProxy {
  std::string header;  ///< `x-forwarded-email`, in lower case; empty: there is none
  std::string groups;  ///< `x-forwarded-groups`
  std::string secret;  ///< by reference: what it shows in Florin-Proxy-Secret
  std::vector<StaffGroup> of_groups;
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
  std::string hosts_secret;  ///< by reference: the secret that the hosts share
  /// Proxies whose X-Forwarded-For is believed: `unix`, addresses, ranges.
  std::vector<std::string> trusted_proxies;
  std::string admin;  ///< unix socket for the command line; empty: admin.sock in the data folder, if there is one
  /// Requests a second of one key and of one session; 0: as many as come. docs/decisions/0271-limits-by-key.md
  int key_rate = 200, session_rate = 20;
  std::string journal;           ///< where it is, as the file says it: a folder, or postgres://…
  bool marks_documents = false;  ///< of a sandbox: TEST- stands before every number of a document
  std::string virtual_from;  ///< of a sandbox: time stands still from here on, and moves by POST /host/clock; empty: no
  std::string test;          ///< another florin.yaml, of the test twin that is served beside; empty: none
  StaffProxy staff_proxy;
};

}  // namespace florin
