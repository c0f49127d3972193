#pragma once

#include <map>
#include <string>

#include "domain/journal/entry.hpp"
#include "readers/versions.hpp"
#include "store/store.hpp"

namespace florin {

/// Entries as a person reads them: a line an entry, and below it a line for its refusal and each of its facts. Wants
/// every entry from the first on, in order: amounts are shown by what their grants and holds are.
class JournalText {
 public:
  explicit JournalText(readers::Versions& versions) : versions_(versions) {}

  /// Takes note of an entry that may not be shown.
  void note(const Entry& entry);
  /// After note() of the same entry.
  std::string text(const Entry& entry, store::Position position) const;

 private:
  readers::Versions& versions_;
  std::map<std::string, CreditType> types_;  // by account, and grant or hold
};

}  // namespace florin
