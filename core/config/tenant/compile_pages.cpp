#include <algorithm>
#include <cmath>

#include "config/hint.hpp"
#include "config/tenant/compiler.hpp"
#include "config/tenant/presentation.hpp"
#include "domain/decision/refusal_codes.hpp"
#include "florin/country.hpp"

namespace florin::config {

namespace {

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == text.npos &&
         text.size() <= 254 &&
         std::ranges::none_of(text, [](char c) { return c <= ' ' || c == '<' || c == '>' || c == 127; });
}

/// How light a colour is, as WCAG 2.2 reckons. Errors: negative for what is no `#rrggbb` or `#rgb`.
double luminance(std::string_view hex) {
  if (hex.size() == 4 && hex[0] == '#') {
    const char wide[] = {'#', hex[1], hex[1], hex[2], hex[2], hex[3], hex[3]};
    return luminance(std::string_view(wide, sizeof wide));
  }
  if (hex.size() != 7 || hex[0] != '#') return -1;
  double light = 0;
  constexpr double weights[] = {0.2126, 0.7152, 0.0722};
  for (std::size_t i = 0; i < 3; ++i) {
    int value = 0;
    for (const char c : hex.substr(1 + 2 * i, 2)) {
      const std::size_t digit = std::string_view("0123456789abcdef").find(c >= 'A' && c <= 'F' ? c + 32 : c);
      if (digit == std::string_view::npos) return -1;
      value = value * 16 + static_cast<int>(digit);
    }
    const double share = value / 255.0;
    light += weights[i] * (share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4));
  }
  return light;
}

/// Three digits at least, and what stands between them. Source   XRechnung, BR-DE-27
bool is_phone(std::string_view text) {
  const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits >= 3 && text.size() <= 40 && text.find_first_not_of("0123456789 +-/().") == std::string_view::npos;
}

}  // namespace

bool is_gstin(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (text.size() != 15) return false;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < 14; ++i) {
    const std::size_t value = digits.find(text[i]);
    if (value == std::string_view::npos) return false;
    const std::size_t product = value * (i % 2 == 0 ? 1 : 2);
    sum += product / 36 + product % 36;
  }
  return text[14] == digits[(36 - sum % 36) % 36];
}

void Compiler::tax_code(const Written<std::string>& code) {
  const std::string& text = code.value;
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || (text.size() != 4 && text.size() != 6 && text.size() != 8))
    add("bad_tax_code", "'" + text.substr(0, 40) + "' is not a SAC or HSN: 4, 6 or 8 digits, such as 998314", code.at);
}

void Compiler::seller() {
  if (!file_.seller) return;
  const auto& seller = *file_.seller;
  const std::string& country = seller.country.value;
  if (!is_country(country)) add("bad_country", no_country(country), seller.country.at);
  if (seller.contact && !is_email(seller.contact->value))
    add("bad_email", "'" + seller.contact->value.substr(0, 80) + "' is not an address such as billing@example.com",
        seller.contact->at);
  if (seller.phone && !is_phone(seller.phone->value))
    add("bad_phone", "'" + seller.phone->value.substr(0, 40) + "' is not a telephone number such as +49 30 1234567",
        seller.phone->at);
  const yaml::TaxIdBlock* gstin = nullptr;
  for (const auto& id : seller.tax_ids)
    if (id.kind.value == "gstin") gstin = &id;
  if (gstin != nullptr && !is_gstin(gstin->id.value))
    add("bad_tax_id",
        "'" + gstin->id.value.substr(0, 40) + "' is not a GSTIN: 15 characters of which the last is a check digit",
        gstin->id.at);
  for (const auto& [id, code] : file_.documents.codes) tax_code(code);
  if (file_.documents.code) tax_code(*file_.documents.code);
  if (file_.tax.plugin.text() != "gst_india") return;
  if (!file_.documents.code)
    add("missing_key", "a tax invoice of India names the SAC or HSN of each line: documents: {code: \"998314\"}",
        seller.at);
  if (gstin == nullptr)
    add("missing_key", "a tax invoice of India names its seller's GSTIN: tax_ids: [{kind: gstin, id: …}]", seller.at);
  for (const auto& [name, pattern] :
       {std::pair("invoice", &file_.documents.invoice), std::pair("credit_note", &file_.documents.credit_note)})
    if (pattern->value.size() > 16)
      add("bad_number_pattern", std::string("numbers of a tax ") + name + " of India have at most 16 characters",
          pattern->at);
}

/// What a name may stand for is not known where the block that has it cannot be read.
void Compiler::names() {
  const bool needs_plans = !file_.credit_sales || file_.credit_sales->needs != yaml::Needs::nothing;
  if (file_.plans.empty() && needs_plans) return;
  std::vector<std::string> known = {"monthly", "quarterly", "annual"};
  const auto take = [&](const auto& table) {
    for (const auto& row : table) known.emplace_back(row.first.text());
  };
  take(file_.plans), take(file_.add_ons), take(file_.credits), take(file_.meters), take(file_.entitlements);
  take(file_.payments.methods);
  for (const auto& approval : file_.approvals) known.emplace_back(approval.value.text());
  for (const auto& role : file_.roles.value) known.emplace_back(role.first.text());
  for (const auto& [id, plan] : file_.plans)
    for (const auto& cycle : plan.cycles) known.emplace_back(cycle.first.text());
  const auto check = [&](const auto& table, std::string_view block) {
    for (const auto& [id, text] : table) {
      if (std::ranges::find(known, id) == known.end())
        add("unknown_name",
            std::string(block) + " names '" + id.substr(0, 64) +
                "', which is no plan, add-on, type of credits, meter, "
                "entitlement, method or role of this file" +
                did_you_mean(id, {known.begin(), known.end()}),
            text.at);
      by_language(text);
      for (const auto& [language, one] : text.value)
        if (one.value.size() > 200)
          add("too_long", "what customers read of '" + id.substr(0, 64) + "' has at most 200 bytes", one.at);
    }
  };
  for (const auto& [id, code] : file_.documents.codes)
    if (std::ranges::find(known, id) == known.end())
      add("unknown_name",
          "documents.codes names '" + id.substr(0, 64) + "', which is no plan, add-on or type of credits of this file" +
              did_you_mean(id, {known.begin(), known.end()}),
          code.at);
  check(file_.names, "names");
  if (file_.portal) check(file_.portal->about, "about");
}

void Compiler::messages() {
  const std::vector<std::string_view> known(std::begin(refusal_codes), std::end(refusal_codes));
  for (const auto& [code, text] : file_.messages) {
    if (code == "gate_closed")
      add("unknown_name", "each gate has a sentence of its own: write it as the gate's `says`", text.at);
    else if (std::ranges::find(known, code) == known.end())
      add("unknown_name", "nothing is refused as '" + code.substr(0, 64) + "'" + did_you_mean(code, known), text.at);
    by_language(text);
    for (const auto& [language, one] : text.value)
      if (one.value.empty() || one.value.size() > 500)
        add("bad_text", "what customers read of '" + code.substr(0, 64) + "' has 1 to 500 bytes", one.at);
    // What is decided knows no reader: pages, which know theirs, have the sentence in each language.
    const std::string standard = languages_of(file_).front();
    catalog_.messages.push_back({code, text_in(text.value, standard, standard)});
  }
}

/// A text for everybody, or one a language that this file's pages are read in, the default one among them.
void Compiler::by_language(const Written<yaml::Texts>& texts) {
  const std::vector<std::string> languages = languages_of(file_);
  std::string all;
  for (const std::string& one : languages) all += (all.empty() ? "" : ", ") + one;
  bool standard = false;
  for (const auto& [language, text] : texts.value) {
    standard = standard || language.tag.empty() || language.tag == languages.front();
    if (!language.tag.empty() && std::ranges::find(languages, language.tag) == languages.end())
      add("unknown_language",
          "pages are read in " + all + " here, not in '" + language.tag + "': name it in portal.languages", text.at);
  }
  if (!standard)
    add("missing_language", "the text for '" + languages.front() + "' is missing, which every reader may come to see",
        texts.at);
}

void Compiler::portal() {
  if (!file_.portal) return;
  std::vector<std::string> languages;
  for (const auto& language : file_.portal->languages.value) {
    if (std::ranges::find(languages, language.value.tag) != languages.end())
      add("duplicate_language", "'" + language.value.tag + "' is among portal.languages already", language.at);
    languages.push_back(language.value.tag);
  }
  if (const auto& accent = file_.portal->accent) {
    const double light = luminance(accent->value);
    if (light < 0)
      add("bad_colour", "'" + accent->value.substr(0, 40) + "' is not a colour such as #0a6e5c", accent->at);
    else if (1.05 / (light + 0.05) < 4.5)
      add("low_contrast", "white text on " + accent->value + " is hard to read: take a darker colour, 4.5:1 at least",
          accent->at);
  }
  static constexpr std::string_view links[] = {"back", "terms", "privacy", "support"};
  for (const auto& [name, address] : file_.portal->links) {
    if (std::ranges::find(links, name) == std::end(links))
      add("unknown_name", "portal.links has no '" + name.substr(0, 64) + "': back, terms, privacy and support",
          address.at);
    if (!address.value.starts_with("https://") && !address.value.starts_with("mailto:"))
      add("bad_address", "'" + address.value.substr(0, 80) + "' is not an https address", address.at);
  }
}

}  // namespace florin::config
