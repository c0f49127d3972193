#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "input.hpp"
#include "plugins/gate.hpp"
#include "plugins/instance.hpp"
#include "plugins/manifest.hpp"
#include "plugins/value.hpp"

namespace {

using namespace florin;

/// A program of terms: code, number and a length with text each.
void run_program(std::string_view bytes) {
  // Nothing that the program could have of itself, for libFuzzer learns what it is compared with.
  const std::string own = "the secret of " + std::to_string(std::hash<std::string_view>{}(bytes));
  Value value;
  while (bytes.size() >= 3) {
    Term term;
    term.code = static_cast<unsigned char>(bytes[0]) % 24;
    term.number = static_cast<unsigned char>(bytes[1]);
    const std::size_t length = std::min<std::size_t>(static_cast<unsigned char>(bytes[2]), bytes.size() - 3);
    term.text = bytes.substr(3, length);
    bytes.remove_prefix(3 + length);
    value.terms.push_back(std::move(term));
  }
  Manifest manifest;
  manifest.id = "fuzz";
  manifest.secrets = {{"key", "api"}, {"other", ""}};
  const Secrets secrets = [&](std::string_view) { return std::vector<std::string>{own}; };
  const std::string body = "body";
  const FinishWith with{.manifest = manifest, .secrets = secrets, .now = {}, .endpoint = "elsewhere", .body = &body};
  const auto made = finish(value, with);
  // A bare secret goes nowhere it is not bound to.
  if (made) fuzz::require(made->find(own) == std::string::npos);
  (void)shown(value);
}

void through_the_gate(std::string_view bytes) {
  const florin_text text{bytes.data(), bytes.size()};
  const auto looked = [&](auto look) {
    try {
      (void)look();
    } catch (const PluginFault&) {
    }
  };
  looked([&] { return gate::word(text, "a word"); });
  looked([&] { return gate::sentence(text, "a sentence"); });
  const std::string kept = gate::foreign(text);
  fuzz::require(kept.size() <= gate::longest_text);
  for (const char c : kept) fuzz::require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

}  // namespace

/// What a plugin hands over in a call: a value's program, or text. The first byte says which it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::text(data + 1, size - 1);
  if (data[0] % 2 == 0)
    run_program(bytes);
  else
    through_the_gate(bytes);
  return 0;
}
