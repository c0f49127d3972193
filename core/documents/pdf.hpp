#pragma once

#include <string>

#include "documents/page.hpp"
#include "florin/result.hpp"

namespace florin::documents {

struct Pdf {
  std::string bytes;  ///< the same page, the same fonts: the same bytes
  int pages = 0;
  int unknown_glyphs = 0;  ///< characters that no installed font has: shown as boxes, and an item for staff
};

/// The page drawn by cairo and pango in this process, on the fonts of Debian's fonts-noto-core and fonts-dejavu-core
/// alone, so that a font that somebody installs does not change it. From any thread; one page is drawn at a time.
/// Errors: no_fonts, cannot_draw; no_pdf from a build without it
Result<Pdf> pdf_of(const DocumentPage& page);

}  // namespace florin::documents
