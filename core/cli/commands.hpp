#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "florin/scenario.hpp"

/// What each subcommand of `florin` does once its words are read. Each prints what it has to say to standard output,
/// what is wrong to standard error, and answers one of these.
namespace florin::cli {

enum Exit : int {
  fine = 0,
  problems = 1,  ///< check, verify or scenario found something
  usage = 2,     ///< the command line is wrong
  no_store = 3,  ///< a store or a folder cannot be opened, or is somebody else's
  refused = 4,   ///< the command was refused, or names what is not there
};

int version();
int commands();
/// config: a host file, by whose plugins tenant files alone are checked; empty: the usual one, if it is there.
int check(const std::vector<std::string>& files, const std::string& config, bool effective, bool json);
/// to: a folder; empty: all to standard output.
int schema(const std::string& to);
/// exchanges  a file for what is asked and answered over HTTP
int scenario(const std::vector<std::string>& paths, ScenarioOptions options, bool http, const std::string& exchanges);
/// serves: then serve() what it made, on a virtual clock, with a key and links.
int demo(const std::string& config, const std::string& data, const std::string& stories, bool serves,
         const std::vector<std::string>& listen);
struct JournalWords {
  std::string data, tenant, account;
  std::uint64_t from = 1, to = UINT64_MAX;
  bool json = false;
};
int journal(const JournalWords& words);
/// anchors   a file of anchor's, to compare with; empty: none
int verify(const std::string& data, bool json, const std::string& anchors, const std::string& anchor_key);
/// Whether the journal goes on from every anchor of `file`, and says so.
int meets_anchors(const std::string& data, const std::string& file, const std::string& key);
int anchor_key(const std::string& file);
int anchor(const std::string& data, const std::string& file, const std::string& key);
int explain(const std::string& data, const std::string& tenant, const std::string& account, bool json);
/// A page of a list: after: `next` of the page before; empty: the newest.
struct ListWords {
  std::string list, after;
  std::size_t limit = 50;
};
int show(const std::string& data, const std::string& tenant, const std::string& account, const std::string& at,
         const ListWords& of);
/// seal_to: a file with a public key of backup_key(); empty: the copy is not sealed.
int backup(const std::string& data, const std::string& to, const std::string& seal_to);
int backup_key(const std::string& file);
int unseal(const std::string& from, const std::string& to, const std::string& key);
int doctor(const std::string& config, const std::string& data, bool json);
struct ListenWords {
  std::string api, key, forward_to, types, secret, after;
};
int listen(const ListenWords& words);
/// What this version would make of a journal; without dry_run it says how an upgrade goes.
int upgrade(const std::string& data, bool dry_run);
int restore(const std::string& from, const std::string& data);
int start_sending(const std::string& data);
int accept_clock(const std::string& data);
/// views: a file; empty: views.db in the data folder.
int views(const std::string& data, const std::string& views);
int plugins(const std::string& folder, bool json);
struct PluginWords {
  std::string name, kind, lang = "cpp";  // new
  std::vector<std::string> files;        // check: plugins; test: stories
  std::string config, against, junit;    // check
  bool long_run = false;
  std::string plugin, host_file;  // test
  std::string key;                // sign
};
int new_plugin(const PluginWords& words);
int check_plugin(const PluginWords& words, bool json);
int test_plugin(const PluginWords& words);
int lock_plugins(const std::string& folder);
int plugin_key(const std::string& file);
int sign_plugins(const PluginWords& words);
struct SubmitWords {
  std::string config, data, tenant, account, command, key, as;
};
int submit(const SubmitWords& words);
struct StatementWords {
  std::string config, data, tenant, processor, file;
  bool dry_run = false;
};
int statement(const StatementWords& words);
/// What is asked of one tenant of a host that is opened for it.
struct TenantWords {
  std::string config, data, tenant, as;
};
/// A recorded request: its headers, an empty line, its body.
int webhook(const StatementWords& words);
int payments(const TenantWords& words);
/// day: 2026-04-10, UTC.
int reconcile(const TenantWords& words, const std::string& processor, const std::string& day);
int bank_receipts(const std::string& config, const std::string& data, const std::string& tenant);
int quote(const SubmitWords& words);

int plan(const std::string& config, const std::string& data, const std::vector<std::string>& files, bool json);
struct ApplyWords {
  std::string config, data, tenant, as;
  std::vector<std::string> files;
  std::uint32_t version = 0;  ///< an earlier one of `tenant`; 0: files
};
int apply(const ApplyWords& words);
/// tenant: empty: all.
int versions(const std::string& data, const std::string& tenant, bool json);

/// day: 2026-04-10.
int upcoming(const TenantWords& words, const std::string& day, bool json);
int import(const TenantWords& words, const std::string& file, bool dry_run, bool json);
int months(const TenantWords& words, bool csv);
int close_month(const TenantWords& words, const std::string& month, bool csv);
int notifications(const TenantWords& words, std::uint64_t from);
struct ReleaseWords {
  TenantWords of;
  std::string account, reason;
  bool dry_run = false;
};
int release(const ReleaseWords& words);

struct DocumentWords {
  TenantWords of;
  std::string account, number, form, to;  ///< to: a file; empty: standard output
};
int document(const DocumentWords& words);
struct AccountStatementWords {
  TenantWords of;
  std::string account, from, to;  ///< days; empty: today, and the first day of its year
  std::string form, file;         ///< file: empty: standard output
};
int account_statement(const AccountStatementWords& words);

struct ServeWords {
  std::string config, data, virtual_from, admin;
  std::vector<std::string> listen;
  int drain = -1;  ///< seconds; below 0: as the config says
  bool quiet = false;
  std::string pages, base_url;
  std::string mail, mail_from, mail_user, mail_password;  ///< a relay, or log; a secret by where it is found
  bool demo = false;                                      ///< makes a key and links, and says them
  std::vector<int> sockets{};                             ///< that listen already
};
int serve(ServeWords words);
int openapi();

/// Links that a running host gives out: of a customer to the portal, of staff to the console.
struct LinkWords {
  std::string data, tenant, account, member, role, page, as, scopes, config;
};
/// The socket of a host that runs on this journal, where one does: beside it, or, of a journal that is no folder, where
/// `config` says. Empty: none answers.
std::string admin_socket(const std::string& data, const std::string& config);
int portal_link(const LinkWords& words);
int console_link(const LinkWords& words);
/// A report of a mail server, from a file or standard input: nothing more goes to whom it names.
int bounce(const std::string& data, const std::string& config, const std::string& tenant, const std::string& file);

struct KeyWords {
  std::string config, data, tenant, as, preset, name, key, old_ends_in, reason;
  TenantWords of() const { return {config, data, tenant, as}; }
};
int issue_key(const KeyWords& words);
int roll_key(const KeyWords& words);
int revoke_key(const KeyWords& words);
int list_keys(const KeyWords& words);

/// search: a part of an id or of what is kept of its person; empty: all.
int accounts(const TenantWords& words, const std::string& search);
int cases(const TenantWords& words);
struct AccountWords : TenantWords {
  std::string account;
};
int documents(const AccountWords& words, const ListWords& of);
int methods(const AccountWords& words);
/// what: a row of the tenant's entitlements, or an action.
int may(const AccountWords& words, const std::string& what);

/// The shipped florin.yaml: of the folder we are in, else the installed one.
std::string default_config();
std::string default_plugins();

}  // namespace florin::cli
