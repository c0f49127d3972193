#pragma once

#include "domain/decision/draft.hpp"

namespace florin {

/// Facts of an account that lived elsewhere: that it is here, and its methods. Source   ALL-09
void import_account(Draft& draft, const Actor& actor, const ImportAccount& command);
/// Then, once its approvals are known: its plan in the period that is paid or overdue, its lots of credits with their
/// own ends, its people and what it has taken. From its next renewal on it is like any other. A refusal begins with the
/// field that it is about, as `lots[2]: …`.
void import_what_runs(Draft& draft, const Actor& actor, const ImportAccount& command);

/// The numbers that follow those of the system before; only while there is no document.
void set_document_numbers(Draft& draft, const SetDocumentNumbers& command);

}  // namespace florin
