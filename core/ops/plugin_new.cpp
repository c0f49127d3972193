#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "florin/plugin_kit.hpp"
#include "ops/templates.hpp"

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

}  // namespace

Result<std::vector<std::string>> new_plugin(const NewPlugin& words) {
  if (!is_name(words.name))
    return Error{
        .code = "bad_name",
        .message = "'" + words.name + "' is no plugin's name: write a-z, 0-9 and _, a letter first, as paylane"};
  const std::string wanted = words.kind + "-" + words.lang + "/";
  std::vector<const ops::TemplateFile*> files;
  std::string known;
  for (const ops::TemplateFile& file : ops::template_files()) {
    if (file.name.starts_with("rust/")) {
      if (words.lang == "rust" && !files.empty()) files.push_back(&file);  // the interface itself, beside the plugin
      continue;
    }
    const std::string set(file.name.substr(0, file.name.find('/')));
    if (file.name.starts_with(wanted)) files.push_back(&file);
    if (known.find(set) == std::string::npos) known += (known.empty() ? "" : ", ") + set;
  }
  if (files.empty())
    return Error{.code = "no_template",
                 .message = "there is no template of a " + words.kind + " in " + words.lang + "; there are: " + known};
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
    if (!out.flush()) return Error{.code = "not_writable", .message = path.string() + " cannot be written"};
    written.push_back(path.string());
  }
  return written;
}

}  // namespace florin
