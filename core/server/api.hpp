#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "card_tries.hpp"
#include "florin/host.hpp"
#include "florin/papers.hpp"
#include "florin/reads.hpp"
#include "florin/service.hpp"
#include "invitation_mails.hpp"
#include "keys.hpp"
#include "mail_desk.hpp"
#include "message.hpp"
#include "problem.hpp"
#include "sessions.hpp"
#include "strangers.hpp"

/// What stands behind the addresses of the API. It sees requests and answers, and no socket. docs/http.md
namespace florin::server {

class Metrics;
class Outbox;

/// What came of a subcommand of `florin` that ran inside the host's process.
struct ProgramRun {
  int exit = 0;
  std::string out, err;
};

/// One request on its way through a route.
struct Asked {
  HttpRequest request;
  Caller caller;
  std::vector<std::string> words;  ///< what stands for the {…} of the pattern, in their order
  AccountId account;               ///< where the pattern names one
  Answer answer;

  void fail(const Error& error) const { answer(reply_of(error, request)); }
  void fail(std::string code, std::string detail) const {
    answer(reply_of(Problem{.code = std::move(code), .detail = std::move(detail)}, request));
  }
  void json(std::string body, int status = 200) const { answer({.status = status, .body = std::move(body)}); }
};
using AskedPtr = std::shared_ptr<Asked>;

class Api {
 public:
  struct Options {
    /// Runs a subcommand beside the running host, for admin.sock; none: there is none.
    std::function<ProgramRun(const std::vector<std::string>& words)> run_program;
    std::ostream* log = nullptr;  ///< a JSON object a line; none: nothing is written
    ServiceSettings settings{};
    std::vector<std::string> session_secrets{};  ///< what is in the files
    std::function<Seconds()> session_clock{};    ///< none: the machine's
    std::function<MailDesk*()> mail_desk{};      ///< none, or nullptr: no mail leaves from here
    std::size_t wrong_tries = 30;                ///< of one address at once, that name nobody
    std::string hosts_secret{};                  ///< by which the hosts of one journal know each other; empty: none
  };
  Api(Host& host, boost::asio::io_context& io, Options options);
  ~Api();

  /// On the thread of the io_context.
  void handle(HttpRequest request, Answer answer);
  /// Bytes that its body may have: large ones are for who shows a key that works.
  std::size_t body_limit(const HttpRequest& request) const;
  /// From now on it is not ready; what comes is answered all the same.
  void drain() { draining_ = true; }
  /// Whether connections of that address are counted together: not those of this machine, or of a trusted proxy.
  bool counts_connections_of(const std::string& address) const;
  void turned_away(const char* why);
  /// Begins to tell endpoints what happens.
  void start();
  /// Looks from now on who has the journal. On the thread of the io_context, or before it runs.
  void watch() { watch_ownership(); }
  /// Where it listens, if the settings do not say how customers see it: `http://127.0.0.1:8080`.
  void set_address(std::string address) { address_ = std::move(address); }
  /// Waits for what runs on the pool.
  void join();

  enum class Body : std::uint8_t { none, json, usage, any, file };  ///< file: its bytes as they are
  struct Route {
    std::string_view method, pattern, scope;  ///< scope: empty: the route asks for itself; `-`: no credential
    void (*run)(Api& api, const AskedPtr& asked);
    std::vector<std::string> parameters;
    Body body;
    std::string_view says;
    std::string_view answer{};  ///< the schema of what it answers; `document[]`: a page of them
    std::string_view
        action{};  ///< of the domain's table: what a customer's role needs for it; empty: to be of the account
  };
  static const std::vector<Route>& routes();

  // For routes that have files of their own.
  Host& host() { return host_; }
  const Service& service() const { return service_; }
  std::shared_ptr<const ServiceSettings> settings() const {
    const std::lock_guard lock(settings_mutex_);
    return settings_;
  }
  /// From now on these.
  void reload(const ServiceSettings& settings);
  Metrics& metrics() { return *metrics_; }
  Outbox& outbox() { return *outbox_; }
  bool in_sandbox() const { return sandbox_; }
  bool draining() const { return draining_; }
  boost::asio::io_context& io() { return io_; }
  bool is_ready() const;
  bool is_ready_to_serve() const;
  std::string base_url() const { return settings()->base_url.empty() ? address_ : settings()->base_url; }
  /// Runs on the pool; answers `busy` when too much waits there.
  void on_pool(const AskedPtr& asked, std::function<void()> work);
  /// Nobody of staff is shown anything of a person that no entry tells of. Waits. False: it was answered.
  bool notes_view(const AskedPtr& asked, const std::string& what);
  /// The same for what has no tenant.
  void later(std::function<void()> work);

 private:
  // Routing
  void route(HttpRequest request, Answer answer);
  void outside_tenants(HttpRequest request, Answer answer);
  /// Whether it is for whoever has the journal alone, and that is another host. False: it was answered here.
  bool stands_by_for(const HttpRequest& request) const;
  void stand_by(const HttpRequest& request, bool forwarded, const Answer& answer);
  /// Whether the journal is ours, and what is kept of it here is of our epoch.
  bool serves() const;
  void watch_ownership();
  void note_ownership();
  void in_tenant(HttpRequest request, Answer answer);
  bool fits(const Route& route, const Asked& asked) const;
  std::optional<Caller> caller_of(const HttpRequest& request, const TenantId& tenant, HttpReply& refused) const;
  std::optional<Caller> caller_by_key(const HttpRequest& request, const TenantId& tenant, std::string_view key,
                                      HttpReply& refused) const;
  std::optional<Caller> caller_by_session(const HttpRequest& request, const TenantId& tenant, std::string_view token,
                                          HttpReply& refused) const;
  void admit(const AskedPtr& asked, const Route& route);
  void admit_customer(const AskedPtr& asked, const Route& route);
  void admit_payer(const AskedPtr& asked, const Route& route);
  bool take_actor(Asked& asked, std::string_view scope) const;
  /// What somebody gets whom no key and no session names: the answer, or that it was tried too often from there.
  HttpReply refuse_stranger(const HttpRequest& request, HttpReply refused) const;
  HttpReply too_often(const HttpRequest& request, std::chrono::seconds wait, const char* bucket) const;
  /// False: it was answered. How often one key and one session may ask; of debits and checks the queues decide.
  bool is_within_rate(const AskedPtr& asked, const Route& route) const;
  bool is_public(const Route& route, const HttpRequest& request, const TenantId& tenant) const;
  void serve_file(const HttpRequest& request, const Answer& answer);
  bool serve_page(const HttpRequest& request, const Answer& answer);

  // Sessions
  void portal_session(const AskedPtr& asked);
  void session(const AskedPtr& asked);
  void end_session(const AskedPtr& asked);
  void end_sessions(const AskedPtr& asked);
  void exchange(const HttpRequest& request, const Answer& answer);
  void exchange_sent(const HttpRequest& request, const std::string& code, const Answer& answer);
  void own_sessions(const HttpRequest& request, const Answer& answer);
  /// Who of staff the identity proxy names, if it shows its secret. Waits for a file.
  std::optional<Session> named_by_proxy(const HttpRequest& request) const;
  void console_session(const HttpRequest& request, const Answer& answer);
  void preflight(const HttpRequest& request, const Answer& answer);
  bool secure() const { return settings()->base_url.starts_with("https://"); }
  std::string cookie_name(const Session& session) const;
  std::string cookie_of(const Session& session) const;
  /// A browser of staff who may operate, on a page of this host.
  bool is_operators(const HttpRequest& request) const;
  bool is_same_origin(const HttpRequest& request, bool must_say) const;
  bool may_return_to(std::string_view url) const;
  /// A cookie that is used goes on, for another half hour.
  void renew_cookie(Asked& asked) const;
  /// Lets a front end of the settings' origins read the answer to its token, also that it is over.
  Answer with_origin(const HttpRequest& request, Answer answer) const;
  std::string session_json(const Session& session, const Link* link) const;
  std::string language_of(const Session& session) const;

  // Links that are sent
  void pay_link(const AskedPtr& asked);
  void checkout(const AskedPtr& asked);
  void invitation(const AskedPtr& asked);
  bool may_mail_invitation(const AskedPtr& asked);
  void messages(const AskedPtr& asked);
  void send_again(const AskedPtr& asked);
  void bounces(const AskedPtr& asked);
  MailDesk* mail_desk() const { return options_.mail_desk ? options_.mail_desk() : nullptr; }

  // Commands
  void command(const AskedPtr& asked);
  void tenant_command(const AskedPtr& asked);
  void run_command(const AskedPtr& asked, const std::string& name);
  void submit(const AskedPtr& asked, Command command, std::string key);
  /// False: it was answered. A customer may try a card only so often.
  bool may_try_card(const AskedPtr& asked, const Command& command, const std::string& key);
  /// Sends it; what came to no card is not counted.
  void submit(const AskedPtr& asked, Request request);
  void decided(const AskedPtr& asked, const Result<Outcome>& outcome);
  void done(const AskedPtr& asked, const Outcome& outcome, const std::string& order, bool over);
  void quote(const AskedPtr& asked);

  // Waiting for payments
  struct Waiter {
    AskedPtr asked;
    OrderId order;
    std::chrono::steady_clock::time_point until;
    std::string seen;  ///< how it stood; empty: until it is over
    std::function<void(const OrderNow& now)> then;
  };
  void wait_for(Waiter waiter);
  void look_at_waiters();
  void look_soon();

  // Usage
  void usage(const AskedPtr& asked);
  void check(const AskedPtr& asked);
  void check_many(const AskedPtr& asked);
  std::string amount_text(const TenantId& tenant, const Taken& taken);
  bool knows_types(const TenantId& tenant, const std::vector<Result<Taken>>& taken);
  void learn_types(const TenantId& tenant);
  std::string usage_answer(const Asked& asked, const std::vector<std::string>& keys,
                           const std::vector<Result<Taken>>& taken, bool lines);

  // Reads
  void account(const AskedPtr& asked);
  void order(const AskedPtr& asked);
  void paper(const AskedPtr& asked);
  void presentation(const AskedPtr& asked);
  void payment_methods(const AskedPtr& asked);
  void may(const AskedPtr& asked);
  void personal_data(const AskedPtr& asked);

  // Staff and operators
  void cases(const AskedPtr& asked);
  void payments(const AskedPtr& asked);
  void bank_receipts(const AskedPtr& asked);
  void upcoming(const AskedPtr& asked);
  void months(const AskedPtr& asked);
  void close_month(const AskedPtr& asked);
  void notifications(const AskedPtr& asked);
  void keys(const AskedPtr& asked);
  void issue_key(const AskedPtr& asked);
  void roll_key(const AskedPtr& asked);
  void revoke_key(const AskedPtr& asked);
  void submit_key(const AskedPtr& asked, Command command, const std::string& secret);
  void webhook(const AskedPtr& asked);
  bool is_stopped(const TenantId& tenant) const;
  void take_webhook(const AskedPtr& asked, const ProcessorId& processor, const std::string& from,
                    std::optional<std::chrono::seconds> wait);
  void clock(const HttpRequest& request, const Answer& answer);
  void move_clock(const HttpRequest& request, const Answer& answer);
  void run_program(const HttpRequest& request, const Answer& answer);
  void ready(const HttpRequest& request, const Answer& answer);

  void write_log(const HttpRequest& request, const HttpReply& reply, std::chrono::steady_clock::time_point began);
  std::string now_text() const;

  Host& host_;
  Papers papers_;
  boost::asio::io_context& io_;
  const Options options_;
  const bool sandbox_, virtual_;
  const Service service_;
  KeyRing keys_;
  CardTries card_tries_;
  InvitationMails invitation_mails_;
  // Of each address: what names nobody, and links that are none. docs/decisions/0231-limits-by-address.md
  mutable Allowance strangers_;
  mutable Allowance links_{10, std::chrono::seconds(6)};
  /// Of each key twice what a second brings at once, of each session, which is a page that loads, five times.
  /// docs/decisions/0271-limits-by-key.md
  struct Rates {
    Rates(int key, int session);
    int key_rate, session_rate;
    Allowance keys, sessions;
  };
  Sessions sessions_;
  std::string address_;
  mutable std::mutex settings_mutex_;
  std::shared_ptr<const ServiceSettings> settings_;
  std::shared_ptr<Rates> rates_;  ///< with the lock of the settings
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Outbox> outbox_;
  std::atomic<bool> draining_ = false;
  std::atomic<std::size_t> on_pool_ = 0, webhooks_on_pool_ = 0, slow_webhooks_ = 0;
  std::mutex waiters_mutex_;
  std::list<Waiter> waiters_;
  bool looking_ = false;  ///< with the lock of the waiters
  boost::asio::steady_timer look_timer_, owner_timer_;
  std::atomic<std::uint64_t> serving_ = 0;  ///< the epoch of which keys and sessions are known
  std::atomic<bool> noting_ = false;
  mutable std::mutex owner_mutex_;
  std::string owner_url_;  ///< of the host that has the journal, as it has noted it
  std::chrono::steady_clock::time_point owner_read_at_{};
  const std::string forward_token_;
  std::mutex log_mutex_, types_mutex_;
  std::map<TenantId, std::vector<std::pair<CreditType, int>>> types_;
  boost::asio::thread_pool pool_;
  /// One thread at a time: where webhooks are looked at of an address that has shown too many that nobody signed.
  boost::asio::strand<boost::asio::thread_pool::executor_type> slow_lane_;
};

/// The whole of docs/openapi.json.
std::string openapi();

/// `staff:ann` as an actor. None: it is none.
std::optional<Actor> actor_of(std::string_view text);
/// The word that was probably meant; empty: none is near.
std::string nearest_word(std::string_view written, const std::vector<std::string>& known);

}  // namespace florin::server
