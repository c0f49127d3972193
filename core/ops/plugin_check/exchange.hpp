#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plugins/processor.hpp"

namespace florin::plugin_check {

/// An operation with what the provider answers to each of its requests, or a webhook, and what it comes to. One JSON
/// file each; docs/plugins.md has the form.
struct Exchange {
  std::string name;
  bool of_webhook = false;
  Operation operation;
  std::vector<ProviderReply> replies;
  WebhookMessage message;
  std::vector<std::pair<std::string, std::string>> secrets;
  std::string state;         ///< captured, declined, …; of a webhook: proven, refused, hint; of a pull: page
  std::string ref, decline;  ///< empty: not compared
  std::string answer;        ///< of a webhook: what it is answered with; empty: not compared
  bool absent = false;
};

/// Every *.json of a folder, by name. Errors: bad_exchange, file_missing
Result<std::vector<Exchange>> read_exchanges(const std::filesystem::path& folder);

}  // namespace florin::plugin_check
