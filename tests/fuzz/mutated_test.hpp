#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

#include "corpus_test.hpp"

/// Changed bytes for the targets in every build, without libFuzzer: blind, but for free. What stops the program is kept
/// in a file, which goes into the corpus once it is mended.
namespace florin::fuzz {

/// What is being tried, for the handler that keeps it.
inline std::string trying;
inline constexpr const char* kept_as = "florin-fuzz-found";

extern "C" inline void keep_what_was_tried(int signal) {
  const int file = ::open(kept_as, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file >= 0 && ::write(file, trying.data(), trying.size()) >= 0) ::close(file);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// One to four changes of `bytes`: of a byte, a piece left out, put in twice, or taken from another file.
inline std::string mutated(std::string bytes, const std::string& other, std::mt19937_64& random) {
  using namespace std::string_view_literals;
  constexpr std::string_view telling = "\0\xFF\x80\",;.'-+()[]<>/:?&\r\n\t 019ZCD"sv;
  const auto below = [&](std::size_t end) { return end == 0 ? 0 : random() % end; };
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
    const std::size_t at = below(bytes.size() + 1), length = 1 + below(16);
    switch (below(5)) {
      case 0: bytes.insert(at, 1, telling[below(telling.size())]); break;
      case 1: bytes.erase(at, length); break;
      case 2: bytes.insert(at, bytes.substr(below(bytes.size()), length)); break;
      case 3: bytes.insert(at, other.substr(below(other.size()), length)); break;
      default:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
    }
  }
  return bytes;
}

inline std::vector<std::string> files_of(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> paths;
  for (const auto& one : std::filesystem::directory_iterator(folder)) paths.insert(one.path());
  std::vector<std::string> files;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

/// Each target for a share of the time, the same bytes each time it runs. `FLORIN_FUZZ_SECONDS` makes it longer,
/// `FLORIN_FUZZ_SEED` tries others.
inline void run_mutated(const std::filesystem::path& corpus, const std::vector<Target>& targets, double seconds) {
  if (const char* set = std::getenv("FLORIN_FUZZ_SECONDS")) seconds = std::atof(set);
  const char* set = std::getenv("FLORIN_FUZZ_SEED");
  const std::uint64_t seed = set == nullptr ? 1 : std::strtoull(set, nullptr, 10);
  std::cout << "FLORIN_FUZZ_SEED=" << seed << "; what stops this is kept in " << std::filesystem::absolute(kept_as)
            << std::endl;
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE}) std::signal(signal, keep_what_was_tried);
  const auto share = std::chrono::duration<double>(seconds / static_cast<double>(targets.size()));
  for (const Target& target : targets) {
    std::mt19937_64 random(seed);
    const std::vector<std::string> files = files_of(corpus / target.name);
    const auto until = std::chrono::steady_clock::now() + share;
    std::size_t tried = 0;
    for (; std::chrono::steady_clock::now() < until; ++tried) {
      trying = mutated(files[random() % files.size()], files[random() % files.size()], random);
      EXPECT_EQ(target.run(reinterpret_cast<const std::uint8_t*>(trying.data()), trying.size()), 0);
    }
    std::cout << target.name << ": " << tried << " tried" << std::endl;
    EXPECT_GT(tried, 0U) << target.name;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE}) std::signal(signal, SIG_DFL);
}

}  // namespace florin::fuzz
