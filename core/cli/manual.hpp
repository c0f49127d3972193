#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

/// Man pages and shells' completions, from the very tree that `--help` prints.
namespace florin::cli {

struct ManPage {
  std::string name;  ///< florin-serve
  std::string text;  ///< roff, with the macros of man(7)
};
/// One of the program, and one of each subcommand.
std::vector<ManPage> man_pages(const CLI::App& program);

/// shell: bash, zsh or fish. Empty: it is none of these.
std::string completion(const CLI::App& program, const std::string& shell);

}  // namespace florin::cli
