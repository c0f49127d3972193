#pragma once

#include "config/shape.hpp"

namespace florin::config {

namespace detail {
void write_json(std::string& out, const Shape& shape, const void* value, bool whole);
}

/// A described type as JSON on one line, which decode_json reads back to the same value. Members in their order; what
/// is nothing, an empty list or an empty table is left out when it may be.
template <class T>
std::string write_json(const T& value) {
  std::string out;
  detail::write_json(out, shape_of<T>(), &value, false);
  return out;
}

/// The same with every member, for answers: what is nothing is `null`, an empty list `[]`. Nobody has to ask whether a
/// member is there.
template <class T>
std::string write_whole_json(const T& value) {
  std::string out;
  detail::write_json(out, shape_of<T>(), &value, true);
  return out;
}

}  // namespace florin::config
