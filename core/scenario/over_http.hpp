#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "answers/quote.hpp"
#include "florin/scenario.hpp"
#include "scenario/stage.hpp"
#include "scenario/story.hpp"

/// A story whose commands and reads go through the HTTP API. docs/http.md
namespace florin::scenario {

class OverHttp {
 public:
  OverHttp(Stage& stage, const TenantId& tenant, StoryDoor& door) : stage_(stage), tenant_(tenant), door_(door) {}
  ~OverHttp() { door_.close(); }
  OverHttp(const OverHttp&) = delete;
  OverHttp& operator=(const OverHttp&) = delete;

  Status open();
  /// As Stage::send. What HTTP answers and what stands in the journal must say the same: `http_differs`.
  std::vector<Result<engine::Answered>> send(const std::vector<Request>& requests);
  /// What HTTP says of a quote is what the rehearsal says. Errors: http_differs.
  Status quotes(const Act& act, const Quotation& quotation);
  /// Reads all that there is of the account of an act. What was not answered, or not as the act expects.
  std::vector<std::string> read(const Act& act);
  /// Reads all that there is of the tenant.
  std::vector<std::string> read_tenant();

 private:
  Result<engine::Answered> command(const Request& request);
  std::vector<Result<engine::Answered>> usage(const std::vector<Request>& requests);
  Result<engine::Answered> answered(const StoryReply& reply);
  Result<engine::Answered> answered(int status, std::string_view body);
  std::vector<std::string> read_orders(const Account& account);
  void get(const std::string& path, const std::string& scope, std::vector<std::string>& wrong);
  void read_as_customer(const Account& account, std::vector<std::string>& wrong);
  void account(const Account& account, std::vector<std::string>& wrong);
  void may(const Act& act, std::vector<std::string>& wrong);

  Stage& stage_;
  const TenantId& tenant_;
  StoryDoor& door_;
  std::optional<Host> host_;
  struct Seen {
    std::string etag, body;
    std::uint64_t position = 0;
  };
  std::map<AccountId, Seen> seen_;  ///< of each account, when it was read last
};

/// Issues keys as the tenant's first commands. Errors: of the host; a refusal.
Status issue_keys(Stage& stage, const TenantId& tenant, const std::vector<Command>& keys);

/// Whether they go over HTTP together.
bool are_usages(const std::vector<Request>& requests);

/// The journal, an entry a line.
std::vector<std::string> entries_of(Assembly& assembly);

}  // namespace florin::scenario
