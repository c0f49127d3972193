#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "commands.hpp"
#include "file_text.hpp"
#include "florin/plugin_kit.hpp"
#include "florin/printable.hpp"
#include "florin/scenario.hpp"
#include "florin/signing.hpp"
#include "outcome.hpp"

/// `florin plugin new | check | test | key | sign | lock`.
namespace florin::cli {

namespace fs = std::filesystem;

int new_plugin(const PluginWords& words) {
  const auto files = florin::new_plugin({words.name, words.kind, words.lang, "."});
  if (!files) {
    std::cerr << "florin: " << printable(files.error().message) << "\n";
    return usage;
  }
  for (const std::string& file : *files) std::cout << file << "\n";
  const std::string build = words.lang == "rust" ? "make" : "cmake -S . -B build && cmake --build build";
  std::cout << "next: cd " << words.name << " && " << build << " && florin plugin check build/" << words.name
            << ".so\n";
  return written(fine);
}

int check_plugin(const PluginWords& words, bool json) {
  bool all_hold = true;
  std::string junit;
  for (const std::string& file : words.files) {
    const auto check = florin::check_plugin({file, words.config, words.against, words.long_run});
    if (!check) return fail(check.error());
    std::cout << (json ? as_json(*check) + "\n" : as_text(*check));
    junit += as_junit(*check);
    all_hold = all_hold && check->holds();
  }
  if (!words.junit.empty()) {
    std::ofstream out(words.junit);
    out << junit;
    if (!out.flush())
      return fail({.code = "not_writable", .message = words.junit + " cannot be written: " + std::strerror(errno)});
  }
  return written(all_hold ? fine : problems);
}

namespace {

/// What was not as told, from among the entries of the journal, which begin with two blanks.
std::string without_journal(const std::string& told) {
  std::istringstream lines(told);
  std::string line, kept;
  while (std::getline(lines, line))
    if (!line.starts_with("  ")) kept += line + "\n";
  return kept;
}

/// What is sealed is sealed by a key that is made for it: no two journals have the same bytes.
std::string without_sealed(std::string text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  // Of a person, of whoever a document is for; what a customer is asked for.
  for (const std::string_view name : {"sealed: ", "sealed_addressee: ", R"({"sealed":")"})
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
      at += name.size();
      text.erase(at, std::min(text.find_first_not_of(letters, at), text.size()) - at);
    }
  return text;
}

/// florin.yaml in the folder above the stories.
fs::path config_beside(const std::string& stories_given) {
  std::error_code unknown;
  const fs::path stories = fs::absolute(stories_given, unknown).lexically_normal();
  const bool folder = fs::is_directory(stories, unknown) && stories.has_filename();
  return (folder ? stories : stories.parent_path()).parent_path() / "florin.yaml";
}

/// Whether it is a story, or a folder with one.
bool has_stories(const fs::path& path) {
  std::error_code unknown;
  if (!fs::is_directory(path, unknown)) return true;
  for (fs::recursive_directory_iterator it(path, unknown), end; !unknown && it != end; it.increment(unknown))
    if (it->path().extension() == ".yaml") return true;
  return false;
}

/// Why no story can be played. None: they can.
std::optional<Error> not_played(const PluginWords& words, const fs::path& config) {
  std::error_code unknown;
  const auto missing = [](std::string message) { return Error{.code = "file_missing", .message = std::move(message)}; };
  for (const std::string& path : words.files) {
    if (!fs::exists(path, unknown)) return missing("there is no story or folder of stories " + path);
    if (!has_stories(path)) return missing("there is no story, *.yaml, in " + path);
  }
  if (!fs::is_regular_file(words.plugin, unknown))
    return missing("there is no file " + words.plugin + "; --plugin is the shared object that was built");
  if (!fs::exists(config, unknown))
    return missing("there is no " + config.string() +
                   ", the host file that the stories are played with; --config names another one");
  return std::nullopt;
}

}  // namespace

int test_plugin(const PluginWords& words) {
  const fs::path config = words.host_file.empty() ? config_beside(words.files.front()) : fs::path(words.host_file);
  if (const auto why = not_played(words, config)) return fail(*why);
  std::string journals[2];
  ScenarioReport reports[2];
  for (const bool isolated : {false, true}) {
    ScenarioOptions options{.config = config.string(), .trace = true};
    options.plugins = default_plugins();
    options.plugin = words.plugin;
    options.isolated = isolated;
    std::ostringstream out;
    reports[isolated] = run_scenarios(words.files, options, out);
    journals[isolated] = without_sealed(out.str());
    if (reports[isolated].failed == 0) continue;
    std::cout << printable_lines(without_journal(out.str())) << (isolated ? "isolated" : "in the host") << ": "
              << reports[isolated].failed << " of " << reports[isolated].stories << " stories are not as told\n";
    return written(problems);
  }
  if (journals[0] != journals[1]) {
    std::istringstream here(journals[0]), apart(journals[1]);
    std::string a, b;
    while (std::getline(here, a) && std::getline(apart, b) && a == b) {
    }
    std::cout << "in the host and isolated the journals differ:\n  " << printable(a) << "\n  " << printable(b) << "\n";
    return written(problems);
  }
  std::cout << reports[0].stories << (reports[0].stories == 1 ? " story" : " stories") << ", " << reports[0].steps
            << " steps, as told; in the host and isolated the same journal\n";
  return written(fine);
}

int plugin_key(const std::string& file) {
  const auto keys = make_signing_keys("plugin");
  if (!keys) return fail(keys.error());
  for (const auto& [path, key] : {std::pair(file, keys->private_key), std::pair(file + ".pub", keys->public_key)})
    if (!write_private(path, key))
      return fail(
          {.code = "not_writable",
           .message = path + (fs::exists(path) ? " is there already; what it signed is checked with it, so it is not "
                                                 "overwritten: take another name"
                                               : " cannot be written: " + std::string(std::strerror(errno)))});
  std::cout << printable(file) << " signs plugins. Who trusts them has this line in florin.yaml:\n"
            << "plugins: {pins: plugins.lock, trusted: {" << printable(fs::path(file).stem().string()) << ": "
            << keys->public_key << "}}\n";
  return written(fine);
}

int sign_plugins(const PluginWords& words) {
  const auto key = text_of(words.key);
  if (!key)
    return fail({.code = "file_missing",
                 .message = words.key + " cannot be read: " + std::strerror(errno) + "; `florin plugin key " +
                            words.key + "` makes keys"});
  if (key->starts_with("florin_plugin_public_"))
    return fail({.code = "bad_key",
                 .message = words.key + " is the public key, which checks signatures; the file without .pub signs"});
  for (const std::string& file : words.files) {
    const auto text = florin::sign_plugin(file, *key);
    if (!text)
      return fail(text.error().code == "bad_key"
                      ? Error{.code = "bad_key", .message = words.key + ": " + text.error().message}
                      : text.error());
    const std::string beside = file + ".sig";
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << *text;
    if (!out.flush()) return fail({.code = "not_writable", .message = beside + " cannot be written"});
    std::cout << printable(beside) << "\n";
  }
  return written(fine);
}

int lock_plugins(const std::string& folder) {
  const auto lock = florin::lock_plugins(folder);
  if (!lock) return fail(lock.error());
  std::cout << *lock;
  return written(fine);
}

}  // namespace florin::cli
