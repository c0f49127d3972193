#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "florin/export.hpp"
#include "florin/host.hpp"
#include "florin/result.hpp"
#include "florin/time.hpp"

/// Stories and the demo: the host as it is, on a clock that moves only when it is told to. tests/scenarios/README.md
namespace florin {

/// What a story asks of its host from outside, as HTTP has it.
struct StoryRequest {
  std::string path;   ///< below /v1/{tenant}/
  std::string body;   ///< empty: it is a GET
  std::string scope;  ///< what the key must have; empty: any
  Actor actor;        ///< who asks; no role: the key itself
  std::string key;    ///< of a command; empty: it is none
  std::optional<Instant> asked_at;
  AccountId customer{};  ///< by a session of its owner, with no key; empty: by a key
};
struct StoryReply {
  int status = 0;
  std::string body;
};

/// The way by which a story's host is asked in place of calls: an HTTP server in this process.
class StoryDoor {
 public:
  virtual ~StoryDoor() = default;
  /// Commands of the tenant that issue the keys which it asks with. They come first in the journal.
  virtual std::vector<Command> keys() = 0;
  virtual Status open(Host& host, const TenantId& tenant) = 0;
  /// Errors: no_answer; no_session where an account's owner has none.
  virtual Result<StoryReply> ask(const StoryRequest& request) = 0;
  virtual void close() = 0;
};

struct ScenarioOptions {
  std::string config = "config/florin.yaml";  ///< its tenants are the ones that stories name
  bool trace = false;                         ///< every entry of the journal as readable lines
  bool restart = false;                       ///< after each step the host closes and opens again, from its store
  bool twice = false;                         ///< each command is sent twice with one key: the same entry must answer
  /// Address of a PostgreSQL in which each story gets a schema of its own, and leaves it there; empty: in memory, or
  /// SQLite when it restarts.
  std::string postgres = {};
  /// In place of the config's folder of plugins, with `plugin` as one file more; it may run in the host, so that what
  /// is tried both ways can be compared. Empty: as the config says.
  std::string plugins = {};
  std::string plugin = {};
  bool isolated = false;
  /// Each story is played twice: by calls, and with every command and read through this. Facts are the same, entry for
  /// entry. Not together with `restart`, `twice` and `postgres`.
  StoryDoor* door = nullptr;
};

struct ScenarioReport {
  std::size_t stories = 0;
  std::size_t failed = 0;  ///< stories in which something was not as expected, or that could not be read
  std::size_t steps = 0;
  std::size_t checks = 0;  ///< single values compared
};

/// Runs each story of `paths` (files, or folders with all *.yaml below them) in a host of its own, and writes what was
/// not as expected, as `file:line: …`, and a closing line. Never throws; a file that cannot be read is a failed story.
FLORIN_API ScenarioReport run_scenarios(const std::vector<std::string>& paths, const ScenarioOptions& options,
                                        std::ostream& out);

struct DemoOptions {
  std::string config = "config/florin.yaml";
  std::string data = "data/demo";  ///< an empty folder, or one that an earlier demo made: that one is replaced
  std::string stories =
      {};  ///< a folder of stories, one a tenant; empty: ../examples/first_year of the config's folder
};

struct DemoYear {
  bool held = false;  ///< the books held, and all went as told
  Date ends;          ///< the first day after it
};

/// The stories of a folder on one host, through twelve months of virtual time from the month of the first step: a
/// timeline, a closing table, a verification of the books, and what to try next. Errors: no_demo when it cannot begin;
/// broke_down.
FLORIN_API Result<DemoYear> run_demo(const DemoOptions& options, std::ostream& out);

}  // namespace florin
