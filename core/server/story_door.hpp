#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "florin/scenario.hpp"
#include "server.hpp"

namespace florin::server {

/// A server of its own on a unix socket for each story, asked with keys of the scopes that each request needs.
class HttpStoryDoor : public StoryDoor {
 public:
  /// exchanges  a JSON object a line: method, path, status, type and body of each answer; none: they are not kept
  explicit HttpStoryDoor(std::ostream* exchanges);
  ~HttpStoryDoor() override;

  std::vector<Command> keys() override;
  Status open(Host& host, const TenantId& tenant) override;
  Result<StoryReply> ask(const StoryRequest& request) override;
  void close() override;

 private:
  struct Key {
    std::string secret;
    std::vector<std::string> scopes;
  };
  class Connection;
  const Key& key_for(const StoryRequest& request) const;
  /// Empty: the account's owner gets none.
  std::string session_of(const AccountId& account);
  Result<StoryReply> ask_with(const StoryRequest& request, const std::string& credential);

  std::ostream* exchanges_;
  std::vector<Key> keys_;  ///< the least first
  std::string folder_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Connection> connection_;
  std::string tenant_;
  std::map<AccountId, std::string> sessions_;
};

}  // namespace florin::server
