#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "florin/host.hpp"
#include "florin/service_settings.hpp"

/// What `florin serve` asks of a host beyond what an embedder does. docs/http.md
namespace florin {

class Assembly;

/// Where a person stands on an account.
struct AccountRole {
  std::string role;      ///< as the books have it, or as the backend says it where nobody is listed; empty: none
  bool invited = false;  ///< an invitation is open: it may be accepted, and nothing else
};

/// A tenant of the host, and whether it is up.
struct TenantStanding {
  TenantId tenant;
  std::optional<Error> stopped;  ///< why nothing is decided and read of it
};

struct Outgoing {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
struct OutgoingAnswer {
  int status = 0;  ///< 0: there was no answer
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string problem;  ///< why there was none
};

class FLORIN_API Service {
 public:
  explicit Service(const Host& host) : host_(host) {}

  const ServiceSettings& settings() const;
  /// Errors of these: no_such_tenant, no_such_account.
  Result<AccountRole> standing(const TenantId& tenant, const AccountId& account, const Actor& actor) const;
  /// Roles of the tenant's customers; the first is the owner's.
  Result<std::vector<std::string>> roles(const TenantId& tenant) const;

  /// All of them. None: this host does not have the journal.
  std::vector<TenantStanding> tenants() const;
  /// What is sent to providers for an account within the next minute, or until this is called again, carries `trace`
  /// as its traceparent (W3C Trace Context); empty: none.
  void follow(const TenantId& tenant, const AccountId& account, const std::string& trace) const;

  /// `whsec_…` by its reference. Errors: secret_missing.
  Result<std::string> secret(const std::string& reference) const;
  /// One POST to somebody else's server: to public addresses alone (by what its name resolves to), without redirects.
  /// `done` runs once, on a thread of the host, and must not block.
  void post(Outgoing request, std::function<void(OutgoingAnswer)> done) const;

  /// Under which epoch the journal is this host's; 0: another has it, or it was closed. Waits for nobody.
  std::uint64_t owned_epoch() const;

  /// A small text of the service's own, beside the journal: it is no part of the books. Empty: never noted.
  Result<std::string> note(std::string_view name) const;
  Status set_note(std::string_view name, std::string_view text) const;

 private:
  friend class Papers;  // florin/papers.hpp
  friend class Files;   // florin/files.hpp
  /// None: the host was closed.
  std::shared_ptr<Assembly> assembly() const;
  const Host& host_;
};

/// The block `serve:` of a florin.yaml as the file is now. Errors: every error of the file, in `message`.
FLORIN_API Result<ServiceSettings> read_service_settings(const std::string& config);
/// A secret by its reference, env:NAME or file:/path. Errors: secret_missing.
FLORIN_API Result<std::string> read_reference(const std::string& reference);

}  // namespace florin
