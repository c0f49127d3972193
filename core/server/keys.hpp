#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "florin/host.hpp"
#include "sessions.hpp"

/// API keys: how they look, and who a request is from. docs/http.md
namespace florin::server {

/// A new key: `fl_live_` or `fl_test_`, 32 random letters and digits, and 6 of a checksum.
std::string make_key(bool test);
/// Whether it has a key's form and checksum: a mistyped key needs no look-up.
bool looks_like_key(std::string_view key);
bool is_test_key(std::string_view key);
/// SHA-256 in 64 hexadecimal digits: what the books keep.
std::string digest_of(std::string_view key);

/// The scopes of a preset: backend, usage, readonly, support, staff. None: there is no such preset.
std::optional<std::vector<std::string>> preset_scopes(std::string_view preset);
std::string preset_names();

/// Who asks, as the credential says it. There is no other way to a tenant.
struct Caller {
  TenantId tenant;
  std::string key;               ///< id of the key; empty: admin.sock
  std::set<std::string> scopes;  ///< of the key
  bool local = false;            ///< through admin.sock: an operator of this machine, who may everything
  Actor actor;                   ///< who it is in the books
  Audience audience = Audience::customer;
  std::optional<Session> session;  ///< none: it is a key, or admin.sock

  bool has(std::string_view scope) const { return local || scopes.contains(std::string(scope)); }
  bool is_customer() const { return session && !session->staff; }
};

/// The keys of all tenants by their digest, as the books have them.
class KeyRing {
 public:
  explicit KeyRing(const Host& host) : host_(host) {}
  /// Reads them anew. Blocks.
  void refresh();
  void refresh(const TenantId& tenant);

  struct Found {
    TenantId tenant;
    ApiKey key;
  };
  std::optional<Found> find(std::string_view key) const;

 private:
  const Host& host_;
  std::mutex refreshing_;  ///< of reading and taking over what was read
  mutable std::mutex mutex_;
  std::map<std::string, Found, std::less<>> by_digest_;
};

}  // namespace florin::server
