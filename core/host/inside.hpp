#pragma once

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "domain/accounts/set_aside.hpp"
#include "engine/actions.hpp"
#include "engine/rehearsal.hpp"
#include "engine/tenant_up.hpp"
#include "florin/host.hpp"
#include "florin/service.hpp"
#include "host/assembly.hpp"
#include "transport/network/network.hpp"

/// What stands behind Host, and behind Reads and Service beside it.
namespace florin {

inline Error closed() { return {.code = "closed", .message = "this host was closed"}; }
inline Error no_such_account(const AccountId& account) {
  return {.code = "no_such_account", .message = "there is no account '" + account.text() + "'"};
}

/// Nothing is thrown at a caller of Host, also where memory does not suffice for what was asked.
inline Error failed_by(const std::exception& thrown) {
  const bool memory = dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr ||
                      dynamic_cast<const std::length_error*>(&thrown) != nullptr;
  // Short enough for a string that allocates nothing.
  if (memory) return {.code = "out_of_memory", .message = "out of memory"};
  const auto* of_system = dynamic_cast<const std::system_error*>(&thrown);
  if (of_system != nullptr && of_system->code() == std::errc::resource_unavailable_try_again)
    return {.code = "no_threads",
            .message = "this machine gives no more threads: see ulimit -u, or TasksMax of the unit"};
  return {.code = "failed", .message = thrown.what()};
}

/// When an account is looked at: as its journal, a clock that was set back does not take it back.
inline Instant seen_at(const Account& account, Instant clock) { return std::max(clock, account.last_at); }

class EventLog;
std::shared_ptr<EventLog> make_event_log();

class Host::Inside {
 public:
  Inside(std::shared_ptr<Assembly> put_together, ServiceSettings settings)
      : problems(put_together->problems()), service(std::move(settings)), assembly_(std::move(put_together)) {}
  ~Inside() {
    close();
    std::error_code ignored;
    if (!views_folder_.empty()) std::filesystem::remove_all(views_folder_, ignored);
  }

  /// As long as somebody works with it, it stays; none once the host is closed.
  std::shared_ptr<Assembly> open() const {
    const std::lock_guard lock(mutex_);
    return assembly_;
  }
  void close() {
    std::shared_ptr<Assembly> assembly;
    {
      const std::lock_guard lock(mutex_);
      if (!assembly_) return;
      closed_at = assembly_->engine().now();
      assembly = std::move(assembly_);
    }
    assembly->close();
    // The tables can be made again at any time: what goes wrong here is for whoever asks for them. A close takes few
    // seconds for them; of a busy journal `florin views` makes the rest.
    constexpr std::uint64_t few_seconds = 100'000;
    if (assembly->data()) (void)!assembly->refresh_views(few_seconds);
  }

  /// Runs `with` on an account and its tenant, and returns when what it read is durable.
  template <class T, class With>
  Result<T> on_account(const TenantId& tenant, const AccountId& account, With with) const {
    const auto assembly = open();
    if (!assembly) return closed();
    Result<T> result = no_such_tenant(tenant);
    const auto read = assembly->engine().read_account(tenant, account, [&](const engine::Shard& shard) {
      const TenantState* state = shard.tenant(tenant);
      const Catalogs* catalogs = shard.catalogs(tenant);
      if (!is_up(state, catalogs, shard.stopped(tenant))) {
        result = not_up(shard, tenant);
        return;
      }
      const Account* found = shard.account(tenant, account);
      result = found == nullptr ? Result<T>(no_such_account(account)) : Result<T>(with(*state, *found, *catalogs));
    });
    return read ? std::move(result) : Result<T>(read.error());
  }

  /// An answer with what its customers must do, which lies sealed in the journal.
  std::string with_actions(const TenantId& tenant, const AccountId& account, std::string json) const {
    const auto assembly = open();
    return assembly ? engine::with_actions_opened(assembly->store(), tenant, account, std::move(json))
                    : std::move(json);
  }

  /// The same, and at once when the account is not waiting for the disk. `with` may be called twice, and reads of the
  /// tenant only what Engine::look says.
  template <class T, class With>
  Result<T> on_account_at_once(const TenantId& tenant, const AccountId& account, With with) const {
    const auto assembly = open();
    if (!assembly) return closed();
    return on_account_at_once<T>(*assembly, tenant, account, assembly->engine().now(), with);
  }
  template <class T, class With>
  Result<T> on_account_at_once(Assembly& assembly, const TenantId& tenant, const AccountId& account, Instant clock,
                               With with) const {
    std::optional<T> seen;
    const auto see = [&](const TenantState& state, const Account& found, const Catalogs& catalogs) {
      seen.emplace(with(state, found, catalogs, seen_at(found, clock)));
    };
    if (assembly.engine().look(tenant, account, see)) return std::move(*seen);
    return on_account<T>(tenant, account,
                         [&](const TenantState& state, const Account& found, const Catalogs& catalogs) {
                           return with(state, found, catalogs, seen_at(found, clock));
                         });
  }

  /// Why an account is set aside; none: it is not.
  Result<std::optional<SetAside>> aside(const TenantId& tenant, const AccountId& account) const {
    return on_account<std::optional<SetAside>>(
        tenant, account,
        [](const TenantState& state, const Account& found, const Catalogs&) { return set_aside_of(state, found.id); });
  }

  /// Copies of an account with all its past and of its tenant, to see what would follow.
  Result<engine::Rehearsal> rehearsal(const TenantId& tenant, const AccountId& account) const {
    const auto assembly = open();
    if (!assembly) return closed();
    return on_account<engine::Rehearsal>(
        tenant, account, [&](const TenantState& state, const Account& found, const Catalogs& catalogs) {
          return engine::Rehearsal(engine::whole(found), state, catalogs, assembly->plugins());
        });
  }
  /// What `with(rehearsal)` gives of copies of an account, and of the one that the command names beside it, if that is
  /// there. Of what is away it reads what is looked at; then `with` begins anew.
  template <class T, class With>
  Result<T> rehearsed(const TenantId& tenant, const AccountId& account, const AnyCommand& command,
                      const With& with) const {
    const auto assembly = open();
    if (!assembly) return closed();
    TenantState state;
    Catalogs catalogs;
    const auto copy = [&](const AccountId& id) {
      return on_account<Account>(tenant, id, [&](const TenantState& its, const Account& found, const Catalogs& known) {
        state = its;
        catalogs = known;
        return found;
      });
    };
    std::vector<Account> copies;
    if (const auto* moves = std::get_if<Transfer>(&command)) {
      auto other = copy(moves->to);
      // Without one the decision refuses it.
      if (!other && other.error().code != "no_such_account") return other.error();
      if (other) copies.push_back(*std::move(other));
    }
    auto own = copy(account);
    if (!own) return own.error();
    copies.push_back(*std::move(own));
    return assembly->engine().with_pages(tenant, copies, [&](const std::vector<Account>& seen) -> Result<T> {
      engine::Rehearsal rehearsal(seen.back(), state, catalogs, assembly->plugins());
      if (seen.size() > 1) {
        engine::Rehearsal other(seen.front(), state, catalogs, assembly->plugins());
        if (const auto due = other.advance(assembly->engine().now()); !due) return due.error();
        rehearsal.with(other.account());
      }
      return with(rehearsal);
    });
  }

  /// What readers keep between calls.
  std::shared_ptr<EventLog> event_log() const {
    const std::lock_guard lock(mutex_);
    if (!event_log_) event_log_ = make_event_log();
    return event_log_;
  }
  /// The tables of a host in memory: a file that goes with it. Errors: no_views.
  Result<std::filesystem::path> views_in_memory() const {
    const std::lock_guard lock(mutex_);
    if (views_folder_.empty()) {
      std::string name = (std::filesystem::temp_directory_path() / "florin-views-XXXXXX").string();
      if (::mkdtemp(name.data()) == nullptr)
        return Error{.code = "no_views", .message = "there is no folder for views"};
      views_folder_ = name;
    }
    return views_folder_ / "views.db";
  }
  /// The way to servers that are told what happens. Errors: no_network.
  Result<std::shared_ptr<Network>> network() const {
    const std::lock_guard lock(mutex_);
    if (network_) return network_;
    auto made = Network::open({.deadline = seconds(15), .loopback = service.reaches_loopback});
    if (!made) return made.error();
    network_ = std::move(*made);
    return network_;
  }

  const Errors problems;
  const ServiceSettings service;
  Instant closed_at;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<Assembly> assembly_;
  mutable std::shared_ptr<EventLog> event_log_;
  mutable std::shared_ptr<Network> network_;
  mutable std::filesystem::path views_folder_;
};

}  // namespace florin
