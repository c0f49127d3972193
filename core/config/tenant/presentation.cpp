#include "config/tenant/presentation.hpp"

#include <algorithm>

#include "config/decode.hpp"
#include "config/tenant/shapes.hpp"

namespace florin::config {

namespace {

std::vector<std::pair<std::string, std::string>> texts(const auto& table) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [key, written] : table) all.emplace_back(key, written.value);
  return all;
}

std::vector<std::pair<std::string, std::string>> in_language(const yaml::TextsById& table, const Presentation& shown) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [key, written] : table)
    all.emplace_back(key, text_in(written.value, shown.language, shown.languages.front()));
  return all;
}

Seller seller_of(const yaml::SellerBlock& block) {
  Seller seller{.name = block.name.value,
                .trading_as = block.trading_as.value_or(""),
                .country = block.country.value,
                .registered = block.registered.value_or(""),
                .contact = block.contact ? block.contact->value : std::string(),
                .phone = block.phone ? block.phone->value : std::string(),
                .address = {},
                .tax_ids = {},
                .pay_to = texts(block.pay_to)};
  for (const auto& line : block.address) seller.address.push_back(line.value);
  for (const auto& id : block.tax_ids) seller.tax_ids.push_back({id.kind.value, id.id.value});
  return seller;
}

}  // namespace

std::string Presentation::name_of(std::string_view id) const {
  for (const auto& [known, name] : names)
    if (known == id) return name;
  std::string readable(id);
  for (char& c : readable)
    if (c == '_') c = ' ';
  if (!readable.empty() && readable[0] >= 'a' && readable[0] <= 'z') readable[0] = static_cast<char>(readable[0] - 32);
  return readable;
}

std::string Presentation::language_for(const std::vector<std::string>& wanted) const {
  for (const std::string& tag : wanted) {
    std::string primary = tag.substr(0, tag.find('-'));
    std::ranges::transform(primary, primary.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (std::ranges::find(languages, primary) != languages.end()) return primary;
  }
  return languages.front();
}

std::vector<std::string> languages_of(const yaml::TenantFile& file) {
  std::vector<std::string> all;
  if (file.portal)
    for (const auto& language : file.portal->languages.value) all.push_back(language.value.tag);
  if (all.empty()) all.emplace_back("en");
  return all;
}

std::string text_in(const yaml::Texts& texts, std::string_view language, std::string_view otherwise) {
  const std::string* found = nullptr;
  for (const auto& [of, text] : texts) {
    if (of.tag == language) return text.value;
    if (of.tag.empty() || of.tag == otherwise) found = &text.value;
  }
  return found == nullptr ? std::string() : *found;
}

std::string Presentation::code_of(std::string_view line) const {
  for (std::size_t from = 0; from <= line.size();) {
    const std::size_t end = std::min(line.find(", ", from), line.size());
    std::string_view part = line.substr(from, end - from);
    const std::size_t blank = part.find(' ');
    if (blank != part.npos && part.find_first_not_of("0123456789.") == blank) part.remove_prefix(blank + 1);
    for (const auto& [id, own] : codes)
      if (id == part) return own;
    from = end + 2;
  }
  return code;
}

Presentation presentation_of(const Tenant& tenant, std::string_view language) {
  Errors ignored;  // the file was checked when it became a version
  const auto file = decode<yaml::TenantFile>(tenant.tree, ignored);
  Presentation shown;
  if (file.seller) shown.seller = seller_of(*file.seller);
  if (!tenant.tree.children.empty() && tenant.tree.children.front().file)
    shown.file = *tenant.tree.children.front().file;
  if (file.documents.title) shown.title = file.documents.title->value;
  if (file.documents.footer) shown.footer = file.documents.footer->value;
  if (file.documents.code) shown.code = file.documents.code->value;
  for (const auto& [id, code] : file.documents.codes) shown.codes.emplace_back(id, code.value);
  if (file.documents.paper) shown.paper = *file.documents.paper == yaml::Paper::a4 ? "a4" : "letter";
  shown.languages = languages_of(file);
  shown.language = shown.language_for({std::string(language)});
  if (file.documents.language)
    shown.document_language = *file.documents.language == yaml::PaperLanguage::de ? "de" : "en";
  shown.names = in_language(file.names, shown);
  shown.messages = in_language(file.messages, shown);
  for (const auto& gate : file.gates) {
    std::string standard = text_in(gate.says.value, shown.languages.front(), shown.languages.front());
    std::string said = text_in(gate.says.value, shown.language, shown.languages.front());
    if (said != standard) shown.gates.emplace_back(std::move(standard), std::move(said));
  }
  if (file.portal) {
    shown.about = in_language(file.portal->about, shown);
    shown.links = texts(file.portal->links);
    shown.portal_name = file.portal->name.value_or("");
    if (file.portal->accent) shown.accent = file.portal->accent->value;
  }
  shown.tax_plugin = file.tax.plugin.text();
  shown.zone = file.timezone.value;
  shown.currency = std::string(file.currency.code());
  return shown;
}

}  // namespace florin::config
