#include "florin/anchor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fstream>
#include <optional>

#include "florin/printable.hpp"
#include "ops/journal_file.hpp"
#include "store/store.hpp"

namespace florin {

namespace {

namespace json = boost::json;

constexpr std::string_view public_prefix = "florin_anchor_public_", private_prefix = "florin_anchor_private_";

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string base64(std::string_view raw) {
  std::string text(sodium_base64_ENCODED_LEN(raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(raw), raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.resize(text.find('\0'));
  return text;
}

std::optional<std::string> raw_of(std::string_view text, std::size_t size) {
  std::string raw(size + 1, '\0');
  std::size_t read = 0;
  if (sodium_base642bin(bytes(raw), raw.size(), text.data(), text.size(), nullptr, &read, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      read != size)
    return std::nullopt;
  raw.resize(size);
  return raw;
}

Result<std::string> key_of(std::string_view text, std::string_view prefix, std::size_t size) {
  while (text.ends_with('\n') || text.ends_with('\r') || text.ends_with(' ')) text.remove_suffix(1);
  const auto raw = text.starts_with(prefix) ? raw_of(text.substr(prefix.size()), size) : std::nullopt;
  if (!raw) return Error{.code = "bad_key", .message = fmt::format("this is not a key that begins with {}", prefix)};
  return *raw;
}

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
  const auto signature = raw_of(text("signature"), crypto_sign_BYTES);
  if (!shard || *shard > UINT32_MAX || !position || !signature) return none;
  Anchor anchor{static_cast<std::uint32_t>(*shard), *position, text("hash"), text("at")};
  const std::string said = anchor.signed_text();
  if (crypto_sign_verify_detached(bytes(*signature), bytes(said), said.size(), bytes(public_key)) != 0)
    return Error{.code = "not_signed", .message = "was not signed by this key, or was changed"};
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

Result<AnchorKeys> make_anchor_keys() {
  if (sodium_init() < 0) return Error{.code = "no_random", .message = "the machine gives no random bytes"};
  std::string open(crypto_sign_PUBLICKEYBYTES, '\0'), secret(crypto_sign_SECRETKEYBYTES, '\0');
  crypto_sign_keypair(bytes(open), bytes(secret));
  return AnchorKeys{std::string(public_prefix) + base64(open), std::string(private_prefix) + base64(secret)};
}

Status write_anchor(const std::string& data, const std::string& private_key, const std::string& file, Instant now) {
  const auto key = key_of(private_key, private_prefix, crypto_sign_SECRETKEYBYTES);
  if (!key) return key.error();
  const auto store = open_journal(data);
  if (!store) return store.error();
  const auto shards = (*store)->shards();
  if (!shards) return shards.error();
  std::string lines;
  for (const std::uint32_t shard : *shards) {
    const auto head = (*store)->head(shard);
    if (!head) return head.error();
    const Anchor anchor{shard, head->last, hex_of(head->hash), now.text()};
    const std::string said = anchor.signed_text();
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(bytes(signature), nullptr, bytes(said), said.size(), bytes(std::string_view(*key)));
    lines += json::serialize(json::object{{"shard", anchor.shard},
                                          {"position", static_cast<std::int64_t>(anchor.position)},
                                          {"hash", anchor.hash},
                                          {"at", anchor.at},
                                          {"signature", base64(signature)}}) +
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
  const auto key = key_of(public_key, public_prefix, crypto_sign_PUBLICKEYBYTES);
  if (!key) return key.error();
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{.code = "no_file", .message = file + " cannot be read"};
  const auto store = open_journal(data);
  if (!store) return store.error();
  Anchored checked;
  std::uint64_t number = 0;
  for (std::string line; std::getline(in, line) && !in.eof();) {
    ++number;
    const auto anchor = anchor_of(line, *key);
    const std::string problem = anchor ? problem_of(**store, *anchor) : anchor.error().message;
    if (!problem.empty()) checked.problems.push_back(fmt::format("line {} {}", number, problem));
    ++checked.anchors;
  }
  return checked;
}

}  // namespace florin
