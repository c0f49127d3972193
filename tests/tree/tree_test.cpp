#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

/// The rule of docs/architecture.md, held against the files: who may include whom, and what decisions may not touch.
namespace {

namespace fs = std::filesystem;

const fs::path root = FLORIN_SOURCE;

struct Source {
  fs::path path;
  std::string code;  ///< without comments
  std::vector<std::string> includes;
};

std::string without_comments(std::string text) {
  text = std::regex_replace(text, std::regex("//[^\n]*"), "");
  for (std::size_t from = text.find("/*"); from != std::string::npos; from = text.find("/*", from)) {
    const std::size_t to = text.find("*/", from);
    text.erase(from, to == std::string::npos ? to : to + 2 - from);
  }
  return text;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Source> sources_below(const fs::path& folder) {
  std::vector<Source> sources;
  for (const auto& file : fs::recursive_directory_iterator(root / folder)) {
    const std::string extension = file.path().extension();
    if (extension != ".hpp" && extension != ".cpp" && extension != ".h" && extension != ".c") continue;
    Source source{fs::relative(file.path(), root), without_comments(text_of(file.path())), {}};
    static const std::regex include("#include [<\"]([^>\"]+)[>\"]");
    for (std::sregex_iterator found(source.code.begin(), source.code.end(), include), end; found != end; ++found)
      source.includes.push_back((*found)[1]);
    sources.push_back(std::move(source));
  }
  return sources;
}

std::string folder_of(const std::string& include) { return include.substr(0, include.find('/')); }

TEST(Tree, FoldersOfCoreKnowOnlyThoseBelow) {
  const std::map<std::string, std::set<std::string>> may_know = {
      {"values", {}},
      {"domain", {}},
      {"store", {}},
      {"config", {"domain"}},
      {"plugins", {"domain"}},
      {"transport", {}},
      {"statements", {}},
      {"documents", {}},
      {"mail", {}},
      {"engine", {"domain", "store"}},
      {"readers", {"domain", "store", "config", "engine"}},
      {"providers", {"domain", "store", "config", "plugins", "transport", "statements", "engine"}},
      {"answers", {"domain", "config", "engine", "providers"}},
      {"host", {"domain", "store", "config", "transport", "documents", "engine", "readers", "providers", "answers"}},
      {"scenario", {"domain", "store", "config", "plugins", "transport", "engine", "answers", "providers", "host"}},
      {"ops",
       {"domain", "store", "config", "plugins", "transport", "engine", "readers", "answers", "providers", "host"}},
      {"server", {"mail"}},
      {"cli", {"mail"}},
  };
  std::set<std::string> rooms;
  for (const auto& [room, known] : may_know) rooms.insert(room);
  std::size_t looked_at = 0;
  for (const auto& [room, known] : may_know) {
    for (const Source& source : sources_below("core/" + room)) {
      ++looked_at;
      for (const std::string& include : source.includes) {
        const std::string other = folder_of(include);
        if (!rooms.contains(other) || other == room) continue;
        EXPECT_TRUE(known.contains(other)) << source.path << " includes " << include;
      }
    }
  }
  EXPECT_GT(looked_at, 100U);
}

/// From its first line to the brace that ends it: functions that stand by themselves, in a file without comments.
std::map<std::string, std::size_t> lines_of_functions(const std::string& code) {
  std::map<std::string, std::size_t> found;
  std::string first;
  std::size_t lines = 0;
  std::istringstream text(code);
  for (std::string line; std::getline(text, line); ++lines) {
    const bool outside = !line.empty() && line.front() != ' ' && line.front() != '#';
    if (line == "}" && !first.empty() && !first.ends_with("= {")) found[first] = lines + 1;
    if (outside && (line.front() == '}' || line.starts_with("namespace"))) {
      first.clear();
    } else if (outside && (first.empty() || first.starts_with("template"))) {
      if (first.empty()) lines = 0;
      first = line;
    }
    if (outside && line.back() == ';') first.clear();
  }
  return found;
}

// A table is read as one, however long it is: of addresses, or of what each type looks like in the journal.
TEST(Tree, AFunctionOfCoreFitsOnAScreen) {
  const std::set<std::string> tables = {
      "const std::vector<Api::Route>& Api::routes() {", "std::vector<Api::Route> read_routes() {",
      "void write(Writer& out, const T& value) {", "void read(Reader& in, T& value) {"};
  std::size_t functions = 0;
  for (const Source& source : sources_below("core"))
    for (const auto& [first, lines] : lines_of_functions(source.code)) {
      ++functions;
      if (tables.contains(first)) continue;
      EXPECT_LE(lines, 60U) << source.path << ": " << first;
    }
  EXPECT_GT(functions, 3'000U);
  const std::string long_one = "int f() {\n" + std::string(60, '\n') + "}\n";
  EXPECT_EQ(lines_of_functions("struct A {\n};\n\n" + long_one).at("int f() {"), 62U);
}

TEST(Tree, DecisionsTouchNothingOfTheMachine) {
  const std::set<std::string> headers = {
      "chrono", "random",     "thread", "mutex", "atomic", "fstream",  "iostream",
      "cstdio", "filesystem", "future", "ctime", "locale", "unistd.h", "condition_variable"};
  const std::regex words(R"(\b(double|float|system_clock|steady_clock|rand|getenv|errno|static_cast<double>)\b)");
  for (const Source& source : sources_below("core/domain")) {
    for (const std::string& include : source.includes) {
      // The calendar's own dates of <chrono> are arithmetic; its clocks are refused by the words below.
      const bool calendar = include == "chrono" && source.path.string().starts_with("core/domain/calendar");
      EXPECT_TRUE(!headers.contains(include) || calendar) << source.path << " includes " << include;
      if (include.find('/') == std::string::npos) continue;
      const std::string first = folder_of(include);
      EXPECT_TRUE(first == "domain" || first == "florin" || include.starts_with("boost/describe") ||
                  include.starts_with("boost/mp11"))
          << source.path << " includes " << include;
    }
    std::smatch found;
    EXPECT_FALSE(std::regex_search(source.code, found, words)) << source.path << " says " << found.str();
  }
}

/// Folders of decisions that include each other, each pair at the one that comes first. The list may only become
/// shorter. docs/architecture.md
TEST(Tree, NoFurtherFoldersOfDecisionsIncludeEachOther) {
  const std::map<std::string, std::set<std::string>> known = {
      {"accounts", {"catalog", "credits", "decision", "entitlements", "journal", "orders", "payments"}},
      {"catalog", {"credits", "decision", "members"}},
      {"credits", {"decision", "orders", "payments", "subscriptions"}},
      {"decision",
       {"documents", "entitlements", "keys", "members", "minimums", "orders", "payments", "reviews", "subscriptions",
        "transfers"}},
      {"entitlements", {"members"}},
      {"journal", {"payments"}},
      {"minimums", {"subscriptions"}},
      {"orders", {"payments", "subscriptions"}},
      {"payments", {"subscriptions"}},
  };
  std::map<std::string, std::set<std::string>> includes;
  for (const Source& source : sources_below("core/domain"))
    for (const std::string& include : source.includes)
      if (include.starts_with("domain/"))
        includes[std::next(source.path.begin(), 2)->string()].insert(folder_of(include.substr(7)));
  std::map<std::string, std::set<std::string>> found;
  for (const auto& [folder, others] : includes)
    for (const std::string& other : others)
      if (folder < other && includes.contains(other) && includes.at(other).contains(folder))
        found[folder].insert(other);
  EXPECT_EQ(found, known);
}

TEST(Tree, TheFaceNeedsNobodyElsesHeaders) {
  for (const fs::path& folder : {fs::path("core/include/florin"), fs::path("sdk/include/florin")})
    for (const Source& source : sources_below(folder))
      for (const std::string& include : source.includes)
        EXPECT_TRUE(include.find('/') == std::string::npos || include.starts_with("florin/"))
            << source.path << " includes " << include;
}

TEST(Tree, TheProgramStandsWhereAnEmbedderStands) {
  for (const Source& source : sources_below("core/cli"))
    for (const std::string& include : source.includes)
      EXPECT_TRUE(include.find('/') == std::string::npos || include.starts_with("florin/") ||
                  include.starts_with("CLI/") || include.starts_with("cli/") || include.starts_with("mail/") ||
                  include.starts_with("sys/") || include == "boost/json.hpp")
          << source.path << " includes " << include;
}

TEST(Tree, TheServerStandsWhereAnEmbedderStands) {
  for (const Source& source : sources_below("core/server"))
    for (const std::string& include : source.includes)
      EXPECT_TRUE(include.find('/') == std::string::npos || include.starts_with("florin/") ||
                  include.starts_with("boost/") || include.starts_with("openssl/") || include.starts_with("mail/") ||
                  include.starts_with("sys/"))
          << source.path << " includes " << include;
}

// Mail is a library beside libflorin: templates and a relay, which know nothing of billing.
TEST(Tree, MailKnowsNothingOfTheHost) {
  for (const Source& source : sources_below("core/mail"))
    for (const std::string& include : source.includes)
      EXPECT_TRUE(include.find('/') == std::string::npos || include.starts_with("florin/") ||
                  include.starts_with("mail/") || include.starts_with("curl/") || include.starts_with("kainjow/") ||
                  include.starts_with("sys/"))
          << source.path << " includes " << include;
}

TEST(Tree, PluginsKnowTheKitAlone) {
  for (const Source& source : sources_below("plugins"))
    for (const std::string& include : source.includes)
      EXPECT_TRUE(include.find('/') == std::string::npos || include.starts_with("florin/plugin"))
          << source.path << " includes " << include;
}

TEST(Tree, TheGuideNamesEveryHelperOfTheWrapper) {
  const std::string guide = text_of(root / "sdk/guides/wrapper.md");
  const std::string wrapper = text_of(root / "sdk/include/florin/plugin.hpp");
  static const std::regex helper("\\ninline (?!thread_local)[A-Za-z0-9_:<>]+\\*? ?&?([a-z][a-z_0-9]+)\\(");
  std::size_t found = 0;
  for (std::sregex_iterator it(wrapper.begin(), wrapper.end(), helper), end; it != end; ++it, ++found)
    EXPECT_TRUE(std::regex_search(guide, std::regex("[`( ]" + (*it)[1].str() + "[`(]"))) << (*it)[1];
  EXPECT_GT(found, 40U);
}

TEST(Tree, NobodyNamesATenant) {
  const std::regex tenants("callloop|exotel|kaspr|salesmsg", std::regex::icase);
  for (const char* folder : {"core/values", "core/domain", "core/store", "core/config", "core/plugins",
                             "core/transport", "core/statements", "core/engine", "core/readers", "core/providers",
                             "core/answers", "core/host", "core/ops", "core/server", "core/cli", "plugins", "sdk"})
    for (const Source& source : sources_below(folder))
      EXPECT_FALSE(std::regex_search(source.code, tenants)) << source.path << " knows a tenant by name";
}

/// What a page or a comment points at is there: `[words](file.md)`, and `docs/….md`, `tests/…` named in a text.
TEST(Tree, LinksOfDocsLeadSomewhere) {
  const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  const std::regex named(R"(\b(docs/[\w/.-]+\.md))");
  std::size_t followed = 0;
  const auto look = [&](const fs::path& file) {
    const std::string text = text_of(file);
    if (file.extension() == ".md") {
      for (std::sregex_iterator found(text.begin(), text.end(), link), end; found != end; ++found, ++followed)
        EXPECT_TRUE(fs::exists(file.parent_path() / found->str(1))) << file << " links to " << found->str(1);
    }
    for (std::sregex_iterator found(text.begin(), text.end(), named), end; found != end; ++found, ++followed)
      EXPECT_TRUE(fs::exists(root / found->str(1))) << file << " names " << found->str(1);
  };
  for (const auto& file : fs::directory_iterator(root))
    if (file.path().extension() == ".md") look(file.path());
  const std::set<std::string> texts = {".md", ".hpp", ".cpp", ".h", ".c", ".yaml"};
  for (const char* folder : {"config", "core", "docs", "examples", "plugins", "sdk", "tests"})
    for (const auto& file : fs::recursive_directory_iterator(root / folder))
      if (file.is_regular_file() && texts.contains(file.path().extension().string())) look(file.path());
  EXPECT_GT(followed, 50u);
}

/// Each test that stands for a fault is there, and each of the 65 faults has its row.
TEST(Tree, EachFaultHasATestThatIsThereOrAReason) {
  std::set<std::string> tests;
  const std::regex test(R"(TEST(_F|_P)?\((\w+),\s*(\w+)\))");
  for (const auto& file : fs::recursive_directory_iterator(root / "tests")) {
    if (file.path().extension() != ".cpp") continue;
    const std::string text = text_of(file.path());
    for (std::sregex_iterator found(text.begin(), text.end(), test), end; found != end; ++found)
      tests.insert(found->str(2) + "." + found->str(3));
  }
  const std::string page = text_of(root / "docs/faults.md");
  const std::regex named("`([A-Z]\\w+\\.[A-Z]\\w+)`");
  for (std::sregex_iterator found(page.begin(), page.end(), named), end; found != end; ++found)
    EXPECT_TRUE(tests.contains(found->str(1))) << found->str(1);
  for (int fault = 1; fault <= 65; ++fault)
    EXPECT_NE(page.find("\n| " + std::to_string(fault) + " | "), std::string::npos) << fault;
}

}  // namespace
