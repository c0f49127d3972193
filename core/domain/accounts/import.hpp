#pragma once

#include "domain/decision/draft.hpp"

namespace florin {

/// Facts of an account that lived elsewhere: its plan in the period that is paid, its methods, its lots of credits with
/// their own ends. From its next renewal on it is like any other. Source   ALL-09
void import_account(Draft& draft, const Actor& actor, const ImportAccount& command);

/// The numbers that follow those of the system before; only while there is no document.
void set_document_numbers(Draft& draft, const SetDocumentNumbers& command);

}  // namespace florin
