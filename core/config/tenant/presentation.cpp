#include "config/tenant/presentation.hpp"

#include "config/decode.hpp"
#include "config/tenant/shapes.hpp"

namespace florin::config {

namespace {

std::vector<std::pair<std::string, std::string>> texts(const auto& table) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [key, written] : table) all.emplace_back(key, written.value);
  return all;
}

Seller seller_of(const yaml::SellerBlock& block) {
  Seller seller{.name = block.name.value,
                .trading_as = block.trading_as.value_or(""),
                .country = block.country.value,
                .registered = block.registered.value_or(""),
                .contact = block.contact ? block.contact->value : std::string(),
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

Presentation presentation_of(const Tenant& tenant) {
  Errors ignored;  // the file was checked when it became a version
  const auto file = decode<yaml::TenantFile>(tenant.tree, ignored);
  Presentation shown;
  if (file.seller) shown.seller = seller_of(*file.seller);
  if (!tenant.tree.children.empty() && tenant.tree.children.front().file)
    shown.file = *tenant.tree.children.front().file;
  if (file.documents.title) shown.title = file.documents.title->value;
  if (file.documents.footer) shown.footer = file.documents.footer->value;
  if (file.documents.paper) shown.paper = *file.documents.paper == yaml::Paper::a4 ? "a4" : "letter";
  shown.names = texts(file.names);
  if (file.portal) {
    shown.about = texts(file.portal->about);
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
