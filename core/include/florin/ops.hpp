#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "florin/export.hpp"
#include "florin/id.hpp"
#include "florin/reads.hpp"
#include "florin/result.hpp"
#include "florin/time.hpp"

/// What an operator does with a journal, beside its host or without one. docs/cli.md
///
/// `data` is the folder of journal.db, or the file itself. Functions that only read may run while the host does.
/// Errors of all: no_such_file, not_a_journal, newer_version, damaged_store, store_busy, store_failed.
namespace florin {

struct JournalQuery {
  std::optional<TenantId> tenant;  ///< only its entries
  std::optional<AccountId> account;
  std::uint64_t from = 1;  ///< positions, both included
  std::uint64_t to = UINT64_MAX;
  bool json = false;  ///< one JSON object for each entry, instead of a line for the entry and one for each fact
};
/// Writes entries of the journal, in order. Errors: also damaged_row, after what could be read.
FLORIN_API Status write_journal(const std::string& data, const JournalQuery& query, std::ostream& out);

/// A violated invariant.
struct Violation {
  std::string rule;            ///< hash_chain, decodes, checkpoint, grant_equation, …: docs/cli.md
  std::uint32_t shard = 0;     ///< with `position`: the entry after which the rule is violated
  std::uint64_t position = 0;  ///< 0: the journal as a whole
  std::string about;           ///< `callloop/acme`, or another subject
  std::string text;
};
/// Counts of what was checked, and the violations.
struct Verified {
  std::uint64_t shards = 0, rows = 0, entries = 0, facts = 0;
  std::uint64_t tenants = 0, accounts = 0, grants = 0, open_holds = 0;
  std::uint64_t postings = 0, commodities = 0;
  std::uint64_t invoices = 0, credit_notes = 0, catalog_texts = 0, keys = 0;
  std::uint64_t months = 0;       ///< closed, and counted again
  std::uint64_t checkpoints = 0;  ///< compared with the fold of the facts, byte by byte
  std::vector<Violation> violations;
  std::uint64_t more_violations = 0;  ///< beyond the first thousand
  /// Accounts that wait for a release: `callloop/acme since 2026-03-10T09:00Z: balance: use: …`.
  std::vector<std::string> set_aside;

  bool holds() const { return violations.empty(); }
};
/// Reads the whole journal, folds it again and checks all invariants at every entry.
FLORIN_API Result<Verified> verify(const std::string& data);
/// As text for people: what was checked, then each violation.
FLORIN_API std::string as_text(const Verified& verified);
FLORIN_API std::string as_json(const Verified& verified);

/// Explains each lot of credits of an account: what it is, the rule that made it, the payment behind it, and how it was
/// used; as text or as JSON. Errors: also no_such_tenant and no_such_account, with the nearest name; damaged_row.
FLORIN_API Result<std::string> explain(const std::string& data, const TenantId& tenant, const AccountId& account,
                                       bool json);

/// What to show of an account.
struct Shown {
  std::optional<Instant> at;        ///< as of this instant, included; none: as of the last entry of the journal
  std::optional<AccountList> list;  ///< a page of that list; none: the account itself
  PageWords page = {};
};
/// An account as JSON, as Host::account and Reads::list return it to staff, from the journal alone: `next` is null,
/// because only a host computes what is to come.
/// Errors: as explain, no_such_account also before its first entry, bad_cursor, and tenant_stopped when its catalog
/// cannot be read.
FLORIN_API Result<std::string> show_account(const std::string& data, const TenantId& tenant, const AccountId& account,
                                            const Shown& shown);

/// Copies the journal of `data` to the new file `to`, as it is at one instant, and verifies its chain. The copy holds
/// the keys of personal data: keep it as safe as the original. Errors: also file_exists, damaged_row.
FLORIN_API Status backup(const std::string& data, const std::string& to);
/// Makes the journal in the folder `data` from the backup `from`. It sends nothing to providers until start_sending().
/// Errors: as backup.
FLORIN_API Status restore(const std::string& from, const std::string& data);
/// Lets a restored journal's next host send to providers again. Errors: also already_open: a host runs.
FLORIN_API Status start_sending(const std::string& data);

/// Staff confirms this machine's clock after it jumped. The host, which may run meanwhile, trusts it again within a
/// minute. Errors: those of opening the journal, and no_data_folder.
FLORIN_API Status accept_clock(const std::string& data);

/// The result of reading another version's journal with this program.
struct UpgradeTrial {
  Verified verified;                    ///< read, folded, and compared with the saved checkpoints
  std::vector<std::string> unreadable;  ///< `callloop, version 3`: a tenant's file in force that it cannot read
  std::uint64_t replayed = 0;           ///< entries that a start replays because no checkpoint contains them
  std::uint64_t start_ms = 0;           ///< how long a start takes, about
  bool holds() const { return verified.holds() && unreadable.empty(); }
};
/// Reads only: the host of the other version may run meanwhile. Errors: as verify(); newer_version, when it is of a
/// later program than this.
FLORIN_API Result<UpgradeTrial> try_upgrade(const std::string& data);

struct Views {
  std::uint64_t position = 0;  ///< of the last entry in them
  std::uint64_t entries = 0;   ///< new entries
  bool rebuilt = false;        ///< they were made again from the first entry
};
/// Brings the tables of `views` (a file) up to date with the journal. Makes them if they do not exist, or belong to
/// another version or another journal. docs/views.md. Errors: also not_views (the file is something else).
FLORIN_API Result<Views> refresh_views(const std::string& data, const std::string& views);

/// One value that differs between a file and the version in force.
struct KeyChange {
  std::string path;           ///< plans.growth.cycles.monthly.price
  std::string before, after;  ///< as written; empty: absent
  std::string at;             ///< file:line
};
/// A subscription, and what the new version does to it.
struct PlannedSubscription {
  AccountId account;
  std::string plan, cycle;
  std::uint32_t version = 0;  ///< the version whose prices it has now
  /// keeps_price; moves_at_renewal; under_agreement (it would move, once that has ended); not_sold (it would move, but
  /// what it is on is not sold there: it keeps its price); has_changed (a change of its own, agreed at its own version,
  /// comes at the renewal)
  std::string how;
  std::optional<Instant> at;  ///< when it moves
  std::string before, after;  ///< its price for a period, without tax
};
struct TenantPlan {
  TenantId tenant;
  std::uint32_t version = 0;  ///< in force; 0: none, the file begins a tenant
  std::uint32_t next = 0;     ///< the version that the file would become
  std::vector<KeyChange> changes;
  std::string running_subscriptions, meters;  ///< as the new file's on_new_version says
  std::uint64_t accounts = 0;                 ///< all accounts of the tenant
  std::vector<PlannedSubscription> subscriptions;
};
/// What tenant files would do to the tenants of a journal, if they were applied. Reads only.
/// Errors: every error of the files, in `message`; cannot_change.
FLORIN_API Result<std::vector<TenantPlan>> plan_files(const std::string& data, const std::vector<std::string>& files);
FLORIN_API std::string as_text(const std::vector<TenantPlan>& plans);
FLORIN_API std::string as_json(const std::vector<TenantPlan>& plans);

/// A version of a tenant's file, as it was applied.
struct AppliedVersion {
  TenantId tenant;
  std::uint32_t version = 0;
  Instant at;
  std::string by;           ///< who applied it: role, or role:id
  std::uint32_t again = 0;  ///< the earlier version that it repeats; 0: a new text
  bool in_force = false;
  std::uint64_t subscriptions = 0;  ///< subscriptions with its prices
};
/// All versions of all tenants, or of one. Errors: no_such_tenant.
FLORIN_API Result<std::vector<AppliedVersion>> versions(const std::string& data, const std::optional<TenantId>& tenant);
FLORIN_API std::string as_text(const std::vector<AppliedVersion>& versions);
FLORIN_API std::string as_json(const std::vector<AppliedVersion>& versions);

}  // namespace florin
