#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "florin/host.hpp"
#include "florin/service.hpp"

/// What an operator does with files, of texts that are sent: `florin plan`, `apply`, `versions`, `import` and `explain`
/// of a host that runs. docs/http.md
namespace florin {

class FLORIN_API Files {
 public:
  explicit Files(const Host& host) : service_(host) {}

  /// What a tenant's file would do, as JSON; nothing is done. `errors`: of the file, each with its line; then the
  /// result is the first of them. Errors: also other_tenant, cannot_change.
  Result<std::string> plan(const TenantId& tenant, std::string_view text, Errors& errors) const;
  /// Makes it the next version, whose number is returned. `next`: the number that the plan showed; version_moved if
  /// another version came into force meanwhile. Errors: as plan(), and those of Host::apply.
  Result<std::uint32_t> apply(const TenantId& tenant, std::string_view text, const Actor& by, Errors& errors,
                              std::optional<std::uint32_t> next = std::nullopt) const;
  /// A JSON array. Errors: no_such_tenant.
  Result<std::string> versions(const TenantId& tenant) const;
  /// As Host::import_accounts. lines: an object a line instead of YAML.
  Result<ImportReport> import_accounts(const TenantId& tenant, std::string_view text, bool lines, const Actor& by,
                                       bool dry_run) const;
  /// The statement of account of a period: the opening balance, each invoice, credit note, payment and refund with the
  /// balance after it, the closing balance. Sums are exact: they are those of the books. docs/documents.md
  ///
  /// from, to  days in the tenant's zone, both counted; none: today, and the first day of its year
  /// form      json, html or pdf
  /// Errors    no_such_account, bad_form, bad_period (it ends before it begins), account_set_aside, no_fonts
  Result<std::string> account_statement(const TenantId& tenant, const AccountId& account, std::optional<Date> from,
                                        std::optional<Date> to, std::string_view form) const;
  /// Each lot of credits of an account as JSON: which grant, rule and payment, and where it went.
  Result<std::string> explain(const TenantId& tenant, const AccountId& account) const;

 private:
  Service service_;
};

/// An import's report as JSON: what each account would be charged and when.
FLORIN_API std::string as_json(const ImportReport& report);
FLORIN_API std::string as_json(const StatementReport& report);
FLORIN_API std::string as_json(const ReconcileReport& report);

}  // namespace florin
