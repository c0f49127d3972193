#pragma once

#include <string_view>

#include "domain/catalog/command_rule.hpp"
#include "domain/decision/draft.hpp"

namespace florin {

/// Refuses with `not_permitted` unless the tenant's YAML lets this role do `action`, and with the gate's own sentence
/// when a gate closes it. A usage is also known by its `meter`; an approval is what staff decided, never a word that
/// came with the request. Where the account lists its members, a role is what the books say (members/). The backend
/// itself (`service`) may do what a customer may, staff everything. Source   SM-01, EX-02;
/// docs/decisions/0006-who-may.md
void must_be_allowed(const Account& account, const Catalog& catalog, const Actor& actor, std::string_view action,
                     const std::vector<Word>& words, const Meter* meter = nullptr);

/// By the command's row in the table of command_rule.hpp; for what is done to a tenant as a whole its roles say
/// nothing.
void must_be_allowed(const Draft& draft, const Actor& actor, const CommandRule& rule);
/// The role alone, without gates: for what follows from something that went through them already, as a hold's capture.
void must_have_a_role_for(const Account& account, const Catalog& catalog, const Actor& actor, std::string_view action);
/// Whether this actor could ask for this command, gates and the account's state aside. Who could not is not told what
/// became of it either.
bool could_ask(const Account& account, const Catalog& catalog, const Actor& actor, const AnyCommand& command);
/// Refuses a usage that leaves out a property by which a gate would be closed. Source docs/decisions/0063-properties.md
void must_name_what_decides(const Account& account, const Catalog& catalog, const Actor& actor,
                            const std::vector<Word>& properties, const Meter& meter);

/// Whether every need of `condition` holds. Words that nobody said hold nothing.
bool holds(const Condition& condition, const Account& account, const Actor& actor, const std::vector<Word>& words);

}  // namespace florin
