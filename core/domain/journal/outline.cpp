#include "domain/journal/outline.hpp"

#include "domain/journal/codec.hpp"
#include "domain/journal/described.hpp"

namespace florin::journal {

namespace {

/// The first fields of an Entry, in the order in which it is described.
Outline outline_of(codec::Reader entry) {
  Outline outline;
  outline.tenant = entry.text();
  outline.account = entry.text();
  (void)entry.sized();   // actor
  (void)entry.text();    // key
  (void)entry.number();  // asked_at
  codec::read(entry, outline.at);
  return outline;
}

}  // namespace

Result<std::vector<Outline>> outlines(std::string_view bytes, std::size_t most) {
  try {
    std::vector<Outline> all;
    std::size_t begins = 0;
    for (codec::Reader in(bytes); !in.empty();) {
      if (all.size() == most) return Error{.code = "damaged_row", .message = "it holds more entries than it should"};
      const std::string_view fields = in.text();
      Outline& outline = all.emplace_back(outline_of(codec::Reader(fields)));
      const auto ends = static_cast<std::size_t>(fields.data() + fields.size() - bytes.data());
      outline.bytes = bytes.substr(begins, ends - begins);
      begins = ends;
    }
    return all;
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_row", .message = damaged.what()};
  }
}

}  // namespace florin::journal
