#pragma once

#include <string>
#include <vector>

namespace florin::cli {

/// One subcommand with its words, as `florin` itself reads them. Returns its exit code.
int run_program(const std::vector<std::string>& words);

}  // namespace florin::cli
