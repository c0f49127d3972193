#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>

#include "florin/check.hpp"
#include "florin/plugin_kit.hpp"
#include "ops/templates.hpp"
#include "plugins/isolated/runner.hpp"

namespace florin {

namespace {

namespace fs = std::filesystem;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name.front() >= 'a' && name.front() <= 'z' &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// `my_policy` as the name of a class: `MyPolicy`.
std::string class_of(std::string_view name) {
  std::string made;
  bool up = true;
  for (const char c : name) {
    if (c == '_') {
      up = true;
      continue;
    }
    made += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    up = false;
  }
  return made;
}

/// Whether it ships with Florin: its own folder of plugins has one of that name.
bool is_shipped(const std::string& name) {
  std::error_code unknown;
  return fs::exists(isolated::runner_program().parent_path() / "plugins" / (name + ".so"), unknown);
}

std::string listed(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// Names of files, classes and targets that something else has: why not this one; empty: it may be taken.
std::string why_no_name(const std::string& name) {
  if (!is_name(name))
    return "'" + name + "' is no plugin's name: write a-z, 0-9 and _, a letter first, at most 64, as paylane";
  static const std::set<std::string> of_cmake = {"all", "clean", "help", "install", "package", "rebuild_cache", "test"};
  if (of_cmake.contains(name))
    return "'" + name + "' is a name that CMake keeps for itself: take another one, as my_" + name;
  if (is_shipped(name))
    return "'" + name + "' ships with Florin, and a folder has one plugin of a name: take another one, as my_" + name;
  return {};
}

/// What there are templates of.
struct Templates {
  std::set<std::string> kinds, languages;
  Templates() {
    for (const ops::TemplateFile& file : ops::template_files()) {
      const std::size_t dash = file.name.find('-'), slash = file.name.find('/');
      if (dash == std::string_view::npos || slash < dash) continue;
      kinds.emplace(file.name.substr(0, dash));
      languages.emplace(file.name.substr(dash + 1, slash - dash - 1));
    }
  }
  /// Empty: there is one.
  std::string why_none(const std::string& kind, const std::string& language) const {
    const auto near = [](const std::string& word, const std::set<std::string>& known) {
      const std::string meant = hint(word, {known.begin(), known.end()});
      return meant.starts_with(':') ? std::string() : meant;  // all of them follow
    };
    if (!kinds.contains(kind))
      return "there is no kind '" + kind + "' of plugin" + near(kind, kinds) + ": --kind is one of " + listed(kinds);
    if (!languages.contains(language))
      return "there is no template in '" + language + "'" + near(language, languages) + ": --lang is one of " +
             listed(languages) + "; any language that exports a C function will do, by florin/plugin.h";
    return {};
  }
};

}  // namespace

Result<std::vector<std::string>> new_plugin(const NewPlugin& asked) {
  NewPlugin words = asked;
  if (words.lang == "c++") words.lang = "cpp";
  if (const std::string why = why_no_name(words.name); !why.empty()) return Error{.code = "bad_name", .message = why};
  if (const std::string why = Templates().why_none(words.kind, words.lang); !why.empty())
    return Error{.code = "no_template", .message = why};
  const std::string wanted = words.kind + "-" + words.lang + "/";
  std::vector<const ops::TemplateFile*> files;
  for (const ops::TemplateFile& file : ops::template_files()) {
    if (file.name.starts_with("rust/")) {
      if (words.lang == "rust" && !files.empty()) files.push_back(&file);  // the interface itself, beside the plugin
      continue;
    }
    if (file.name.starts_with(wanted)) files.push_back(&file);
  }
  if (files.empty())
    return Error{.code = "no_template", .message = "there is no template of a " + words.kind + " in " + words.lang};
  const fs::path folder = fs::path(words.folder) / words.name;
  std::error_code failed;
  if (fs::exists(folder, failed))
    return Error{.code = "exists", .message = folder.string() + " is there already: take another name or folder"};
  std::vector<std::string> written;
  for (const ops::TemplateFile* file : files) {
    const std::size_t behind = file->name.find('/') + 1;
    const fs::path path = folder / replaced(std::string(file->name.substr(behind)), "my_plugin", words.name);
    fs::create_directories(path.parent_path(), failed);
    std::string text = replaced(std::string(file->text), "my_plugin", words.name);
    text = replaced(std::move(text), "MyPlugin", class_of(words.name));
    std::string loud = words.name;  // of an environment's variables
    for (char& c : loud) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    text = replaced(std::move(text), "MY_PLUGIN", loud);
    std::ofstream out(path, std::ios::binary);
    out << text;
    if (!out.flush())
      return Error{.code = "not_writable",
                   .message = path.string() + " cannot be written" + (failed ? ": " + failed.message() : "")};
    written.push_back(path.string());
  }
  return written;
}

}  // namespace florin
