#pragma once

#include "config/shape.hpp"

namespace florin::config {

namespace detail {
std::string schema(const Shape& shape, std::string_view title, int merged_levels);
}

/// JSON Schema (draft 2020-12) of what decode accepts, for editors and other programs. Checks between values, such as
/// that a plan's credits are declared, are decode's and the catalog's alone.
///
/// merged_levels  of a file that others complete: in so many maps from the root on, keys may be left to the other file
template <class T>
std::string schema(std::string_view title, int merged_levels = 0) {
  return detail::schema(shape_of<T>(), title, merged_levels);
}

}  // namespace florin::config
