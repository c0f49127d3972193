#include <iostream>

#include "commands.hpp"
#include "florin/check.hpp"
#include "florin/ops.hpp"
#include "florin/printable.hpp"
#include "outcome.hpp"

namespace florin::cli {

int upgrade(const std::string& data, bool dry_run) {
  if (!dry_run) {
    std::cerr << "florin: nothing is changed by this: install the new version and start it. Before that, the new\n"
                 "version's `florin upgrade --dry-run DATA` says what it makes of the journal\n";
    return usage;
  }
  const auto trial = try_upgrade(data);
  if (!trial) return fail(trial.error());
  const Verified& read = trial->verified;
  std::cout << "version   " << florin::version() << "\n"
            << "journal   " << read.entries << " entries can be read, and what must hold "
            << (read.holds() ? "holds" : "does not hold") << "\n"
            << "state     " << read.checkpoints << " checkpoints "
            << (read.holds() ? "are what this version makes of the entries" : "were compared") << "\n";
  for (const Violation& one : read.violations)
    std::cerr << printable(one.rule) << " at " << one.position << ": " << printable(one.text) << "\n";
  if (trial->unreadable.empty()) std::cout << "tenants   every version in force can be read\n";
  for (const std::string& one : trial->unreadable) std::cerr << "this version cannot read " << printable(one) << "\n";
  std::cout << "start     replays " << trial->replayed << " entries, which takes about "
            << (trial->start_ms + 999) / 1000 << " s\n";
  return written(trial->holds() ? fine : problems);
}

}  // namespace florin::cli
