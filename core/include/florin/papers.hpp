#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "florin/host.hpp"

namespace florin {

/// Documents of a host's tenants, as people read them. After its first call a Papers follows the journal, so that later
/// calls return at once: keep it as long as the host. Thread-safe. docs/documents.md
class FLORIN_API Papers {
 public:
  explicit Papers(const Host& host);
  ~Papers();
  Papers(const Papers&) = delete;
  Papers& operator=(const Papers&) = delete;

  /// One document as it was issued, whatever changed since. number: of an invoice or a credit note; `receipt-12-1` for
  /// payment 1 of order 12, `pro-forma-12` for an open order. form: json, html or pdf. Errors: no_such_account,
  /// no_such_document, bad_form; document_incomplete: details that the law requires are missing, with each field and
  /// where to set it; no_fonts.
  Result<std::string> document(const TenantId& tenant, const AccountId& account, const std::string& number,
                               std::string_view form) const;
  /// A tenant's appearance on pages, as JSON: names, colours, links, the seller; in the first of `languages` that the
  /// tenant's pages have, else in its default language. Errors: no_such_tenant.
  Result<std::string> presentation(const TenantId& tenant, const std::vector<std::string>& languages = {}) const;
  /// Whether mail to customers may be sent: not from a restored journal, until Host::start_sending. Errors: the
  /// store's.
  Result<bool> sending() const;
  /// What staff must fill in before documents can be shown: the account or the tenant's file, the field, and where to
  /// set it. JSON like that of Host::cases, with which it is listed.
  Result<std::string> incomplete(const TenantId& tenant) const;

 private:
  class Inside;
  const Host& host_;
  std::unique_ptr<Inside> inside_;
};

}  // namespace florin
