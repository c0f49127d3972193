#pragma once

#include <algorithm>
#include <iostream>

#include "commands.hpp"
#include "florin/check.hpp"
#include "florin/result.hpp"

/// How a subcommand ends.
namespace florin::cli {

/// Says what is wrong. What cannot be opened is one thing, what is found in it another.
inline int fail(const Error& error) {
  std::cerr << "florin: " << (error.at.file.empty() ? error.message + "\n" : as_text({error}));
  static constexpr std::string_view about_names[] = {"no_such_tenant", "no_such_account", "tenant_stopped", "bad_id",
                                                     "bad_instant"};
  if (error.code == "damaged_row") return problems;
  return std::ranges::find(about_names, error.code) != std::end(about_names) ? refused : no_store;
}

template <class T>
int failed_to_read(const char* what, const Result<T>& id) {
  std::cerr << "florin: " << what << ": " << id.error().message << "\n";
  return usage;
}

/// Output that did not reach its file is no success.
inline int written(int code) {
  std::cout.flush();
  if (std::cout) return code;
  std::cerr << "florin: the output could not be written\n";
  return no_store;
}

}  // namespace florin::cli
