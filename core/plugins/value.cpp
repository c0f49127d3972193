#include "plugins/value.hpp"

#include <florin/plugin.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <set>

#include "plugins/decoding.hpp"

namespace florin {

namespace {

constexpr std::size_t most_terms = 64, most_places = 16, most_bytes = 1 << 20;

/// A place of the stack: bytes, and the secrets that can be read from them.
struct Place {
  std::string bytes;
  std::set<std::string> bare;
};

Error bad_program(std::string_view why) {
  return {.code = "bad_program", .message = fmt::format("a value's program is wrong: {}", why)};
}

const unsigned char* bytes_of(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::optional<std::string> digest(std::uint32_t which, const std::string& data) {
  std::array<unsigned char, crypto_hash_sha512_BYTES> out{};
  std::size_t size = 0;
  if (which == FLORIN_SHA256) {
    crypto_hash_sha256(out.data(), bytes_of(data), data.size());
    size = crypto_hash_sha256_BYTES;
  } else if (which == FLORIN_SHA512) {
    crypto_hash_sha512(out.data(), bytes_of(data), data.size());
    size = crypto_hash_sha512_BYTES;
  } else {
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(out.data()), size);
}

std::optional<std::string> hmac(std::uint32_t which, const std::string& key, const std::string& data) {
  std::array<unsigned char, crypto_auth_hmacsha512_BYTES> out{};
  std::size_t size = 0;
  if (which == FLORIN_SHA256) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(data), data.size());
    crypto_auth_hmacsha256_final(&state, out.data());
    size = crypto_auth_hmacsha256_BYTES;
  } else if (which == FLORIN_SHA512) {
    crypto_auth_hmacsha512_state state;
    crypto_auth_hmacsha512_init(&state, bytes_of(key), key.size());
    crypto_auth_hmacsha512_update(&state, bytes_of(data), data.size());
    crypto_auth_hmacsha512_final(&state, out.data());
    size = crypto_auth_hmacsha512_BYTES;
  } else {
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(out.data()), size);
}

std::string hex(const std::string& data) {
  std::string out(data.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes_of(data), data.size());
  out.pop_back();
  return out;
}

std::string base64(const std::string& data) {
  std::string out(sodium_base64_ENCODED_LEN(data.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes_of(data), data.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return out;
}

std::string base64url(const std::string& data) {
  std::string out(sodium_base64_ENCODED_LEN(data.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes_of(data), data.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  out.pop_back();
  return out;
}

std::string percent(const std::string& data) {
  std::string out;
  for (const char c : data) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string json_text(const std::string& data) {
  const std::string quoted = boost::json::serialize(boost::json::value(data));
  return quoted.substr(1, quoted.size() - 2);
}

/// In UTC, names in English whatever the locale.
std::string calendar_text(const char* form, std::int64_t seconds) {
  return fmt::format(fmt::runtime("{:" + std::string(form) + "}"), fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::optional<std::string> time_text(std::uint32_t form, Instant now) {
  const std::int64_t whole = now.us / 1'000'000;
  switch (form) {
    case FLORIN_UNIX_SECONDS: return std::to_string(whole);
    case FLORIN_UNIX_MILLIS: return std::to_string(now.us / 1000);
    case FLORIN_RFC3339: {
      std::string text = Instant{whole * 1'000'000}.text();
      if (text.size() == std::string_view("2026-03-10T09:00Z").size()) text.insert(text.size() - 1, ":00");
      return text;
    }
    case FLORIN_YYYYMMDD: return calendar_text("%Y%m%d", whole);
    case FLORIN_YYYYMMDDTHHMMSS: return calendar_text("%Y%m%dT%H%M%SZ", whole);
    case FLORIN_HTTP_DATE: return calendar_text("%a, %d %b %Y %H:%M:%S GMT", whole);
    default: return std::nullopt;
  }
}

/// One run of one program.
class Run {
 public:
  explicit Run(const FinishWith& with) : with_(with) {}

  std::optional<Error> step(const Term& term) {
    switch (term.code) {
      case FLORIN_PUT: return push({term.text, {}});
      case FLORIN_SECRET: return secret(term.text);
      case FLORIN_NOW: return pushed(time_text(term.number, with_.now), {}, "this form of time is not known");
      case FLORIN_BODY:
        if (with_.body == nullptr) return bad_program("the body cannot be part of itself");
        return push({*with_.body, {}});
      case FLORIN_JOIN: return join(term.number);
      case FLORIN_HMAC: {
        if (places_.size() < 2) return bad_program("hmac takes a key and data");
        const std::string data = pop().bytes, key = pop().bytes;
        return pushed(hmac(term.number, key, data), {}, "this digest is not known");
      }
      case FLORIN_DIGEST:
        if (places_.empty()) return bad_program("digest takes data");
        return pushed(digest(term.number, pop().bytes), {}, "this digest is not known");
      case FLORIN_HEX: return written(hex);
      case FLORIN_BASE64: return written(base64);
      case FLORIN_PERCENT: return written(percent);
      case FLORIN_JSON_TEXT: return written(json_text);
      case FLORIN_BASE64URL: return written(base64url);
      case FLORIN_UNHEX: return read(unhex, "this is no hex");
      case FLORIN_UNBASE64: return read(unbase64, "this is no base64");
      default: return bad_program(fmt::format("term {} is not known to this host", term.code));
    }
  }

  Result<std::string> result() {
    if (places_.size() != 1) return bad_program("it must leave exactly one result");
    for (const std::string& name : places_[0].bare)
      if (!with_.endpoint.empty() && with_.manifest.bound_to(name) != with_.endpoint)
        return Error{.code = "secret_not_granted",
                     .message = fmt::format("secret '{}' may not be sent to '{}'; the manifest binds it with \"for\"",
                                            name, with_.endpoint)};
    return std::move(places_[0].bytes);
  }

 private:
  std::optional<Error> push(Place place) {
    if (places_.size() == most_places) return bad_program("it needs more than 16 places");
    if (place.bytes.size() > most_bytes) return bad_program("a place holds more than 1 MiB");
    places_.push_back(std::move(place));
    return std::nullopt;
  }
  std::optional<Error> pushed(std::optional<std::string> bytes, std::set<std::string> bare, std::string_view why_not) {
    if (!bytes) return bad_program(why_not);
    return push({std::move(*bytes), std::move(bare)});
  }
  Place pop() {
    Place last = std::move(places_.back());
    places_.pop_back();
    return last;
  }
  std::optional<Error> secret(const std::string& name) {
    if (!with_.manifest.secrets.contains(name) && !with_.manifest.credentials.contains(name))
      return Error{.code = "secret_not_granted",
                   .message = fmt::format("secret '{}' is not in the plugin's manifest", name.substr(0, 64))};
    auto values = with_.secrets(name);
    if (values.empty() || values.front().empty())
      return Error{.code = "secret_missing",
                   .message = fmt::format("secret '{}' is not given; name it under the processor's secrets", name)};
    return push({std::move(values[std::min(with_.turn, values.size() - 1)]), {name}});
  }
  std::optional<Error> join(std::uint32_t count) {
    if (count == 0 || count > places_.size()) return bad_program("join takes more than there is");
    Place all;
    for (std::size_t i = places_.size() - count; i < places_.size(); ++i) {
      all.bytes += places_[i].bytes;
      all.bare.merge(places_[i].bare);
    }
    places_.resize(places_.size() - count);
    return push(std::move(all));
  }
  /// The bytes that a text stands for. What it was made of can be read from them as well.
  template <class Read>
  std::optional<Error> read(Read as, std::string_view why_not) {
    if (places_.empty()) return bad_program("a decoding takes text");
    Place place = pop();
    auto bytes = as(place.bytes);
    return pushed(std::move(bytes), std::move(place.bare), why_not);
  }
  std::optional<Error> written(std::string (*as)(const std::string&)) {
    if (places_.empty()) return bad_program("an encoding takes data");
    Place place = pop();
    return push({as(place.bytes), std::move(place.bare)});
  }

  const FinishWith& with_;
  std::vector<Place> places_;
};

}  // namespace

Result<std::string> finish(const Value& value, const FinishWith& with) {
  if (value.terms.empty()) return value.text;
  if (value.terms.size() > most_terms) return bad_program("it has more than 64 terms");
  Run run(with);
  for (const Term& term : value.terms)
    if (const auto error = run.step(term)) return *error;
  return run.result();
}

std::string shown(const Value& value) {
  if (value.terms.empty()) return value.text;
  std::vector<std::string> places;
  const auto pop = [&] {
    std::string last = places.empty() ? "" : std::move(places.back());
    if (!places.empty()) places.pop_back();
    return last;
  };
  const auto of = [&](std::string_view name, std::size_t count) {
    std::string inner;
    for (std::size_t i = 0; i < count; ++i) inner = pop() + (i == 0 ? "" : ", ") + inner;
    places.push_back(fmt::format("{{{}({})}}", name, inner));
  };
  for (const Term& term : value.terms) {
    switch (term.code) {
      case FLORIN_PUT: places.push_back(term.text); break;
      case FLORIN_SECRET: places.push_back("{" + term.text + "}"); break;
      case FLORIN_NOW: places.emplace_back("{now}"); break;
      case FLORIN_BODY: places.emplace_back("{body}"); break;
      case FLORIN_JOIN: {
        std::string all;
        for (std::uint32_t i = 0; i < std::min<std::uint32_t>(term.number, most_places); ++i) all = pop() + all;
        places.push_back(std::move(all));
        break;
      }
      case FLORIN_HMAC: of("hmac", 2); break;
      case FLORIN_DIGEST: of("digest", 1); break;
      case FLORIN_HEX: of("hex", 1); break;
      case FLORIN_BASE64: of("base64", 1); break;
      case FLORIN_PERCENT: of("percent", 1); break;
      case FLORIN_JSON_TEXT: of("json_text", 1); break;
      case FLORIN_UNHEX: of("unhex", 1); break;
      case FLORIN_UNBASE64: of("unbase64", 1); break;
      case FLORIN_BASE64URL: of("base64url", 1); break;
      default: of("unknown", 0); break;
    }
  }
  return pop();
}

bool same_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace florin
