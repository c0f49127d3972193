#include "florin/anchor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fstream>
#include <optional>

#include "florin/printable.hpp"
#include "florin/signing.hpp"
#include "ops/journal_file.hpp"
#include "store/store.hpp"

namespace florin {

namespace {

namespace json = boost::json;

constexpr std::string_view use = "anchor";

std::string hex_of(const store::Hash& hash) {
  std::string text(2 * hash.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  text.pop_back();
  return text;
}

struct Anchor {
  std::uint32_t shard = 0;
  store::Position position = 0;
  std::string hash, at;

  std::string signed_text() const {
    return fmt::format("florin anchor 1\n{}\n{}\n{}\n{}\n", shard, position, hash, at);
  }
};

/// A line that this key has signed; else why it is none.
Result<Anchor> anchor_of(const std::string& line, const std::string& public_key) {
  boost::system::error_code failed;
  const json::value value = json::parse(line, failed);
  const json::object* object = failed ? nullptr : value.if_object();
  const Error none{.code = "no_anchor", .message = "is not an anchor"};
  if (object == nullptr) return none;
  const auto text = [&](std::string_view name) {
    const auto* found = object->if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  const auto number = [&](std::string_view name) -> std::optional<std::uint64_t> {
    const auto* found = object->if_contains(name);
    if (found == nullptr || !found->is_int64() || found->as_int64() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(found->as_int64());
  };
  const auto shard = number("shard"), position = number("position");
  if (!shard || *shard > UINT32_MAX || !position || text("signature").empty()) return none;
  Anchor anchor{static_cast<std::uint32_t>(*shard), *position, text("hash"), text("at")};
  if (const Status fits = check_signature(use, public_key, anchor.signed_text(), text("signature")); !fits)
    return fits.error();
  return anchor;
}

/// Why the journal does not go on from there; empty: it does.
std::string problem_of(store::Store& store, const Anchor& anchor) {
  const auto head = store.head(anchor.shard);
  if (!head) return "cannot be compared: " + head.error().message;
  if (head->last < anchor.position)
    return fmt::format("says that the journal had {} entries on {}: it has {} now, its tail was cut off",
                       anchor.position, printable(anchor.at), head->last);
  std::string hash;
  const Status read = store.read(anchor.shard, anchor.position, [&](const store::Row& row) {
    if (row.last == anchor.position) hash = hex_of(row.hash);
    return false;
  });
  if (!read) return "cannot be compared: " + read.error().message;
  if (hash != anchor.hash)
    return fmt::format("says what entry {} was on {}: this journal has another one", anchor.position,
                       printable(anchor.at));
  return {};
}

}  // namespace

Status write_anchor(const std::string& data, const std::string& private_key, const std::string& file, Instant now) {
  if (const auto key = public_key_of(use, private_key); !key) return key.error();
  const auto store = open_journal(data);
  if (!store) return store.error();
  const auto shards = (*store)->shards();
  if (!shards) return shards.error();
  std::string lines;
  for (const std::uint32_t shard : *shards) {
    const auto head = (*store)->head(shard);
    if (!head) return head.error();
    const Anchor anchor{shard, head->last, hex_of(head->hash), now.text()};
    lines += json::serialize(json::object{{"shard", anchor.shard},
                                          {"position", static_cast<std::int64_t>(anchor.position)},
                                          {"hash", anchor.hash},
                                          {"at", anchor.at},
                                          {"signature", *signature_of(use, private_key, anchor.signed_text())}}) +
             "\n";
  }
  const int out = ::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const bool done =
      out >= 0 && ::write(out, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) && ::fsync(out) == 0;
  if (out >= 0) ::close(out);
  if (!done) return Error{.code = "no_file", .message = file + " cannot be written"};
  return Done{};
}

Result<Anchored> check_anchors(const std::string& data, const std::string& public_key, const std::string& file) {
  if (const Status key = check_public_key(use, public_key); !key) return key.error();
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{.code = "no_file", .message = file + " cannot be read"};
  const auto store = open_journal(data);
  if (!store) return store.error();
  Anchored checked;
  std::uint64_t number = 0;
  for (std::string line; std::getline(in, line) && !in.eof();) {
    ++number;
    const auto anchor = anchor_of(line, public_key);
    const std::string problem = anchor ? problem_of(**store, *anchor) : anchor.error().message;
    if (!problem.empty()) checked.problems.push_back(fmt::format("line {} {}", number, problem));
    ++checked.anchors;
  }
  if (checked.anchors == 0)
    return Error{.code = "no_anchor", .message = file + " has no anchor: there is nothing to compare the journal with"};
  return checked;
}

}  // namespace florin
