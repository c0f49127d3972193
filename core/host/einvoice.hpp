#pragma once

#include <optional>
#include <string>
#include <vector>

#include "documents/einvoice.hpp"
#include "host/document_page.hpp"

namespace florin {

/// An invoice or a credit note for other programs, from what its page says and what it was issued with.
/// invoice_issued  of a credit note: when its invoice was
documents::EInvoice einvoice_of(const DocumentPage& page, const Issued& issued, const Account& account,
                                const config::Presentation& shown, const std::vector<Word>& buyer,
                                const Calendar& calendar, std::optional<Instant> invoice_issued);

}  // namespace florin
