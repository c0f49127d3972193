#include "mail/templates.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <kainjow/mustache.hpp>
#include <optional>

#include "florin/languages.hpp"

namespace florin::mail {

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> words_of_all = {"name", "account", "link", "seller", "contact"};

std::optional<std::string> text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return in ? std::optional(std::string(std::istreambuf_iterator<char>(in), {})) : std::nullopt;
}

std::optional<std::string> found(const Folders& folders, const std::string& name) {
  for (const fs::path& folder : folders)
    if (auto text = text_of(folder / name)) return text;
  return std::nullopt;
}

Result<std::string> filled(const std::string& name, const std::string& text, const Data& data, bool escape) {
  kainjow::mustache::mustache tree(text);
  if (!tree.is_valid()) return Error{.code = "bad_template", .message = name + ": " + tree.error_message()};
  if (!escape) tree.set_custom_escape([](const std::string& plain) { return plain; });
  kainjow::mustache::data values;
  for (const auto& [word, value] : data) {
    if (value.empty()) continue;  // so that a section about it is left out
    values.set(word, value);
  }
  return tree.render(values);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  return out;
}

/// The text as paragraphs; an https address on a line of its own is a link.
std::string html_of(const std::string& language, const std::string& subject, const std::string& text) {
  std::string out =
      "<!doctype html><html lang=\"" + escaped(language) + (language == "ar" ? "\" dir=\"rtl" : "") +
      "\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\"><title>" + escaped(subject) +
      "</title></head><body style=\"font:16px/1.5 sans-serif;max-width:36rem;margin:0 auto;padding:24px\">";
  std::string paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) out += "<p style=\"margin:0 0 16px\">" + paragraph + "</p>";
    paragraph.clear();
  };
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string line = text.substr(from, end - from);
    from = end + 1;
    if (line.empty()) {
      end_paragraph();
      continue;
    }
    const bool link = (line.starts_with("https://") || line.starts_with("http://127.0.0.1")) &&
                      line.find_first_of(" \"'<>") == std::string::npos;
    paragraph += (paragraph.empty() ? "" : "<br>") +
                 (link ? "<a href=\"" + escaped(line) + "\">" + escaped(line) + "</a>" : escaped(line));
  }
  end_paragraph();
  return out + "</body></html>";
}

std::uint32_t line_at(const std::string& text, std::size_t at) {
  return 1 + static_cast<std::uint32_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

/// Each tag against the words that its kind has: a missing one would be empty, and nobody would see it.
void check_words(const fs::path& file, const std::string& text, const std::vector<std::string>& known, Errors& errors) {
  for (std::size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at + 2)) {
    const std::size_t end = text.find("}}", at);
    if (end == text.npos) return;
    std::string word = text.substr(at + 2, end - at - 2);
    std::erase_if(word, [](char c) { return c == '{' || c == '#' || c == '^' || c == '/' || c == '&' || c == ' '; });
    if (word.starts_with('!') || std::ranges::find(known, word) != known.end()) continue;
    std::string all;
    for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
    errors.push_back({.code = "unknown_name",
                      .message = "there is no '" + word.substr(0, 64) + "' here: " + all,
                      .at = {.file = file.string(), .line = line_at(text, at), .column = 0, .path = {}}});
  }
}

/// `de` of `past_due.de.txt`.
std::string language_in(const std::string& name) {
  const std::size_t first = std::min(name.find('.'), name.size()), last = name.rfind('.');
  return last == std::string::npos || last <= first ? std::string() : name.substr(first + 1, last - first - 1);
}

void check_file(const fs::path& file, Errors& errors) {
  const std::string name = file.filename().string();
  const std::string kind = name.substr(0, name.find('.'));
  const auto known = kinds().find(kind);
  const std::string language = language_in(name);
  const Where at{.file = file.string(), .line = 0, .column = 0, .path = {}};
  if (known == kinds().end()) {
    errors.push_back({.code = "unknown_name", .message = "there is no message '" + kind.substr(0, 64) + "'", .at = at});
    return;
  }
  if (!is_known_language(language)) {
    std::string all;
    for (const std::string_view one : known_languages) all += (all.empty() ? "" : ", ") + std::string(one);
    errors.push_back({.code = "unknown_language",
                      .message = "nobody reads '" + language.substr(0, 40) + "': a template's name is " + kind +
                                 ".{language}" + file.extension().string() + " with one of " + all,
                      .at = at});
  }
  const fs::path other = fs::path(file).replace_extension(file.extension() == ".txt" ? ".subject" : ".txt");
  if (language != "en" && !fs::exists(other))
    errors.push_back({.code = "missing_key",
                      .message = "there is no " + other.filename().string() + ": without it English is sent",
                      .at = at});
  const auto text = text_of(file);
  if (!text) return;
  std::vector<std::string> words = words_of_all;
  words.insert(words.end(), known->second.begin(), known->second.end());
  check_words(file, *text, words, errors);
  Data sample;
  for (const std::string& word : words) sample[word] = "x";
  if (const auto rendered = filled(name, *text, sample, false); !rendered)
    errors.push_back({.code = rendered.error().code, .message = rendered.error().message, .at = at});
}

}  // namespace

const std::map<std::string, std::vector<std::string>>& kinds() {
  static const std::map<std::string, std::vector<std::string>> all = {
      {"order_confirmed", {"order", "invoice", "total"}},
      {"upgraded_from_trial", {"order", "invoice", "total"}},
      {"past_due", {"order", "step"}},
      {"credits_used_up", {"type"}},
      {"recharge_failed", {"suspended"}},
      {"subscription_ended", {"because"}},
      {"invitation", {"member", "until"}}};
  return all;
}

Result<Rendered> render(const Folders& folders, const std::string& kind, const std::vector<std::string>& languages,
                        const Data& data) {
  const auto whole = [&](const std::string& one) {
    return found(folders, kind + "." + one + ".subject") && found(folders, kind + "." + one + ".txt");
  };
  const auto chosen = std::ranges::find_if(languages, whole);
  const std::string language = chosen == languages.end() ? "en" : *chosen;
  Rendered rendered;
  for (const auto& [ending, into] : {std::pair("subject", &rendered.subject), std::pair("txt", &rendered.text)}) {
    const std::string name = kind + "." + language + "." + ending;
    const auto text = found(folders, name);
    if (!text) return Error{.code = "no_template", .message = "there is no template " + name};
    auto done = filled(name, *text, data, false);
    if (!done) return done.error();
    *into = *std::move(done);
  }
  while (!rendered.subject.empty() && (rendered.subject.back() == '\n' || rendered.subject.back() == '\r'))
    rendered.subject.pop_back();
  rendered.html = html_of(language, rendered.subject, rendered.text);
  return rendered;
}

Errors check_templates(const fs::path& folder, bool complete) {
  Errors errors;
  std::vector<fs::path> files;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const std::string ending = entry.path().extension().string();
    if (ending == ".subject" || ending == ".txt") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) check_file(file, errors);
  if (!complete) return errors;
  for (const auto& [kind, words] : kinds())
    for (const char* ending : {"subject", "txt"})
      if (!fs::exists(folder / (kind + ".en." + ending)))
        errors.push_back({.code = "missing_key",
                          .message = "there is no " + kind + ".en." + ending,
                          .at = {.file = folder.string(), .line = 0, .column = 0, .path = {}}});
  return errors;
}

}  // namespace florin::mail
