#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/tenant/presentation.hpp"
#include "documents/page.hpp"
#include "domain/accounts/account.hpp"
#include "domain/calendar/calendar.hpp"
#include "host/account_statement.hpp"
#include "host/issued.hpp"

/// A document from what was true when it was issued: facts, the tenant's file of then, the addressee of then.
namespace florin {

struct Lacking {
  std::string field;  ///< `seller.address`, `buyer.name`
  std::string where;  ///< where to set it
};

/// What the law asks of the document and nobody gave. Law follows from the seller's country and the tax plugin.
/// Source   CGST rules 46 and 53; directive 2006/112/EC art. 226; docs/documents.md
std::vector<Lacking> lacking_in(const Issued& issued, const Account& account, const config::Presentation& shown,
                                const std::vector<Word>& buyer);
/// The same of the tenant's file alone: what every document of it lacks.
std::vector<Lacking> lacking_in(const config::Presentation& shown);
std::string as_text(const std::vector<Lacking>& lacking);

/// The buyer's, where the tenant's pages and documents are both written in it; else as the file says.
std::string language_of_document(const config::Presentation& shown, const std::vector<Word>& buyer);

/// invoice_issued  of a credit note: when its invoice was
/// In the language of its document, which `shown` is read in where the tenant's pages have it.
DocumentPage page_of(const std::string& number, const Issued& issued, const Account& account,
                     const config::Presentation& shown, const std::vector<Word>& buyer, const Calendar& calendar,
                     std::optional<Instant> invoice_issued = std::nullopt);

/// A statement of account, made at `now` and addressed to who the customer is by then. In the language of documents.
DocumentPage page_of(const AccountStatement& statement, const Account& account, const config::Presentation& shown,
                     const std::vector<Word>& buyer, const Calendar& calendar, Instant now);

/// What one of a person's words says; empty: nobody said it.
std::string word_of(const std::vector<Word>& words, std::string_view name);

}  // namespace florin
