#include "config/import_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>

#include "config/command.hpp"
#include "config/decode.hpp"

namespace florin::config {

namespace {

Node map_of(std::string key, Node value) {
  Node map;
  map.kind = Node::Kind::map;
  map.file = value.file;
  map.line = value.line;
  map.column = value.column;
  value.key = std::move(key);
  map.children.push_back(std::move(value));
  return map;
}

/// Takes a key out of a map; what is left is the command's.
std::optional<Node> taken(Node& map, std::string_view key) {
  const auto found = std::ranges::find(map.children, key, &Node::key);
  if (found == map.children.end()) return std::nullopt;
  Node value = std::move(*found);
  map.children.erase(found);
  return value;
}

template <class T>
std::optional<T> command_named(std::string name, Node fields, Errors& errors, const std::string& path) {
  const auto command = command_of(map_of(std::move(name), std::move(fields)), errors, path);
  if (!command) return std::nullopt;
  return std::get<T>(*command);
}

/// Ids that the file has had so far.
using Seen = std::set<std::string, std::less<>>;

void add_account(const std::string& id, Node fields, const Where& at, Seen& seen, ImportFile& into, Errors& errors) {
  const auto account = AccountId::parse(id);
  if (!account) {
    Error error = account.error();
    error.at = at;
    errors.push_back(std::move(error));
    return;
  }
  if (!seen.insert(id).second)
    errors.push_back({.code = "duplicate_key", .message = "the account '" + id + "' is here twice", .at = at});
  ImportedRecord record{.account = *account, .command = {}, .personal_data = {}, .at = at, .fields = fields};
  if (auto personal_data = taken(fields, "personal_data"))
    for (auto& [name, value] :
         decode<std::vector<std::pair<std::string, std::string>>>(*personal_data, errors, id + ".personal_data"))
      record.personal_data.push_back({name, value});
  const std::size_t before = errors.size();
  auto command = command_named<ImportAccount>("import_account", std::move(fields), errors, id);
  for (std::size_t i = before; i < errors.size(); ++i) {
    if (errors[i].at.line == 0) errors[i].at.line = at.line;  // JSON tells no lines of its own
    // The file does not name the command.
    std::string& path = errors[i].at.path;
    const std::string whole = id + ".import_account";
    if (path == whole || path.starts_with(whole + ".")) path.erase(id.size(), whole.size() - id.size());
  }
  if (!command) return into.unread.push_back(std::move(record));
  record.command = *std::move(command);
  into.accounts.push_back(std::move(record));
}

/// So much is wrong that the rest is not looked at: an error takes a hundred times the line that it is about.
bool is_hopeless(const Where& at, Errors& errors) {
  constexpr std::size_t most = 1'000;
  if (errors.size() < most) return false;
  errors.push_back(
      {.code = "too_many_errors", .message = "more than 1,000 errors: what follows was not read", .at = at});
  return true;
}

void read_lines(std::string_view text, const std::string& name, ImportFile& into, Errors& errors) {
  std::uint32_t number = 0;
  Seen seen;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const Where at{.file = name, .line = number, .column = 0, .path = {}};
    if (is_hopeless(at, errors)) return;
    auto object = parse_json(line, name);
    if (!object) {
      Error error = object.error();
      error.at.line = number;
      errors.push_back(std::move(error));
      continue;
    }
    const auto id = taken(*object, "account");
    if (!id) {
      errors.push_back({.code = "missing_key", .message = "'account' is missing: whose line this is", .at = at});
      continue;
    }
    add_account(id->text, *std::move(object), at, seen, into, errors);
  }
}

}  // namespace

Where ImportedRecord::where(std::string_view field) const {
  const std::size_t bracket = std::min(field.find('['), field.size());
  const Node* found = fields.child(field.substr(0, bracket));
  if (found != nullptr && bracket != field.size()) {
    const auto index = static_cast<std::size_t>(std::atoi(std::string(field.substr(bracket + 1)).c_str()));
    found = index < found->children.size() ? &found->children[index] : nullptr;
  }
  Where where = at;
  if (found != nullptr) where.path = account.text() + "." + std::string(field);
  if (found != nullptr && found->line != 0) {
    where.line = found->line;
    where.column = found->column;
  }
  return where;
}

ImportFile read_import(const std::filesystem::path& file, Errors& errors) {
  const auto text = read_file(file);
  if (text) return read_import_text(*text, file, errors);
  errors.push_back(text.error());
  return {};
}

ImportFile read_import_text(std::string_view text, const std::filesystem::path& name, Errors& errors) {
  ImportFile read;
  if (name.extension() == ".jsonl") {
    constexpr std::string_view mark = "\xEF\xBB\xBF";  // some programs write it before UTF-8
    read_lines(text.substr(text.starts_with(mark) ? mark.size() : 0), name.string(), read, errors);
    return read;
  }
  auto tree = parse_yaml(text, name.string());
  if (!tree) {
    errors.push_back(tree.error());
    return read;
  }
  if (auto numbers = taken(*tree, "next_documents"))
    read.next_documents =
        command_named<SetDocumentNumbers>("set_document_numbers", *std::move(numbers), errors, "next_documents");
  auto accounts = taken(*tree, "accounts");
  for (const Node& other : tree->children)
    errors.push_back({.code = "unknown_key",
                      .message = "'" + other.key + "' is not known here: write next_documents or accounts",
                      .at = other.where_key(other.key)});
  if (!accounts || accounts->kind != Node::Kind::map) {
    errors.push_back({.code = "missing_key",
                      .message = "'accounts' is missing: each account by its id",
                      .at = tree->where("accounts")});
    return read;
  }
  Seen seen;
  for (Node& account : accounts->children) {
    const std::string id = account.key;
    const Where at = account.where_key("accounts." + id);
    if (is_hopeless(at, errors)) break;
    add_account(id, std::move(account), at, seen, read, errors);
  }
  return read;
}

}  // namespace florin::config
