#include "config/schema.hpp"

#include <boost/json.hpp>
// The adapter of valijson needs Boost.JSON before it.
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <set>

#include "config/command.hpp"
#include "config/command_page.hpp"
#include "config/host_file.hpp"
#include "config/tenant/shapes.hpp"
#include "shipped.hpp"

namespace florin::config {
namespace {

namespace json = boost::json;

/// What an editor's YAML makes of the file: plain true, false and whole numbers are not texts.
json::value as_an_editor_reads(const Node& node) {
  if (node.kind == Node::Kind::map) {
    json::object map;
    for (const Node& child : node.children) map[child.key] = as_an_editor_reads(child);
    return map;
  }
  if (node.kind == Node::Kind::list) {
    json::array list;
    for (const Node& child : node.children) list.push_back(as_an_editor_reads(child));
    return list;
  }
  if (node.kind == Node::Kind::nothing) return nullptr;
  if (!node.quoted && (node.text == "true" || node.text == "false")) return node.text == "true";
  const auto number = Scalar<std::int64_t>::parse(node.text);
  if (!node.quoted && number) return *number;
  return json::value(node.text);
}

std::string problems(const std::string& schema_text, const Node& tree) {
  const json::value schema_json = json::parse(schema_text);
  valijson::Schema schema;
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(valijson::adapters::BoostJsonAdapter(schema_json), schema);
  const json::value document = as_an_editor_reads(tree);
  valijson::ValidationResults results;
  valijson::Validator().validate(schema, valijson::adapters::BoostJsonAdapter(document), &results);
  std::string text;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (const std::string& part : error.context) text += part;
    text += ": " + error.description + "\n";
  }
  return text;
}

Node tree_of(const std::filesystem::path& file) { return *parse_yaml(*read_file(file), file.string()); }

TEST(Schema, TheCommittedFilesAreWhatTheShapesSay) {
  EXPECT_EQ(*read_file(shipped("schema/tenant.json")), tenant_schema());
  EXPECT_EQ(*read_file(shipped("schema/florin.json")), host_file_schema());
}

TEST(Commands, ThePageIsWhatTheShapesSay) {
  const std::string page = command_page();
  EXPECT_EQ(*read_file(shipped("../docs/commands.md")), page) << "florin commands > docs/commands.md";
  // Each command is told in a sentence of its own.
  EXPECT_EQ(page.find("\n\n\n"), std::string::npos) << page.substr(page.find("\n\n\n") - 40, 60);
  for (const std::string_view command : command_words())
    EXPECT_NE(page.find("\n## " + std::string(command) + "\n"), std::string::npos) << command;
}

/// The keys below `shape`, as a.b.c, that must be written although there is one word for them.
void find_single_words(const Shape& shape, const std::string& path, std::set<const Shape*>& seen,
                       std::vector<std::string>& found) {
  if (shape.kind == Shape::Kind::scalar && shape.words.size() == 1) found.push_back(path);
  if (!seen.insert(&shape).second) return;
  // What may be left out says something by being there.
  const bool left_out = shape.kind == Shape::Kind::maybe && shape.inner().kind != Shape::Kind::record;
  if (shape.inner != nullptr && !left_out) find_single_words(shape.inner(), path, seen, found);
  for (const Field& field : shape.fields)
    find_single_words(field.shape(), path + "." + std::string(field.name), seen, found);
}

// docs/decisions/0375-keys-that-cannot-differ.md
TEST(Schema, HasNoKeyThatMustBeWrittenAndCannotDiffer) {
  std::vector<std::string> found;
  std::set<const Shape*> seen;
  find_single_words(shape_of<yaml::TenantFile>(), {}, seen, found);
  EXPECT_GT(seen.size(), 100U);
  EXPECT_EQ(found, std::vector<std::string>());
}

TEST(Schema, AcceptsWhatWeShip) {
  EXPECT_EQ(problems(host_file_schema(), tree_of(shipped("florin.yaml"))), "");
  for (const auto& folder : {"tenants", "policies"})
    for (const auto& entry : std::filesystem::directory_iterator(shipped(folder)))
      EXPECT_EQ(problems(tenant_schema(), tree_of(entry.path())), "") << entry.path();
  for (const std::string_view name : {"callloop", "salesmsg", "exotel", "kaspr"})
    EXPECT_EQ(problems(schema<yaml::TenantFile>("whole"), shipped_tenant(name).tree), "") << name;
}

TEST(Schema, RefusesWhatDecodeRefuses) {
  for (const auto& [from, to] :
       {std::pair("plans:\n", "plan:\n"), std::pair("price: 25.00 USD", "price: 25"), std::pair("rank: 10", "rank: x"),
        std::pair("also_when_refused: true", "also_when_refused: yes"), std::pair("14 days", "14 dayz"),
        std::pair("do: cancel_now", "do: cancel"), std::pair("takes: 1 message, ", "")}) {
    std::string text = *read_file(shipped("tenants/callloop.yaml"));
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, std::string_view(from).size(), to);
    EXPECT_NE(problems(tenant_schema(), *parse_yaml(text, "f.yaml")), "") << to;
  }
}

}  // namespace
}  // namespace florin::config
