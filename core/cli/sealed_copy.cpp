#include "sealed_copy.hpp"

#include <sodium.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace florin::cli {

namespace {

constexpr std::string_view mark = "florin backup 1\n";
constexpr std::string_view public_prefix = "florin_backup_public_", private_prefix = "florin_backup_private_";
constexpr std::size_t piece = 64 << 10;
constexpr std::size_t sealed_key_size = crypto_secretstream_xchacha20poly1305_KEYBYTES + crypto_box_SEALBYTES;

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string text_of(std::string_view prefix, const std::string& raw) {
  std::string text(sodium_base64_ENCODED_LEN(raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(raw), raw.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.resize(text.find('\0'));
  return std::string(prefix) + text;
}

Result<std::string> raw_of(std::string_view prefix, std::string text, std::size_t size) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  std::string raw(size + 1, '\0');
  std::size_t read = 0;
  const bool fits = text.starts_with(prefix) &&
                    sodium_base642bin(bytes(raw), raw.size(), text.data() + prefix.size(), text.size() - prefix.size(),
                                      nullptr, &read, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
  if (!fits || read != size)
    return Error{.code = "bad_key", .message = "this is not a key that begins with " + std::string(prefix)};
  raw.resize(size);
  return raw;
}

Error no_file(const std::filesystem::path& file) {
  return {.code = "no_file", .message = file.string() + " cannot be read or written"};
}

/// What a stream's state is in, wiped at its end.
struct Stream {
  crypto_secretstream_xchacha20poly1305_state state{};
  ~Stream() { sodium_memzero(&state, sizeof state); }
};

}  // namespace

KeyPair make_backup_keys() {
  if (sodium_init() < 0) std::abort();  // the machine gives no random bytes
  std::string open(crypto_box_PUBLICKEYBYTES, '\0'), secret(crypto_box_SECRETKEYBYTES, '\0');
  crypto_box_keypair(bytes(open), bytes(secret));
  return {text_of(public_prefix, open), text_of(private_prefix, open + secret)};
}

bool is_sealed(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string begin(mark.size(), '\0');
  return in.read(begin.data(), static_cast<std::streamsize>(begin.size())) && begin == mark;
}

Status seal_file(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& public_key) {
  if (sodium_init() < 0) std::abort();  // the machine gives no random bytes
  const auto receiver = raw_of(public_prefix, public_key, crypto_box_PUBLICKEYBYTES);
  if (!receiver) return receiver.error();
  std::string key(crypto_secretstream_xchacha20poly1305_KEYBYTES, '\0'), sealed_key(sealed_key_size, '\0');
  std::string header(crypto_secretstream_xchacha20poly1305_HEADERBYTES, '\0');
  crypto_secretstream_xchacha20poly1305_keygen(bytes(key));
  Stream stream;
  crypto_secretstream_xchacha20poly1305_init_push(&stream.state, bytes(header), bytes(key));
  if (crypto_box_seal(bytes(sealed_key), bytes(key), key.size(), bytes(*receiver)) != 0)
    return Error{.code = "bad_key", .message = "nothing can be sealed to this key"};
  sodium_memzero(key.data(), key.size());
  const mode_t before = ::umask(0077);
  std::ifstream in(from, std::ios::binary);
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  ::umask(before);
  out << mark << sealed_key << header;
  std::string open(piece, '\0'), sealed(piece + crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
  for (bool last = false; in && out && !last;) {
    in.read(open.data(), static_cast<std::streamsize>(open.size()));
    const auto size = static_cast<std::size_t>(in.gcount());
    last = in.eof() || in.peek() == std::ifstream::traits_type::eof();
    unsigned long long length = 0;
    crypto_secretstream_xchacha20poly1305_push(
        &stream.state, bytes(sealed), &length, bytes(open), size, nullptr, 0,
        static_cast<unsigned char>(last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0));
    out.write(sealed.data(), static_cast<std::streamsize>(length));
    if (last) in.clear();
  }
  out.flush();
  return in && out ? Status(Done{}) : Status(no_file(in ? to : from));
}

Status open_sealed(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& private_key) {
  if (sodium_init() < 0) std::abort();  // the machine gives no random bytes
  const Error damaged{.code = "damaged_backup",
                      .message = from.string() + " was changed, is cut short, or is sealed to another key"};
  const auto pair = raw_of(private_prefix, private_key, crypto_box_PUBLICKEYBYTES + crypto_box_SECRETKEYBYTES);
  if (!pair) return pair.error();
  std::ifstream in(from, std::ios::binary);
  std::string begin(mark.size(), '\0'), sealed_key(sealed_key_size, '\0');
  std::string header(crypto_secretstream_xchacha20poly1305_HEADERBYTES, '\0');
  for (std::string* one : {&begin, &sealed_key, &header})
    in.read(one->data(), static_cast<std::streamsize>(one->size()));
  if (!in || begin != mark) return damaged;
  const std::string open_key = pair->substr(0, crypto_box_PUBLICKEYBYTES);
  const std::string secret = pair->substr(crypto_box_PUBLICKEYBYTES);
  std::string key(crypto_secretstream_xchacha20poly1305_KEYBYTES, '\0');
  Stream stream;
  if (crypto_box_seal_open(bytes(key), bytes(sealed_key), sealed_key.size(), bytes(open_key), bytes(secret)) != 0 ||
      crypto_secretstream_xchacha20poly1305_init_pull(&stream.state, bytes(header), bytes(key)) != 0)
    return damaged;
  sodium_memzero(key.data(), key.size());
  const mode_t before = ::umask(0077);
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  ::umask(before);
  std::string sealed(piece + crypto_secretstream_xchacha20poly1305_ABYTES, '\0'), open(piece, '\0');
  unsigned char tag = 0;
  while (in && out && tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
    in.read(sealed.data(), static_cast<std::streamsize>(sealed.size()));
    const auto size = static_cast<std::size_t>(in.gcount());
    unsigned long long length = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&stream.state, bytes(open), &length, &tag, bytes(sealed), size,
                                                   nullptr, 0) != 0)
      return damaged;
    out.write(open.data(), static_cast<std::streamsize>(length));
  }
  out.flush();
  if (!out) return no_file(to);
  return tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL ? Status(Done{}) : Status(damaged);
}

}  // namespace florin::cli
