#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/tenant/tenant.hpp"

/// What a tenant's file says to people: who sells, what things are called, how pages look. No decision reads it.
namespace florin::config {

struct Seller {
  struct TaxId {
    std::string kind, id;
  };
  std::string name, trading_as, country, registered, contact, phone;
  std::vector<std::string> address;
  std::vector<TaxId> tax_ids;
  std::vector<std::pair<std::string, std::string>> pay_to;
};

struct Presentation {
  std::optional<Seller> seller;
  std::string file;                    ///< the operator's file, to name in what is missing
  std::string title, footer, paper;    ///< of documents; empty: as usual
  std::vector<std::string> languages;  ///< of its pages; the first is the default
  std::string language;                ///< that names, about and messages are in, where they are by language
  std::string document_language;       ///< where its customer has not said which
  std::vector<std::pair<std::string, std::string>> names, about, messages, links;
  std::string code;                                        ///< SAC or HSN of what is sold; empty: none
  std::vector<std::pair<std::string, std::string>> codes;  ///< the same by plan, add-on or type of credits
  std::vector<std::pair<std::string, std::string>> gates;  ///< by the sentence that is decided with, where it differs
  std::string portal_name, accent;
  std::string tax_plugin;
  std::string zone;  ///< IANA name
  std::string currency;

  /// `Growth` for `growth`: as the file says, or the id made readable.
  std::string name_of(std::string_view id) const;
  /// SAC or HSN of a line of an order, as `growth, monthly` or `500 message`.
  std::string code_of(std::string_view line) const;
  /// The first of `wanted` that its pages are read in, as `de` of `de-AT`; none: the default.
  std::string language_for(const std::vector<std::string>& wanted) const;
};

/// In a language of its pages; another one, or none: in their default.
Presentation presentation_of(const Tenant& tenant, std::string_view language = {});

namespace yaml {
struct TenantFile;
struct Texts;
}  // namespace yaml
/// Of its pages, the default first.
std::vector<std::string> languages_of(const yaml::TenantFile& file);
/// In that language, else in the default one.
std::string text_in(const yaml::Texts& texts, std::string_view language, std::string_view otherwise);

/// India's tax number: 15 characters, the last a check digit.
bool is_gstin(std::string_view text);

}  // namespace florin::config
