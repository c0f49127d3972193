#pragma once

#include <string>

#include "documents/page.hpp"

namespace florin::documents {

/// The page as one HTML file that asks for nothing else: what screen readers read best.
std::string html_of(const DocumentPage& page);

/// Text between tags and inside quotes.
std::string escaped(std::string_view text);

}  // namespace florin::documents
