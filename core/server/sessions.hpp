#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "florin/host.hpp"
#include "seconds.hpp"

/// Sessions of customers and staff: sealed tokens that say who somebody is, and links that are exchanged for them.
/// docs/decisions/0090-sessions.md
namespace florin::server {

/// Who somebody is. What they may is read from the books, or (for staff) given with the link.
struct Session {
  bool staff = false;
  std::vector<std::string> tenants;  ///< a customer's one; of staff: none means all
  std::string account;               ///< of a customer
  std::string role;                  ///< what the backend said; where the account lists members, the books say it
  std::string id;                    ///< the member, or who of staff
  std::vector<std::string> scopes;   ///< of staff
  bool bearer = false;               ///< in a header, for a front end of one's own; else in a cookie
  Seconds issued = 0, seen = 0;
  std::uint64_t position = 0;  ///< of the journal when it was issued: what ended sessions later ended this one
  std::string nonce;           ///< names it when somebody signs out
  std::uint32_t order = 0;     ///< of a link to pay that one: it shows nothing else; 0: it is none
  bool invitation = false;     ///< of a link in an invitation: it is exchanged, and asks nothing itself

  Seconds ends() const;
  /// When it ends if nothing more is asked.
  Seconds idle_until() const;
  bool works(Seconds now) const { return now < ends() && now < idle_until() && seen <= now + 60; }
  bool is_of(std::string_view tenant) const;
};

/// Of a link by which one order is paid.
Session pay_session(const TenantId& tenant, const AccountId& account, std::uint32_t order, Seconds now);

/// What a link leads to.
struct Link {
  Session session;
  std::string page, locale, return_url;
};

/// A name nobody guesses: letters and digits.
std::string random_name(std::size_t letters);

class Sessions {
 public:
  /// secrets  the first seals, all open; each is hashed to a key. None: one of this process, so that sessions end with
  ///          it.
  explicit Sessions(const std::vector<std::string>& secrets, std::function<Seconds()> clock = {});

  Seconds now() const { return clock_(); }
  /// When a session that is given out now begins: later than those of its people that were ended within this second.
  Seconds begins(const Session& session) const;
  /// `fls_…`
  std::string seal(const Session& session) const;
  /// None: it is none of ours, or was changed. Whether it still works is another question.
  std::optional<Session> open(std::string_view token) const;

  /// A code to be exchanged within 15 minutes, once.
  std::string make_link(Link link);
  /// The session that a code is exchanged for. The same code with the same nonce gives the same session for a minute:
  /// an answer that was lost locks nobody out. None: there is no such code any more.
  std::optional<Link> redeem(const std::string& code, const std::string& nonce);

  void sign_out(const Session& session);
  /// Ends every session that there is of an account (member: of that one alone), or with no account of one of staff.
  void end_all(const std::string& tenant, const std::string& account, const std::string& id);
  bool signed_out(const Session& session) const;
  /// Who has signed out and whose sessions were ended, to be kept, and what was kept.
  std::string signed_out_text() const;
  void read_signed_out(std::string_view text);

 private:
  struct Open {
    Link link;
    Seconds until = 0;
    std::string nonce;  ///< of whoever has exchanged it
  };
  struct Ended {
    std::string tenant, account, id;
    Seconds at = 0;  ///< what was issued until then
    bool ends(const Session& session) const;
  };
  void forget_old(Seconds now);
  Seconds begin_of(const Session& session) const;

  std::vector<std::string> keys_;
  std::function<Seconds()> clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Open> links_;          ///< by the digest of their code
  std::map<std::string, Seconds> signed_out_;  ///< nonce, until when its token would have worked
  std::vector<Ended> ended_;
};

}  // namespace florin::server
