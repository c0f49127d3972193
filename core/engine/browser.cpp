#include "engine/browser.hpp"

#include "domain/journal/codec.hpp"
#include "domain/journal/described.hpp"
#include "engine/actions.hpp"

namespace florin::engine {

namespace {

/// One field after another, as the journal writes a struct: fields that an older writer did not have keep their
/// defaults.
std::string bytes_of(const Browser& browser) {
  std::string bytes;
  {
    codec::Writer out(bytes);
    boost::mp11::mp_for_each<codec::detail::Members<Browser>>(
        [&](auto member) { codec::write(out, browser.*member.pointer); });
  }
  return bytes;
}

}  // namespace

Result<Seldom<SealedBrowser>> seal_browser(AnyCommand& command) {
  Seldom<Browser>* named = browser_of(command);
  if (named == nullptr || !*named) return Seldom<SealedBrowser>();
  auto sealed = seal_action(bytes_of(**named));
  if (!sealed) return sealed.error();
  Browser closed;
  closed.sealed = sealed->text;
  *named = std::move(closed);
  return Seldom<SealedBrowser>(SealedBrowser{std::move(sealed->text), std::move(sealed->key)});
}

Result<Browser> browser_of_bytes(std::string_view bytes) {
  try {
    Browser browser;
    codec::Reader in(bytes);
    boost::mp11::mp_for_each<codec::detail::Members<Browser>>([&](auto member) {
      if (!in.empty()) codec::read(in, browser.*member.pointer);
    });
    return browser;
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_seal", .message = damaged.what()};
  }
}

}  // namespace florin::engine
