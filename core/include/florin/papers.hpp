#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "florin/host.hpp"

namespace florin {

/// Documents of a host's tenants, as people read them. One of these follows the journal from its first question on, so
/// that the next ones are answered at once: keep it as long as the host. From any thread. docs/documents.md
class FLORIN_API Papers {
 public:
  explicit Papers(const Host& host);
  ~Papers();
  Papers(const Papers&) = delete;
  Papers& operator=(const Papers&) = delete;

  /// One document as it was when it was issued, whatever changed since. number: of an invoice or a credit note;
  /// `receipt-12-1` for payment 1 of order 12, `pro-forma-12` for what an open order asks for. form: json, html or pdf.
  /// Errors: no_such_account, no_such_document, bad_form; document_incomplete: the law asks for what nobody gave, with
  /// each field and where to set it; no_fonts.
  Result<std::string> document(const TenantId& tenant, const AccountId& account, const std::string& number,
                               std::string_view form) const;
  /// What pages show of a tenant beside prices, as JSON: names, colours, links, the seller; in the first of `languages`
  /// that the tenant's pages are read in, else in its default. Errors: no_such_tenant.
  Result<std::string> presentation(const TenantId& tenant, const std::vector<std::string>& languages = {}) const;
  /// Whether anything may leave for customers: not from a restored journal, until Host::start_sending. Errors: the
  /// store's.
  Result<bool> sending() const;
  /// What staff has to fill in before documents can be shown: of an account or of the tenant's file, what and where.
  /// JSON as of Host::cases, which they are listed with.
  Result<std::string> incomplete(const TenantId& tenant) const;

 private:
  class Inside;
  const Host& host_;
  std::unique_ptr<Inside> inside_;
};

}  // namespace florin
