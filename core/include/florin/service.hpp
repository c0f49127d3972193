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

/// What `florin serve` needs from a host beyond an embedder's calls. docs/http.md
namespace florin {

class Assembly;

/// A person's role on an account.
struct AccountRole {
  std::string role;      ///< the recorded role, or the backend's if the account has no members; empty: none
  bool invited = false;  ///< an invitation is open: the person may only accept it
};

/// A tenant of the host, and whether it is up.
struct TenantStanding {
  TenantId tenant;
  std::optional<Error> stopped;  ///< why it takes no commands and reads
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

  /// All tenants. None: this host does not own the journal.
  std::vector<TenantStanding> tenants() const;
  /// Requests to providers for an account within the next minute, or until the next call, carry `trace` as their
  /// traceparent (W3C Trace Context); empty: none.
  void follow(const TenantId& tenant, const AccountId& account, const std::string& trace) const;

  /// `whsec_…` by its reference. Errors: secret_missing.
  Result<std::string> secret(const std::string& reference) const;
  /// One POST to an external server: only to public addresses (checked when its name is resolved), without redirects.
  /// `done` runs once, on a thread of the host, and must not block.
  void post(Outgoing request, std::function<void(OutgoingAnswer)> done) const;

  /// The epoch under which this host owns the journal; 0: another host owns it, or it was closed. Does not block.
  std::uint64_t owned_epoch() const;

  /// A small text that the service stores beside the journal; it is not part of the books. Empty: never stored.
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
