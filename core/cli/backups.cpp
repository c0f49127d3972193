#include <filesystem>
#include <fstream>
#include <iostream>

#include "commands.hpp"
#include "file_text.hpp"
#include "florin/anchor.hpp"
#include "florin/ops.hpp"
#include "florin/printable.hpp"
#include "florin/signing.hpp"
#include "outcome.hpp"
#include "sealed_copy.hpp"
#include "seconds.hpp"

/// Backups that only one key opens. docs/runbook.md
namespace florin::cli {

namespace fs = std::filesystem;

namespace {

int no_file(const std::string& file) {
  std::cerr << "florin: " << printable(file) << " cannot be read or written\n";
  return no_store;
}

/// What `florin doctor` and the metrics go by. It is beside the journal, for who makes a backup only reads that.
void note_success(const std::string& data) {
  std::error_code unknown;
  const fs::path folder = fs::is_directory(data, unknown) ? fs::path(data) : fs::path(data).parent_path();
  std::ofstream(folder / "last_backup") << server::machine_seconds() << "\n";
}

}  // namespace

int anchor_key(const std::string& file) {
  const auto keys = make_signing_keys("anchor");
  if (!keys) return fail(keys.error());
  if (!write_private(file, keys->private_key)) return no_file(file);
  if (!write_private(file + ".pub", keys->public_key)) return no_file(file + ".pub");
  std::cout << file << " signs anchors; " << file << ".pub checks them: keep it where the anchors are read.\n";
  return written(fine);
}

int anchor(const std::string& data, const std::string& file, const std::string& key) {
  const auto text = text_of(key);
  if (!text) return no_file(key);
  const auto now = Instant{server::machine_seconds() * 1'000'000};
  if (const Status done = write_anchor(data, *text, file, now); !done) return fail(done.error());
  std::cout << "where the journal of " << data << " ends is in " << file << "\n";
  return written(fine);
}

int meets_anchors(const std::string& data, const std::string& file, const std::string& key) {
  const auto text = text_of(key);
  if (!text) return no_file(key);
  const auto checked = check_anchors(data, *text, file);
  if (!checked) return fail(checked.error());
  for (const std::string& problem : checked->problems)
    std::cerr << "florin: " << printable(file) << " " << problem << "\n";
  std::cerr << checked->anchors << " anchors, " << checked->problems.size() << " of them not met\n";
  return checked->problems.empty() ? fine : problems;
}

int backup(const std::string& data, const std::string& to, const std::string& seal_to) {
  std::optional<std::string> key;
  if (!seal_to.empty() && !(key = text_of(seal_to))) return no_file(seal_to);
  if (key && fs::exists(to)) return fail({.code = "file_exists", .message = to + " is there already"});
  const std::string copy = key ? to + ".copy" : to;
  if (const Status done = florin::backup(data, copy); !done) return fail(done.error());
  if (key) {
    const Status sealed = seal_file(copy, to, *key);
    std::error_code ignored;
    fs::remove(copy, ignored);
    if (!sealed) return fail(sealed.error());
  }
  note_success(data);
  std::cout << "the journal of " << data << " is in " << to
            << (key ? ", verified and sealed\n" : ", verified. It holds keys: keep it safe.\n");
  return written(fine);
}

int backup_key(const std::string& file) {
  const KeyPair keys = make_backup_keys();
  if (!write_private(file, keys.private_key)) return no_file(file);
  if (!write_private(file + ".pub", keys.public_key)) return no_file(file + ".pub");
  std::cout << file << ".pub seals backups; " << file << " opens them: keep it on another machine.\n";
  return written(fine);
}

int unseal(const std::string& from, const std::string& to, const std::string& key) {
  const auto text = text_of(key);
  if (!text) return no_file(key);
  if (fs::exists(to)) return fail({.code = "file_exists", .message = to + " is there already"});
  if (const Status done = open_sealed(from, to, *text); !done) {
    std::error_code ignored;
    fs::remove(to, ignored);
    return fail(done.error());
  }
  std::cout << to << " is the copy that was sealed. It holds keys: keep it safe.\n";
  return written(fine);
}

}  // namespace florin::cli
