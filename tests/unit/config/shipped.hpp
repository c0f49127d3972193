#pragma once

#include <gtest/gtest.h>

#include "config/check.hpp"

namespace florin::config {

inline std::filesystem::path shipped(std::string_view name) {
  return std::filesystem::path(FLORIN_CONFIG_FOLDER) / name;
}

/// A tenant as this repository ships it.
inline Tenant shipped_tenant(std::string_view name) {
  Errors errors;
  Tenant tenant = load_tenant(shipped("tenants/" + std::string(name) + ".yaml"), errors);
  EXPECT_EQ(text_of(errors), "");
  return tenant;
}

}  // namespace florin::config
