#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

#include "client.hpp"
#include "commands.hpp"
#include "florin/check.hpp"
#include "florin/printable.hpp"
#include "florin/reads.hpp"
#include "manual.hpp"
#include "program.hpp"
#include "running.hpp"
#include "terminal.hpp"

namespace {

using namespace florin::cli;  // its subcommands, one a line below

constexpr const char* footer =
    R"(Exit codes: 0 fine; 1 problems found in files, a journal, a story or a plugin; 2 wrong usage;
3 a store or folder cannot be opened, is open already, or is of a newer version;
4 the command was or (quote) would be refused, or names what is not there.

DATA is the folder of journal.db, or the file itself. journal, verify, explain, show, backup and
views only read it: the host may run meanwhile. More: docs/cli.md)";

/// The words of one subcommand live as long as the program.
class Program {
 public:
  Program() {
    app_.set_version_flag("--version", florin::version());
    app_.require_subcommand(1);
    app_.footer(footer);
    app_.get_formatter()->column_width(34);
    before_a_host();
    with_a_journal();
    with_copies();
    with_a_host();
    with_a_tenant();
    with_keys();
    with_links();
  }

  int run(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& said) {
      return app_.exit(said);  // --help and --version
    } catch (const CLI::RequiredError& wrong) {
      if (argc > 1 && app_.get_subcommands().empty())
        std::cerr << "florin: '" << florin::printable(argv[1]) << "' is no command" << meant(argv[1])
                  << "; `florin --help` lists them\n";
      else
        say_what_is_missing(wrong, argc > 2 ? argv[2] : "");
      return usage;
    } catch (const CLI::ParseError& wrong) {
      app_.exit(wrong);
      return usage;
    }
    const std::string socket = florin::cli::running_host() == nullptr ? socket_of_host() : std::string();
    return socket.empty() ? action_() : ask_host(socket);
  }
  /// Whether a host that runs can be asked to do this in its place.
  bool is_for_a_host() const {
    return std::ranges::find(for_a_host_, app_.get_subcommands().front()) != for_a_host_.end();
  }

 private:
  /// The socket of the host that has the journal open; empty: none has, or it is not for a host.
  std::string socket_of_host() const { return is_for_a_host() ? admin_socket(data_, config_) : std::string(); }
  /// The words as they were read, with every file as it is called from anywhere.
  static void add_words(const CLI::App* sub, std::vector<std::string>& words) {
    std::vector<std::string> positions;
    for (const CLI::Option* option : sub->get_options()) {
      if (option->count() == 0) continue;
      const bool placed = option->nonpositional() == false;
      const bool file = option->get_type_name().find("FILE") != std::string::npos || option->get_name() == "DATA" ||
                        option->get_name() == "FILE";
      if (!placed && option->get_items_expected_max() == 0) {
        words.push_back(option->get_name());
        continue;
      }
      for (const std::string& result : option->results()) {
        const bool place = file && result.find("://") == std::string::npos;
        const std::string word = place ? std::filesystem::absolute(result).string() : result;
        if (!placed) words.push_back(option->get_name());
        (placed ? positions : words).push_back(word);
      }
    }
    if (!positions.empty()) words.emplace_back("--");
    words.insert(words.end(), positions.begin(), positions.end());
  }
  int ask_host(const std::string& socket) const {
    const CLI::App* sub = app_.get_subcommands().front();
    std::vector<std::string> words{sub->get_name()};
    if (!sub->get_subcommands().empty()) {
      sub = sub->get_subcommands().front();
      words.push_back(sub->get_name());
    }
    add_words(sub, words);
    const auto run = florin::server::run_at(socket, words);
    if (!run) {
      std::cerr << "florin: " << run.error().message << "\n";
      return no_store;
    }
    std::cout << run->out;
    std::cerr << run->err;
    std::cout.flush();
    return run->exit;
  }

  int write_man_pages() const {
    std::error_code failed;
    std::filesystem::create_directories(to_file_, failed);
    for (const ManPage& page : man_pages(app_)) {
      std::ofstream out(std::filesystem::path(to_file_) / (page.name + ".1"), std::ios::binary);
      out << page.text;
      out.flush();
      if (out) continue;
      std::cerr << "florin: " << florin::printable(to_file_) << "/" << page.name << ".1 cannot be written\n";
      return no_store;
    }
    return fine;
  }
  int print_completion() const {
    const std::string script = completion(app_, word_);
    if (to_file_.empty()) {
      std::cout << script;
      return fine;
    }
    std::ofstream out(to_file_, std::ios::binary);
    out << script;
    out.flush();
    if (out) return fine;
    std::cerr << "florin: " << florin::printable(to_file_) << " cannot be written\n";
    return no_store;
  }

  /// A command of a group that was not named or is none, or a word of a command that is not there, with what it is.
  void say_what_is_missing(const CLI::RequiredError& wrong, const std::string& written) {
    const CLI::App* sub = app_.get_subcommands().empty() ? &app_ : app_.get_subcommands().front();
    if (sub != &app_ && sub->get_require_subcommand_min() > 0 && sub->get_subcommands().empty()) {
      std::string all;
      std::vector<std::string> names;
      for (const CLI::App* one : sub->get_subcommands({})) names.push_back(one->get_name());
      for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
      const bool named = !written.empty() && !written.starts_with('-');
      const std::string near = florin::hint(written, names);
      std::cerr << "florin: "
                << (named ? "'" + florin::printable(written) + "' is no command of `florin " + sub->get_name() + "`" +
                                (near.starts_with(':') ? std::string() : near)
                          : "`florin " + sub->get_name() + "` needs a command")
                << "; there are " << all << "\n";
      return;
    }
    if (!sub->get_subcommands().empty()) sub = sub->get_subcommands().front();
    const std::string what = wrong.what(), name = what.substr(0, what.find(' '));
    const CLI::Option* option = sub->get_option_no_throw(name);
    std::cerr << "florin: " << what
              << (option == nullptr || option->get_description().empty() ? "" : ": " + option->get_description())
              << "\nRun with --help for more information.\n";
  }

  std::string meant(const std::string& written) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app_.get_subcommands({})) names.push_back(sub->get_name());
    const std::string word = florin::hint(written, names);
    return word.starts_with(':') ? std::string() : word;
  }

  CLI::App* command(const std::string& name, const std::string& what, std::function<int()> action) {
    CLI::App* sub = app_.add_subcommand(name, what);
    sub->callback([this, action = std::move(action)] { action_ = action; });
    return sub;
  }
  /// What opens a host: beside one that runs it is done by that one.
  CLI::App* host_command(const std::string& name, const std::string& what, std::function<int()> action) {
    CLI::App* sub = command(name, what, std::move(action));
    for_a_host_.push_back(sub);
    return sub;
  }
  void data_of(CLI::App* sub) {
    sub->add_option("DATA", data_, "folder of journal.db, the file, or a postgres:// address")->required();
  }
  void account_of(CLI::App* sub) {
    sub->add_option("TENANT", tenant_, "its id, as in its YAML")->required();
    sub->add_option("ACCOUNT", account_, "its id")->required();
  }
  /// A page of a list.
  std::vector<CLI::Option*> page_of(CLI::App* sub) {
    return {
        sub->add_option("--after", list_.after, "`next` of the page before; none: from the newest on"),
        sub->add_option("--limit", list_.limit, "at most so many")->capture_default_str()->check(CLI::Range(1, 200))};
  }
  void config_of(CLI::App* sub) {
    sub->add_option("--config", config_, "the host's own file")->capture_default_str()->type_name("FILE");
  }

  void with_keys() {
    auto* serving = command("serve", "run the host with its HTTP API and pages, until SIGTERM", [this] {
      return serve({config_, serve_data_, virtual_from_, admin_, listen_, drain_, quiet_, pages_, base_url_, mail_,
                    mail_from_, mail_user_, mail_password_});
    });
    serving->add_option("--data", serve_data_,
                        "folder of journal.db, or a postgres:// address; none: as the config says");
    serving->add_option("--listen", listen_,
                        "127.0.0.1:8080, unix:/run/florin/florin.sock; may be given more than once");
    serving->add_option("--base-url", base_url_, "the address that customers see, as https://billing.example");
    serving->add_option("--pages", pages_, "the folder of the portal's and the console's files")->type_name("FOLDER");
    serving->add_option("--mail", mail_,
                        "smtp://relay:587, or log: files in the data folder; none: log in a sandbox, else no mail");
    serving->add_option("--mail-from", mail_from_, "the sender's address, as billing@example.com");
    serving->add_option("--mail-user", mail_user_, "at the relay");
    serving->add_option("--mail-password", mail_password_, "where it is found: env:NAME or file:/path");
    serving->add_option("--admin", admin_, "unix socket for this command line; none: admin.sock in the data folder");
    serving->add_option("--virtual-from", virtual_from_,
                        "start a virtual clock at this time; POST /host/clock moves it");
    serving
        ->add_option("--drain", drain_, "seconds from SIGTERM until no connection is taken; none: as the config says")
        ->check(CLI::Range(0, 300));
    serving->add_flag("--quiet", quiet_, "write no log line for each request");
    config_of(serving);
    auto* keys = app_.add_subcommand("key", "manage keys of the HTTP API: issue, roll, revoke, list");
    for_a_host_.push_back(keys);
    keys->require_subcommand(1);
    const auto one = [&](const char* name, const char* what, int (*does)(const KeyWords&)) {
      auto* sub = keys->add_subcommand(name, what);
      sub->callback([this, does] {
        action_ = [this, does] {
          return does({config_, data_, tenant_, as_, preset_, key_name_, key_, old_ends_in_, reason_});
        };
      });
      data_of(sub);
      sub->add_option("TENANT", tenant_, "its id, as in its YAML")->required();
      sub->add_option("--as", as_, "the actor, as role or role:id")->capture_default_str();
      config_of(sub);
      return sub;
    };
    auto* made = one("issue", "print a new key, once", &issue_key);
    made->add_option("--preset", preset_, "backend, usage, readonly, support or staff")->capture_default_str();
    made->add_option("--name", key_name_, "what staff call it; none: the preset");
    auto* rolled = one("roll", "replace a key: print its successor, once", &roll_key);
    rolled->add_option("KEY", key_, "its id, as k1")->required();
    rolled->add_option("--old-ends-in", old_ends_in_,
                       "how long both work, as \"24 hours\"; none: the old one ends now");
    auto* ended = one("revoke", "end a key now", &revoke_key);
    ended->add_option("KEY", key_, "its id, as k1")->required();
    ended->add_option("--reason", reason_, "for the books");
    one("list", "keys without their secrets", &list_keys);
  }

  void with_links() {
    auto* told = command("listen", "read events of a running host, and post them to a program on this machine",
                         [this] { return listen({api_, key_, forward_to_, types_, secret_, after_}); });
    told->add_option("API", api_, "as http://127.0.0.1:8080/v1/TENANT")->required();
    told->add_option("--key", key_, "with the scope events")->required();
    told->add_option("--forward-to", forward_to_, "as http://127.0.0.1:4242/hook; none: they are only printed");
    told->add_option("--types", types_, "as order.*,credits.granted; none: all stable types");
    told->add_option("--secret", secret_, "whsec_… that signs; none: a new one is printed");
    told->add_option("--after", after_, "a position of the tenant's; none: what happens from now on");
    auto* looked =
        command("doctor", "check files, disk, clock, secrets, backup and host: one line each, and what to do",
                [this] { return doctor(config_, doctor_data_, json_); });
    looked->add_option("--data", doctor_data_, "folder of journal.db; none: as the config says");
    looked->add_flag("--json", json_);
    config_of(looked);
    auto* portal =
        command("portal-link", "print a link to the portal for a member of an account, made by the running host",
                [this] { return portal_link({data_, tenant_, account_, member_, role_, page_, {}, {}, config_}); });
    data_of(portal);
    account_of(portal);
    config_of(portal);
    portal->add_option("--member", member_, "a member's id; none: no named member");
    portal->add_option("--role", role_, "a role of the tenant's, where no member is listed; none: the owner's");
    portal->add_option("--page", page_, "which page opens, as billing");
    auto* returned = command("bounce", "read a bounce message, and send no more mail to the address that it names",
                             [this] { return bounce(data_, config_, tenant_, from_file_); });
    data_of(returned);
    config_of(returned);
    returned->add_option("TENANT", tenant_, "its id, as in its YAML")->required();
    returned->add_option("FILE", from_file_, "the report, header and body; none: standard input");
    auto* console =
        command("console", "print a link to the console for one of the staff, made by the running host",
                [this] { return console_link({data_, tenant_, {}, {}, {}, {}, staff_name_, scopes_, config_}); });
    data_of(console);
    config_of(console);
    console->add_option("--as", staff_name_, "who it is in the books, as ann")->required();
    console->add_option("--scopes", scopes_, "read,staff,support,…; none: all");
    console->add_option("--tenant", tenant_, "this one alone; none: all");
  }

  void before_a_host() {
    auto* check_files = command("check", "check tenant and host files, and report all errors at once",
                                [this] { return check(paths_, named_config_, effective_, json_); });
    check_files->add_option("FILE", paths_, "YAML files, or folders of them")->required();
    check_files->add_flag("--effective", effective_, "print each whole tenant, with the origin of each line");
    check_files->add_flag("--json", json_, "errors as JSON");
    check_files
        ->add_option("--config", named_config_,
                     "the host file whose plugins check tenant files; none: " + config_ + ", if it is there")
        ->type_name("FILE");

    auto* write_schemas =
        command("schema", "write the JSON Schemas of the YAML files", [this] { return schema(to_file_); });
    write_schemas->add_option("FOLDER", to_file_,
                              "where tenant.json and florin.json are written; none: to the terminal");

    command("openapi", "print the reference of the HTTP API, OpenAPI 3.1: docs/openapi.json", [] { return openapi(); });
    command("commands", "print all commands with their fields: docs/commands.md", [] { return commands(); });

    auto* list = command("plugins", "list a folder's plugins: id, version, checksum, and why one is refused",
                         [this] { return plugins(folder_, json_); });
    list->add_option("FOLDER", folder_, "none: the shipped ones")->capture_default_str();
    list->add_flag("--json", json_);

    with_plugins();

    command("version", "print the version", [] { return version(); });
    auto* pages = command("man", "write the man pages of this program", [this] { return write_man_pages(); });
    pages->add_option("FOLDER", to_file_, "where they are written")->required();
    auto* completes =
        command("completion", "print a completion script for a shell", [this] { return print_completion(); });
    completes->add_option("SHELL", word_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completes->add_option("--to", to_file_, "a file; none: standard output");
    auto* stories = command("scenario", "play stories on a virtual clock, and report every unmet expectation", [this] {
      return scenario(paths_, {.config = config_, .trace = trace_, .restart = restart_, .twice = twice_},
                      http_ || !exchanges_.empty(), exchanges_);
    });
    stories->add_option("PATH", paths_, "stories, or folders with them")->required();
    stories->add_flag("--trace", trace_, "every entry of the journal as it happens");
    auto* restart = stories->add_flag("--restart", restart_, "close and open the host after each step");
    auto* twice = stories->add_flag("--twice", twice_, "send each command twice");
    stories->add_flag("--http", http_, "once more through the HTTP API: the journals must be the same")
        ->excludes(restart)
        ->excludes(twice);
    stories->add_option("--exchanges", exchanges_, "a file for every answer of it, a JSON object a line")
        ->excludes(restart)
        ->excludes(twice);
    config_of(stories);
    auto* year = command("demo", "play a year of billing with the shipped tenants, and verify the journal",
                         [this] { return demo(config_, demo_data_, demo_stories_, serves_, listen_); });
    year->add_flag("--serve", serves_, "then serve it on loopback, with a key, links and a clock that you move");
    year->add_option("--listen", listen_, "127.0.0.1:8080; with --serve")->needs("--serve");
    year->add_option("--data", demo_data_, "an empty folder, or one of an earlier demo")->capture_default_str();
    year->add_option("--stories", demo_stories_,
                     "a folder of stories, one a tenant [../examples/first_year of the config]");
    config_of(year);
  }

  void with_plugins() {
    auto* kit = app_.add_subcommand("plugin", "for plugin authors: new, check, test, key, sign, lock");
    kit->require_subcommand(1);
    const auto one = [&](const char* name, const char* what, std::function<int()> action) {
      auto* sub = kit->add_subcommand(name, what);
      sub->callback([this, action = std::move(action)] { action_ = action; });
      return sub;
    };
    auto* made = one("new", "make a folder with a plugin that builds and passes `check`",
                     [this] { return new_plugin(plugin_words_); });
    made->add_option("NAME", plugin_words_.name, "its id: a-z, 0-9 and _")->required();
    made->add_option("--kind", plugin_words_.kind, "processor, policy, tax or method")->required();
    made->add_option("--lang", plugin_words_.lang, "cpp, c or rust")->capture_default_str();
    auto* held = one("check", "check a plugin against every rule of its kind, in a process of its own",
                     [this] { return check_plugin(plugin_words_, json_); });
    held->add_option("PLUGIN", plugin_words_.files, "shared objects; several are checked one after another")
        ->required();
    held->add_option("--with", plugin_words_.config, "its own block as JSON; none: the first example of its schema");
    held->add_option("--against", plugin_words_.against, "a folder of recorded exchanges with its provider");
    held->add_flag("--long", plugin_words_.long_run, "ten times as many random runs");
    held->add_flag("--json", json_, "a JSON object a plugin");
    held->add_option("--junit", plugin_words_.junit, "write JUnit XML to this file")->type_name("FILE");
    auto* played = one("test", "play stories with a plugin, in the host and isolated: the same journal",
                       [this] { return test_plugin(plugin_words_); });
    played->add_option("STORIES", plugin_words_.files, "stories, or folders with them")->required();
    played->add_option("--plugin", plugin_words_.plugin, "the shared object")->required()->type_name("FILE");
    played
        ->add_option("--config", plugin_words_.host_file,
                     "the host's own file; none: florin.yaml in the folder above the stories")
        ->type_name("FILE");
    one("key", "make the keys that sign plugins and check them", [this] { return plugin_key(to_file_); })
        ->add_option("FILE", to_file_, "signs plugins; FILE.pub checks them")
        ->required();
    auto* signs =
        one("sign", "sign plugins as yours: PLUGIN.sig, beside each", [this] { return sign_plugins(plugin_words_); });
    signs->add_option("PLUGIN", plugin_words_.files, "shared objects")->required();
    signs->add_option("--key", plugin_words_.key, "the file of `plugin key` without .pub")->required();
    auto* locked = one("lock", "print the checksums of a folder's plugins, for `plugins.pins` of florin.yaml",
                       [this] { return lock_plugins(folder_); });
    locked->add_option("FOLDER", folder_, "none: the shipped ones")->capture_default_str();
  }

  void with_a_journal() {
    auto* entries = command("journal", "print entries: who asked what, when, and what followed",
                            [this] { return journal({data_, tenant_, account_, from_, to_, json_}); });
    data_of(entries);
    entries->add_option("--tenant", tenant_, "only this tenant's");
    entries->add_option("--account", account_, "only this account's")->needs("--tenant");
    const CLI::Validator position(
        [](const std::string& written) {
          return written.starts_with('0') || written.starts_with('-') ? written + " is no position: they count from 1"
                                                                      : std::string();
        },
        "POSITION");
    entries->add_option("--from", from_, "first position")->check(position);
    entries->add_option("--to", to_, "last position")->check(position);
    entries->add_flag("--json", json_, "a JSON object a line");

    auto* check_all = command("verify", "read the whole journal, fold it again, and check all invariants",
                              [this] { return verify(data_, json_, from_file_, backup_key_); });
    data_of(check_all);
    check_all->add_flag("--json", json_);
    auto* anchors = check_all->add_option("--anchor", from_file_,
                                          "a file of `florin anchor`: the journal must continue from each anchor");
    auto* anchored_by = check_all->add_option("--anchor-key", backup_key_, "FILE.pub of anchor-key's");
    anchors->needs(anchored_by);

    auto* lots =
        command("explain", "explain each credit of an account: its grant, rule and payment, and how it was used",
                [this] { return explain(data_, tenant_, account_, json_); });
    data_of(lots);
    account_of(lots);
    lots->add_flag("--json", json_);

    auto* view = command("show", "print an account, or a page of one of its lists, as JSON",
                         [this] { return show(data_, tenant_, account_, at_, list_); });
    data_of(view);
    account_of(view);
    const std::vector<std::string> lists(std::begin(florin::account_lists), std::end(florin::account_lists));
    auto* one_list = view->add_option("--list", list_.list, "newest first: orders, documents, grants, …")
                         ->check(CLI::IsMember(lists));
    for (CLI::Option* of_page : page_of(view)) of_page->needs(one_list);
    view->add_option("--at", at_, "as of this instant, as 2026-03-10T09:00Z; none: the journal's last entry");

    auto* planned = command("plan", "show what changed tenant files would do: versions, keys, accounts, prices",
                            [this] { return plan(config_, data_, paths_, json_); });
    data_of(planned);
    planned->add_option("FILE", paths_, "tenant files, or folders of them")->required();
    planned->add_flag("--json", json_);
    config_of(planned);

    auto* list = command("versions", "list the versions of the tenants' files, and which one is in force",
                         [this] { return versions(data_, tenant_, json_); });
    data_of(list);
    list->add_option("TENANT", tenant_, "none: all");
    list->add_flag("--json", json_);

    auto* tables =
        command("views", "bring the SQL tables of views.db up to date", [this] { return views(data_, to_file_); });
    data_of(tables);
    tables->add_option("--file", to_file_, "none: views.db in the data folder");
  }

  void with_copies() {
    auto* copy = command("backup", "copy the journal as it is now, and verify the copy",
                         [this] { return backup(data_, to_file_, seal_to_); });
    data_of(copy);
    copy->add_option("TO", to_file_, "the new file; it holds the keys of personal data")->required();
    copy->add_option("--seal-to", seal_to_, "a file of backup-key's, FILE.pub: only FILE opens the backup");
    auto* keys =
        command("backup-key", "make the keys that seal backups and open them", [this] { return backup_key(to_file_); });
    keys->add_option("FILE", to_file_, "opens backups; FILE.pub seals them")->required();
    auto* opened =
        command("unseal", "open a sealed backup", [this] { return unseal(from_file_, to_file_, backup_key_); });
    opened->add_option("FROM", from_file_, "the sealed backup")->required();
    opened->add_option("TO", to_file_, "the new file; it holds the keys of personal data")->required();
    opened->add_option("--key", backup_key_, "the file of backup-key's without .pub")->required();
    auto* signs = command("anchor-key", "make the keys that sign anchors and check them",
                          [this] { return anchor_key(to_file_); });
    signs->add_option("FILE", to_file_, "signs anchors; FILE.pub checks them")->required();
    auto* anchored = command("anchor", "write a signed record of where the journal ends now, for verify --anchor",
                             [this] { return anchor(data_, to_file_, backup_key_); });
    data_of(anchored);
    anchored->add_option("FILE", to_file_, "a line is added; keep it on another machine")->required();
    anchored->add_option("--key", backup_key_, "the file of anchor-key's without .pub")->required();
    auto* back = command("restore", "make a journal from a backup; it sends nothing until start-sending",
                         [this] { return restore(from_file_, data_); });
    back->add_option("FROM", from_file_, "the backup")->required();
    data_of(back);
    auto* upgraded = command("upgrade", "show what this version would change in a journal, before it is installed",
                             [this] { return upgrade(data_, dry_run_); });
    data_of(upgraded);
    upgraded->add_flag("--dry-run", dry_run_,
                       "read it, compare it, and report how long a start takes; nothing is changed");
    auto* again = host_command("start-sending", "let a restored journal's host send to providers again",
                               [this] { return start_sending(data_); });
    data_of(again);
    auto* clock = command("clock", "clock accept: trust this machine's clock again after it jumped ahead",
                          [this] { return accept_clock(data_); });
    clock->add_option("WORD", word_, "accept")->required()->check(CLI::IsMember({"accept"}));
    data_of(clock);
  }

  void with_a_host() {
    auto* ask = host_command("submit", "open the host for one command, and print its entry",
                             [this] { return submit({config_, data_, tenant_, account_, json_command_, key_, as_}); });
    data_of(ask);
    account_of(ask);
    ask->add_option("COMMAND", json_command_, R"(as JSON: {"buy_credits": {"amount": "500 message"}})")->required();
    auto* before =
        host_command("quote", "open the host and print what a command would do, as JSON; nothing is done",
                     [this] { return quote({config_, data_, tenant_, account_, json_command_, key_, as_}); });
    data_of(before);
    account_of(before);
    before->add_option("COMMAND", json_command_, R"(as JSON: {"change_plan": {"plan": "pro"}})")->required();
    before->add_option("--as", as_, "the actor: a role of the tenant's, service (your backend) or staff; also role:id")
        ->required();
    config_of(before);
    ask->add_option("--key", key_, "the same key and command happen once")->required();
    ask->add_option("--as", as_, "the actor: a role of the tenant's, service (your backend) or staff; also role:id")
        ->required();
    config_of(ask);

    auto* next = host_command("apply", "put tenant files into force as the next version, or an earlier version again",
                              [this] { return apply({config_, data_, tenant_, as_, paths_, version_}); });
    data_of(next);
    next->add_option("FILE", paths_, "tenant files, or folders of them");
    auto* of = next->add_option("--tenant", tenant_, "whose earlier version");
    next->add_option("--version", version_, "the earlier version: a rollback")->needs(of);
    as_ = "staff";
    next->add_option("--as", as_, "who applies it")->capture_default_str();
    config_of(next);
  }

  CLI::App* of_tenant(const std::string& name, const std::string& what, std::function<int()> action) {
    auto* sub = host_command(name, what, std::move(action));
    data_of(sub);
    sub->add_option("TENANT", tenant_, "its id, as in its YAML")->required();
    sub->add_option("--as", as_, "the actor, as role or role:id")->capture_default_str();
    config_of(sub);
    return sub;
  }
  CLI::App* of_account(const std::string& name, const std::string& what, std::function<int()> action) {
    auto* sub = of_tenant(name, what, std::move(action));
    sub->add_option("ACCOUNT", account_, "its id")->required();
    return sub;
  }
  TenantWords words() const { return {config_, data_, tenant_, as_}; }

  void with_a_tenant() {
    auto* next = of_tenant("upcoming", "list what will be charged on a day, before it happens",
                           [this] { return upcoming(words(), day_, json_); });
    next->add_option("--day", day_, "in the tenant's zone, as 2026-04-10")->required();
    next->add_flag("--json", json_);
    auto* live = of_tenant("import", "import live customers of another system, all or none",
                           [this] { return import(words(), from_file_, dry_run_, json_); });
    live->add_option("FILE", from_file_, "YAML, or an object a line (.jsonl)")->required();
    live->add_flag("--dry-run", dry_run_, "report what each would be charged and when; nothing is imported");
    live->add_flag("--json", json_);
    auto* all =
        of_tenant("months", "list credits owed, used and expired by month and type, with what was paid for them",
                  [this] { return months(words(), csv_); });
    all->add_flag("--csv", csv_, "none: JSON");
    auto* lock =
        of_tenant("close", "close a month that is over", [this] { return close_month(words(), month_, csv_); });
    lock->add_option("MONTH", month_, "as 2026-03")->required();
    lock->add_flag("--csv", csv_, "none: JSON");
    auto* freed = of_tenant("release", "release an account that is set aside, once its books balance",
                            [this] { return release({words(), account_, reason_, dry_run_}); });
    freed->add_option("ACCOUNT", account_, "as `florin verify` names it")->required();
    freed->add_option("--reason", reason_, "what was wrong and what was done about it")->required();
    freed->add_flag("--dry-run", dry_run_, "report what falls due with it; nothing is released");
    auto* told = of_tenant("notifications", "list notifications and who receives each, as JSON",
                           [this] { return notifications(words(), since_); });
    told->add_option("--from", since_, "after this position of the journal")->capture_default_str();
    auto* paper = of_tenant(
        "document", "print one document as it was issued: an invoice, a credit note, receipt-12-1 or pro-forma-12",
        [this] { return document({words(), account_, number_, form_, to_file_}); });
    paper->add_option("ACCOUNT", account_)->required();
    paper->add_option("NUMBER", number_, "as the list of its documents has it")->required();
    for (const char* form : {"pdf", "html", "ubl", "xrechnung", "inv01"})
      paper->add_flag_callback(std::string("--") + form, [this, form] { form_ = form; });
    paper->add_option("--to", to_file_, "a file; none: standard output");
    auto* owed =
        of_account("account-statement",
                   "print a statement of account: opening balance, each document and payment, closing balance",
                   [this] { return account_statement({words(), account_, first_day_, last_day_, form_, to_file_}); });
    owed->add_option("--from", first_day_, "a day of the tenant's zone, as 2026-01-01; none: the year's first");
    owed->add_option("--to", last_day_, "the last day that counts; none: today");
    for (const char* form : {"pdf", "html"})
      owed->add_flag_callback(std::string("--") + form, [this, form] { form_ = form; });
    owed->add_option("--file", to_file_, "a file to write; none: standard output");
    auto* lines =
        host_command("statement", "load a bank's statement, and report for each line whose it is and why",
                     [this] { return statement({config_, data_, tenant_, processor_, from_file_, dry_run_}); });
    data_of(lines);
    lines->add_option("FILE", from_file_, "camt.053, MT940 or CSV, as the processor's YAML says")->required();
    lines->add_option("--tenant", tenant_)->required();
    lines->add_option("--processor", processor_, "whose account it is of")->required();
    lines->add_flag("--dry-run", dry_run_, "report it; nothing is entered");
    config_of(lines);

    auto* request = host_command("webhook", "process a provider's webhook from a file: headers, an empty line, body",
                                 [this] { return webhook({config_, data_, tenant_, processor_, from_file_, false}); });
    data_of(request);
    request->add_option("FILE", from_file_)->required();
    request->add_option("--tenant", tenant_)->required();
    request->add_option("--processor", processor_)->required();
    config_of(request);
    of_tenant("payments", "list open, unknown and unmatched payments, with reasons, as JSON",
              [this] { return payments(words()); });
    auto* books = of_tenant("reconcile", "compare a processor's records of a day with our ledger, in both directions",
                            [this] { return reconcile(words(), processor_, day_); });
    books->add_option("--processor", processor_)->required();
    books->add_option("--day", day_, "UTC, as 2026-04-10")->required();

    auto* known = of_tenant("accounts", "list the accounts of a tenant, one a line",
                            [this] { return accounts(words(), search_); });
    known->add_option("--search", search_, "a part of an id, or of a name, email or other word of its person");
    of_tenant("cases", "list open work for staff on all accounts, as JSON", [this] { return cases(words()); });
    page_of(of_account("documents", "list an account's invoices and credit notes, newest first, as JSON",
                       [this] { return documents({words(), account_}, list_); }));
    of_account("methods", "list the payment methods that an account is offered, and why others are not",
               [this] { return methods({words(), account_}); });
    of_account("may", "report whether an account may do something, or how much of an entitlement it has",
               [this] { return may({words(), account_}, what_); })
        ->add_option("WHAT", what_, "an action (buy_number) or a row of the price page (numbers)")
        ->required();

    auto* list = host_command("bank-receipts",
                              "list bank receipts that wait for staff, and orders that wait for a transfer, as JSON",
                              [this] { return bank_receipts(config_, data_, tenant_); });
    data_of(list);
    list->add_option("--tenant", tenant_)->required();
    config_of(list);
  }

  CLI::App app_{"Florin: plans and prepaid credits, from YAML to a verified journal.", "florin"};
  std::function<int()> action_;
  std::vector<std::string> paths_;
  std::string processor_, word_;
  std::string data_, tenant_, account_, to_file_, from_file_, at_, json_command_, key_, as_;
  std::vector<CLI::App*> for_a_host_;
  std::string serve_data_, virtual_from_, admin_, key_name_, old_ends_in_, reason_;
  std::string preset_ = "backend";
  std::vector<std::string> listen_;
  std::string pages_, base_url_, member_, role_, page_, scopes_, staff_name_;
  std::string doctor_data_;
  int drain_ = -1;
  bool quiet_ = false, serves_ = false;
  std::string api_, forward_to_, types_, secret_, after_, seal_to_, backup_key_;
  std::string folder_ = default_plugins();
  PluginWords plugin_words_;
  std::string config_ = default_config();
  std::string named_config_;
  std::string demo_data_ = "data/demo", demo_stories_;
  std::uint64_t from_ = 1, to_ = UINT64_MAX;
  std::uint32_t version_ = 0;
  std::uint64_t since_ = 0;
  std::string day_, month_, search_, what_;
  ListWords list_;
  bool dry_run_ = false, csv_ = false;
  std::string first_day_, last_day_;  ///< of a statement of account
  std::string number_, mail_, mail_from_, mail_user_, mail_password_;
  std::string form_ = "json";  ///< of a document
  bool json_ = false, effective_ = false, trace_ = false, restart_ = false, twice_ = false, http_ = false;
  std::string exchanges_;
};

}  // namespace

int florin::cli::run_program(const std::vector<std::string>& words) {
  std::vector<const char*> arguments{"florin"};
  for (const std::string& word : words) arguments.push_back(word.c_str());
  Program program;
  return program.run(static_cast<int>(arguments.size()), arguments.data());
}

int main(int argc, char** argv) {
  Guarded out(std::cout), errors(std::cerr);
  try {
    return Program().run(argc, argv);
  } catch (const std::exception& failed) {
    std::cerr << "florin: " << florin::printable(failed.what()) << "\n";
    return florin::cli::no_store;
  }
}
