#include "documents/pdf.hpp"
#include "documents/qr.hpp"

namespace florin::documents {

Result<Pdf> pdf_of(const DocumentPage&) {
  return Error{
      .code = "no_pdf",
      .message = "this program was built without PDF (FLORIN_PDF); ask for html, or build it with tools/setup"};
}

std::vector<std::vector<bool>> qr_of(std::string_view) { return {}; }

}  // namespace florin::documents
