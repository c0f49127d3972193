#pragma once

#include "config/shape.hpp"

namespace florin::config {

/// Whether a file must say everything, or is a part that others complete.
enum class SchemaOf : std::uint8_t { whole, part };

namespace detail {
std::string schema(const Shape& shape, std::string_view title, SchemaOf of);
}

/// JSON Schema (draft 2020-12) of what decode accepts, for editors and other programs. Checks between values, such as
/// that a plan's credits are declared, are decode's and the catalog's alone.
template <class T>
std::string schema(std::string_view title, SchemaOf of = SchemaOf::whole) {
  return detail::schema(shape_of<T>(), title, of);
}

}  // namespace florin::config
