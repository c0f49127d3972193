#include "documents/pdf.hpp"

namespace florin::documents {

Result<Pdf> pdf_of(const DocumentPage&) {
  return Error{
      .code = "no_pdf",
      .message = "this program was built without PDF (FLORIN_PDF); ask for html, or build it with tools/setup"};
}

}  // namespace florin::documents
