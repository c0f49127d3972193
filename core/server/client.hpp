#pragma once

#include <string>
#include <vector>

#include "api.hpp"

/// How the command line speaks with the host that runs on this machine.
namespace florin::server {

/// Whether a host answers at this admin socket.
bool answers_at(const std::string& socket);
struct SocketAnswer {
  int status = 0;
  std::string body;
};
/// Asks the host there: a body makes it a POST. Errors: no_answer.
Result<SocketAnswer> ask_at(const std::string& socket, const std::string& path, const std::string& body);
/// Runs a subcommand inside that host. Errors: no_answer.
Result<ProgramRun> run_at(const std::string& socket, const std::vector<std::string>& words);

}  // namespace florin::server
