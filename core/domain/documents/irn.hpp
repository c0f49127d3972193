#pragma once

#include "domain/decision/draft.hpp"

/// Invoices that a government's portal has registered. Source   CGST rule 48 (4); docs/decisions/0350-record-irn.md
namespace florin {

/// Keeps what the portal answered for an invoice or a credit note of the account, once and for all.
///
/// Refusals, in order: not_registered_here, no_such_document, bad_irn, bad_value, irn_recorded, irn_of_another. The IRN
/// that the document has already changes nothing, whatever else is said with it.
void record_irn(Draft& draft, const RecordIrn& command);

/// 64 hexadecimal digits in lower case: the portal's SHA-256 of seller, year, kind and number.
bool is_irn(std::string_view text);

}  // namespace florin
