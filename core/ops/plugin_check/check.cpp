#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "florin/printable.hpp"
#include "ops/plugin_check/rules.hpp"
#include "plugins/signature.hpp"

namespace florin {

namespace plugin_check {

PluginLibrary Subject::open(Runs runs) const {
  PluginPlaces places = places_;
  places.odd_rooms = runs == Runs::odd;
  return must(PluginLibrary::open(places));
}

void Notes::hold(const std::string& id, const std::function<std::string()>& rule) {
  PluginRule note{.id = id};
  try {
    note.text = rule();
  } catch (const Broken& broken) {
    note.outcome = PluginRule::Outcome::broken;
    note.text = broken.text;
    note.see = broken.see;
  }
  rules_.push_back(std::move(note));
}

}  // namespace plugin_check

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace plugin_check;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "florin-check-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code failed;
    if (!path.empty()) fs::remove_all(path, failed);
  }
  fs::path path;
};

/// Scalars as the host gives them: as text.
json::value as_texts(const json::value& value) {
  if (const auto* object = value.if_object()) {
    json::object texts;
    for (const auto& [name, member] : *object) texts[name] = as_texts(member);
    return texts;
  }
  if (const auto* array = value.if_array()) {
    json::array texts;
    for (const json::value& item : *array) texts.push_back(as_texts(item));
    return texts;
  }
  return value.is_string() || value.is_null() ? value : json::value(json::serialize(value));
}

/// The block that is tried: what was asked for, else the first example of the manifest's schema, else an empty one.
Result<std::string> config_of(const std::string& given, const Manifest& manifest) {
  boost::system::error_code failed;
  if (!given.empty()) {
    const json::value read = json::parse(given, failed);
    if (failed || !read.is_object())
      return Error{.code = "bad_config", .message = "--with is a JSON object, as {\"priority\": \"1\"}"};
    return json::serialize(as_texts(read));
  }
  if (manifest.config_schema.empty()) return std::string("{}");
  const json::value schema = json::parse(manifest.config_schema, failed);
  const auto* examples = failed || !schema.is_object() ? nullptr : schema.get_object().if_contains("examples");
  if (examples == nullptr || !examples->is_array() || examples->get_array().empty()) return std::string("{}");
  return json::serialize(as_texts(examples->get_array().front()));
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// That it is made of its own example, and that a word nobody knows is not taken in silence.
bool is_made(Notes& notes, const Subject& subject, const Manifest& manifest) {
  const auto make = [&](const PluginLibrary& library, const PluginSetup& setup) -> Errors {
    const std::string& interface = manifest.interfaces.front();
    const auto errors = [](const auto& made) { return made ? Errors() : made.error(); };
    if (interface == "florin.processor/1") return errors(library.processor(subject.id(), setup));
    if (interface == "florin.method/1") return errors(library.method(subject.id(), setup));
    if (interface == "florin.tax/1") return errors(library.tax(subject.id(), setup));
    return errors(library.credit_policy(subject.id(), setup));
  };
  bool made = false;
  notes.hold("made", [&] {
    const auto library = subject.open();
    const Errors errors = make(library, subject.setup());
    if (!errors.empty()) {
      const std::string at = errors.front().at.path.empty() ? "" : errors.front().at.path + ": ";
      throw Broken{at + errors.front().message,
                   "made of " + subject.setup().config_json +
                       "; another block: --with '{…}', or `examples` in the manifest's schema"};
    }
    made = true;
    return "loaded and made of " + subject.setup().config_json + ", with no system call but read and answer";
  });
  if (!made) return false;
  notes.hold("config.unknown_words", [&] {
    const auto library = subject.open();
    json::object block = json::parse(subject.setup().config_json).as_object();
    block["no_such_word_here"] = "1";
    if (make(library, subject.setup(json::serialize(block))).empty())
      throw Broken{
          "a word that it does not know is taken in silence: `setup.only(setup.config, {\"…\"})` refuses it with "
          "the nearest one that is known",
          json::serialize(block)};
    return std::string("a word that it does not know is a problem");
  });
  return true;
}

void run_rules(PluginCheck& check, const PluginFile& file, const PluginPlaces& places, const PluginCheckWords& words,
               const std::string& config) {
  Notes notes(check.rules);
  check_file(notes, file, bytes_of(file.path));
  const Subject subject(places, file.id, config, words.long_run);
  if (!is_made(notes, subject, file.manifest)) return;
  for (const std::string& interface : file.manifest.interfaces) {
    if (interface == "florin.processor/1") check_processor(notes, subject, file, words.against);
    if (interface == "florin.method/1") check_method(notes, subject);
    if (interface == "florin.credit_policy/1") check_policy(notes, subject);
    if (interface == "florin.tax/1") check_tax(notes, subject);
  }
}

/// Why nothing can be checked at all. None: it can.
std::optional<Error> not_checked(const PluginCheckWords& words) {
  std::error_code failed;
  if (fs::is_directory(words.file, failed))
    return Error{.code = "file_missing",
                 .message = words.file + " is a folder; name the plugin in it, as " +
                            (fs::path(words.file) / "mine.so").lexically_normal().string()};
  if (!fs::is_regular_file(words.file, failed))
    return Error{.code = "file_missing", .message = "there is no file " + words.file + "; build the plugin first"};
  if (!words.against.empty() && !fs::is_directory(words.against, failed))
    return Error{.code = "file_missing",
                 .message = "--against " + words.against + " is no folder; it is one of recorded exchanges, *.json"};
  return std::nullopt;
}

/// Exchanges are of processors: with a plugin of another kind nobody would play them, and it would look as if they
/// held.
bool is_processor(const PluginFile& file) {
  return std::ranges::find(file.manifest.interfaces, "florin.processor/1") != file.manifest.interfaces.end();
}

const char* word_of(PluginRule::Outcome outcome) {
  return outcome == PluginRule::Outcome::holds ? "ok" : outcome == PluginRule::Outcome::broken ? "BROKEN" : "not asked";
}

std::string in_xml(const std::string& text) {
  std::string out;
  for (const char c : printable(text)) switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  return out;
}

}  // namespace

bool PluginCheck::holds() const {
  return std::ranges::none_of(rules,
                              [](const PluginRule& rule) { return rule.outcome == PluginRule::Outcome::broken; });
}

Result<PluginCheck> check_plugin(const PluginCheckWords& words) {
  const auto began = std::chrono::steady_clock::now();
  std::error_code failed;
  if (auto wrong = not_checked(words)) return *std::move(wrong);
  const TemporaryFolder folder;
  fs::create_directories(folder.path / "plugins", failed);
  const fs::path copy = folder.path / "plugins" / (fs::path(words.file).stem().string() + ".so");
  fs::copy_file(words.file, copy, failed);
  if (failed) return Error{.code = "file_missing", .message = words.file + " cannot be read: " + failed.message()};
  PluginPlaces places{.folders = {folder.path / "plugins"}, .copies = folder.path / "copies", .pins = {}};
  places.isolation = Isolation::process;
  places.alarm = [](const std::string&) {};
  places.limits.decide = seconds(2);
  const auto library = PluginLibrary::open(places);
  if (!library) return library.error();
  const PluginFile& file = library->files().front();
  PluginCheck check{
      .file = words.file, .id = file.id, .version = file.manifest.version, .sha256 = file.sha256, .rules = {}};
  if (file.refused) {
    std::string why = file.refused->message;
    if (const std::size_t at = why.find(copy.string()); at != std::string::npos)
      why.replace(at, copy.string().size(), words.file);
    check.rules.push_back({"file.loads", PluginRule::Outcome::broken, std::move(why), {}});
  } else {
    if (!words.against.empty() && !is_processor(file))
      return Error{.code = "no_processor",
                   .message = "--against is of processors, and '" + file.id + "' is none: leave it out"};
    const auto config = config_of(words.config, file.manifest);
    if (!config) return config.error();
    run_rules(check, file, places, words, *config);
  }
  check.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return check;
}

std::string as_text(const PluginCheck& check) {
  std::string text = printable(fmt::format("{} {} sha256:{}", check.id, check.version, check.sha256)) + "\n";
  for (const PluginRule& rule : check.rules) {
    text += fmt::format("  {:<10}{:<27} {}\n", word_of(rule.outcome), rule.id, printable(rule.text));
    if (!rule.see.empty()) text += fmt::format("            to see it: {}\n", printable(rule.see));
  }
  const auto broken = std::ranges::count(check.rules, PluginRule::Outcome::broken, &PluginRule::outcome);
  return text + fmt::format("{} {}, {} in {:.1f} s\n", check.rules.size(), check.rules.size() == 1 ? "rule" : "rules",
                            broken == 0 ? "every one holds" : std::to_string(broken) + " broken", check.seconds);
}

std::string as_json(const PluginCheck& check) {
  json::array rules;
  for (const PluginRule& rule : check.rules)
    rules.push_back(
        json::object{{"id", rule.id}, {"outcome", word_of(rule.outcome)}, {"text", rule.text}, {"see", rule.see}});
  return json::serialize(json::object{{"file", check.file},
                                      {"id", check.id},
                                      {"version", check.version},
                                      {"sha256", check.sha256},
                                      {"holds", check.holds()},
                                      {"rules", std::move(rules)}});
}

std::string as_junit(const PluginCheck& check) {
  const auto count = [&](PluginRule::Outcome outcome) {
    return std::ranges::count(check.rules, outcome, &PluginRule::outcome);
  };
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" "
      "time=\"{:.3f}\">\n",
      in_xml(check.id), check.rules.size(), count(PluginRule::Outcome::broken), count(PluginRule::Outcome::not_asked),
      check.seconds);
  for (const PluginRule& rule : check.rules) {
    text += fmt::format("  <testcase classname=\"{}\" name=\"{}\">", in_xml(check.id), in_xml(rule.id));
    if (rule.outcome == PluginRule::Outcome::broken)
      text += fmt::format("<failure message=\"{}\">{}</failure>", in_xml(rule.text), in_xml(rule.see));
    if (rule.outcome == PluginRule::Outcome::not_asked) text += "<skipped/>";
    text += "</testcase>\n";
  }
  return text + "</testsuite>\n";
}

Result<std::string> sign_plugin(const std::string& file, const std::string& private_key) {
  const TemporaryFolder copies;
  PluginPlaces places{.folders = {}, .copies = copies.path / "copies", .pins = {}};
  places.tried = file;
  const auto library = PluginLibrary::open(places);
  if (!library) return library.error();
  const PluginFile& read = library->files().front();
  // What an earlier signature says of it is no matter: this one takes its place.
  if (read.refused && read.refused->code != "bad_signature") return *read.refused;
  return signature::made({read.id, read.manifest.version, read.sha256}, private_key);
}

Result<std::string> lock_plugins(const std::string& folder) {
  PluginPlaces places{.folders = {folder}, .copies = {}, .pins = {}};
  const TemporaryFolder copies;
  places.copies = copies.path / "copies";
  const auto library = PluginLibrary::open(places);
  if (!library) return library.error();
  // A lock file lets in nothing else: an empty one would let in nothing at all.
  if (library->files().empty()) return Error{.code = "no_plugins", .message = "there is no plugin, *.so, in " + folder};
  std::string lock = "# florin.yaml: plugins: {folder: …, pins: this file}\n";
  for (const PluginFile& file : library->files()) {
    if (file.refused) return *file.refused;
    lock += fmt::format("{}: {}  # {}, {}\n", file.id, file.sha256, file.manifest.version,
                        file.key.empty() ? "not signed" : "signed by " + file.key);
  }
  return lock;
}

}  // namespace florin
