#pragma once

#include <string>
#include <string_view>

#include "florin/export.hpp"

namespace florin {

/// An amount as people of a language write it, on documents and in mails: `1,234.50 USD` of `1234.50 USD`, in German
/// `1.234,50 USD`; Hindi, and English of rupees, have groups of two behind the first: `1,23,456.78 INR`. Digits are
/// never changed or rounded. A text that is no amount stays as it is; an unknown language is written as English.
FLORIN_API std::string amount_in(std::string_view language, std::string text);

}  // namespace florin
