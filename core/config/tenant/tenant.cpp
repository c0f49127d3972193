#include "config/tenant/tenant.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>

#include "config/hint.hpp"
#include "config/tenant/compile.hpp"

namespace florin::config {

namespace {

std::optional<Node> read_tree(const std::filesystem::path& file, Errors& errors) {
  const auto text = read_file(file);
  if (!text) {
    errors.push_back(text.error());
    return std::nullopt;
  }
  auto tree = parse_yaml(*text, file.string());
  if (!tree) {
    errors.push_back(tree.error());
    return std::nullopt;
  }
  return *std::move(tree);
}

/// Puts the keys of `style` that `own` does not have under its own, `levels` deep; below that `own` stands alone.
void put_under(Node& own, Node style, int levels) {
  if (levels == 0 || own.kind != Node::Kind::map || style.kind != Node::Kind::map) return;
  for (Node& child : style.children) {
    const auto same = std::ranges::find(own.children, child.key, &Node::key);
    if (same != own.children.end())
      put_under(*same, std::move(child), levels - 1);
    else
      own.children.push_back(std::move(child));
  }
}

/// Where styles are looked for, in this order: beside the tenant's folder and in it, in the folders of FLORIN_POLICIES
/// (with colons between), and the installed ones.
std::vector<std::filesystem::path> folders_of_styles(const std::filesystem::path& file) {
  std::vector<std::filesystem::path> folders = {(file.parent_path() / ".." / "policies").lexically_normal(),
                                                (file.parent_path() / "policies").lexically_normal()};
  const char* set = std::getenv("FLORIN_POLICIES");
  for (std::string_view path = set == nullptr ? "" : set; !path.empty();) {
    const std::size_t colon = std::min(path.find(':'), path.size());
    if (colon > 0) folders.emplace_back(path.substr(0, colon));
    path.remove_prefix(std::min(colon + 1, path.size()));
  }
  folders.emplace_back(FLORIN_INSTALLED_POLICIES);
  return folders;
}

/// No style of that name: which there are, and where.
Error no_style(const Node& uses, const std::vector<std::filesystem::path>& folders) {
  std::string list;
  std::vector<std::string> names;
  for (const std::filesystem::path& folder : folders) {
    std::vector<std::string> here;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
      if (entry.path().extension() == ".yaml") here.push_back(entry.path().stem().string());
    std::ranges::sort(here);
    std::error_code unknown;
    const std::filesystem::path whole = std::filesystem::absolute(folder, unknown).lexically_normal();
    list += (list.empty() ? "" : "; ") + whole.string() + ": " +
            (failed         ? "not there"
             : here.empty() ? "none"
                            : choice({here.begin(), here.end()}));
    names.insert(names.end(), here.begin(), here.end());
  }
  return {.code = "unknown_name",
          .message = "there is no style '" + uses.text.substr(0, 64) + "'" +
                     did_you_mean(uses.text, {names.begin(), names.end()}) + ". Looked in " + list +
                     ". More folders: FLORIN_POLICIES",
          .at = uses.where("uses")};
}

/// The style's tree under the tenant's own. Nothing when it cannot be read.
std::optional<Node> with_style(const Node& tenant, const std::filesystem::path& file, Errors& errors) {
  Node own = tenant;
  const Node* uses = own.child("uses");
  if (uses == nullptr) return own;
  const std::vector<std::filesystem::path> folders = folders_of_styles(file);
  const std::string name = uses->text + ".yaml";
  const auto there = std::ranges::find_if(folders, [&](const std::filesystem::path& folder) {
    std::error_code unknown;
    return std::filesystem::exists(folder / name, unknown);
  });
  if (uses->kind != Node::Kind::scalar || !is_id(uses->text) || there == folders.end()) {
    errors.push_back(no_style(*uses, folders));
    return std::nullopt;
  }
  const std::filesystem::path style_file = *there / name;
  auto style = read_tree(style_file, errors);
  if (!style) return std::nullopt;
  if (const Node* further = style->child("uses"); further != nullptr) {
    errors.push_back({.code = "contradiction",
                      .message = "a style stands alone and uses no other",
                      .at = further->where_key("uses")});
    return std::nullopt;
  }
  std::erase_if(own.children, [](const Node& child) { return child.key == "uses"; });
  put_under(own, *std::move(style), merged_levels);
  return own;
}

// ---- effective

/// Whether YAML reads these bytes back as the same text without quotes, on a line and inside brackets.
bool plain(const Node& node) {
  const std::string& text = node.text;
  if (node.quoted || text.empty() || text.front() == ' ' || text.back() == ' ' || text.front() == '-') return false;
  if (text == "null" || text == "Null" || text == "NULL") return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '_' ||
           c == '.' || c == '/' || c == '-';
  });
}

std::string scalar_text(const Node& node) {
  if (node.kind == Node::Kind::nothing) return "null";
  if (plain(node) || (node.text.starts_with('-') && node.text.size() > 1 && node.text[1] >= '0' && node.text[1] <= '9'))
    return node.text;
  std::string quoted;
  append_json_string(quoted, node.text);
  return quoted;
}

std::string key_text(const Node& node) {
  Node key;
  key.text = node.key;
  key.kind = Node::Kind::scalar;
  return scalar_text(key);
}

bool is_leaf(const Node& node) {
  return node.kind == Node::Kind::scalar || node.kind == Node::Kind::nothing || node.children.empty();
}

class EffectiveText {
 public:
  void map(const Node& node, std::size_t indent) {
    for (const Node& child : node.children) {
      const std::string key = std::string(indent, ' ') + key_text(child) + ":";
      value(child, key, indent, child.key_line == 0 ? child.line : child.key_line);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void value(const Node& node, const std::string& before, std::size_t indent, std::uint32_t line) {
    if (is_leaf(node) || (node.kind == Node::Kind::list && std::ranges::all_of(node.children, is_leaf)))
      return add(before + " " + in_line(node), node, line);
    add(before, node, line);
    if (node.kind == Node::Kind::map) return map(node, indent + 2);
    for (const Node& child : node.children) {
      // A list among lists stays on one line; a map begins below its dash.
      const std::string dash = std::string(indent + 2, ' ') + "-";
      if (child.kind == Node::Kind::map && !child.children.empty()) {
        add(dash, child, child.line);
        map(child, indent + 4);
      } else {
        add(dash + " " + in_line(child), child, child.line);
      }
    }
  }

  static std::string in_line(const Node& node) {
    if (node.kind == Node::Kind::scalar || node.kind == Node::Kind::nothing) return scalar_text(node);
    const bool map = node.kind == Node::Kind::map;
    std::string text = map ? "{" : "[";
    for (const Node& child : node.children) {
      if (text.size() > 1) text += ", ";
      text += (map ? key_text(child) + ": " : "") + in_line(child);
    }
    return text + (map ? "}" : "]");
  }

  void add(std::string line, const Node& node, std::uint32_t at) {
    constexpr std::size_t remark_column = 60;
    if (line.size() < remark_column) line.resize(remark_column, ' ');
    out_ += line + "  # " + (node.file ? *node.file : std::string()) + ":" + std::to_string(at) + "\n";
  }

  std::string out_;
};

constexpr std::string_view effective_head = "# The whole tenant, each line with the place that says it.\n";

struct Remark {
  std::shared_ptr<const std::string> file;
  std::uint32_t line = 0;
};

/// The remarks at the ends of an effective text, by its own line.
std::map<std::uint32_t, Remark> remarks_of(std::string_view text) {
  std::map<std::uint32_t, Remark> remarks;
  std::shared_ptr<const std::string> file;
  std::uint32_t number = 1;
  for (; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t remark = line.rfind("  # ");
    const std::size_t colon = line.rfind(':');
    if (remark == std::string_view::npos || colon == std::string_view::npos || colon < remark) continue;
    const std::string_view name = line.substr(remark + 4, colon - remark - 4);
    if (!file || *file != name) file = std::make_shared<const std::string>(name);
    Remark& found = remarks[number];
    found.file = file;
    std::from_chars(line.data() + colon + 1, line.data() + line.size(), found.line);
  }
  return remarks;
}

void move_places(Node& node, const std::map<std::uint32_t, Remark>& remarks) {
  const auto of_key = remarks.find(node.key_line == 0 ? node.line : node.key_line);
  if (of_key != remarks.end()) {
    node.file = of_key->second.file;
    node.line = of_key->second.line;
    node.column = 0;
    if (node.key_line != 0) node.key_line = of_key->second.line;
    node.key_column = 0;
  }
  for (Node& child : node.children) move_places(child, remarks);
}

}  // namespace

namespace {

Tenant tenant_of(std::optional<Node> own, const std::filesystem::path& file, Errors& errors) {
  Tenant tenant;
  if (!own) return tenant;
  auto whole = with_style(*own, file, errors);
  if (!whole) {
    std::erase_if(own->children, [](const Node& child) { return child.key == "uses"; });
    check_keys(*own, errors);
    return tenant;
  }
  tenant.tree = *std::move(whole);
  tenant.catalog = compile(tenant.tree, errors);
  return tenant;
}

}  // namespace

Tenant load_tenant(const std::filesystem::path& file, Errors& errors) {
  const std::filesystem::path path = file.lexically_normal();
  return tenant_of(read_tree(path, errors), path, errors);
}

Tenant load_tenant_text(std::string_view text, const std::filesystem::path& file, Errors& errors) {
  const std::filesystem::path path = file.lexically_normal();
  auto own = parse_yaml(text, path.string());
  if (own) return tenant_of(*std::move(own), path, errors);
  errors.push_back(own.error());
  return {};
}

std::string effective(const Tenant& tenant) {
  EffectiveText text;
  text.map(tenant.tree, 0);
  return std::string(effective_head) + text.take();
}

Tenant read_effective(std::string_view text, std::string_view name, Errors& errors) {
  Tenant tenant;
  auto tree = parse_yaml(text, name);
  if (!tree) {
    errors.push_back(tree.error());
    return tenant;
  }
  tenant.tree = *std::move(tree);
  move_places(tenant.tree, remarks_of(text));
  tenant.catalog = compile(tenant.tree, errors);
  return tenant;
}

Where locate(const Tenant& tenant, std::string_view block, std::string_view pointer) {
  const Node* node = &tenant.tree;
  std::string path;
  const auto enter = [&](const std::string& word) {
    const Node* found = node->child(word);
    std::size_t index = 0;
    const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), index);
    const bool item = node->kind == Node::Kind::list && failed == std::errc() && end == word.data() + word.size();
    if (item && index < node->children.size()) found = &node->children[index];
    if (found == nullptr) return false;
    path += item ? "[" + word + "]" : (path.empty() ? "" : ".") + word;
    node = found;
    return true;
  };
  while (!block.empty()) {
    const std::size_t end = std::min(block.find('.'), block.size());
    if (!enter(std::string(block.substr(0, end)))) break;
    block.remove_prefix(std::min(end + 1, block.size()));
  }
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string word(pointer.substr(0, end));
    for (const auto& [escaped, meant] : {std::pair("~1", '/'), std::pair("~0", '~')})
      for (std::size_t at = word.find(escaped); at != std::string::npos; at = word.find(escaped, at + 1))
        word.replace(at, 2, 1, meant);
    if (!enter(word)) break;
    pointer.remove_prefix(end);
  }
  return node->kind == Node::Kind::scalar ? node->where(path) : node->where_key(path);
}

}  // namespace florin::config
