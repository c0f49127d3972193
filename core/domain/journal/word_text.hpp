#pragma once

#include <boost/describe/enum_to_string.hpp>
#include <string>

namespace florin {

/// A described enum's word, as JSON, YAML and people have it.
template <class Enum>
std::string word_text(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

}  // namespace florin
