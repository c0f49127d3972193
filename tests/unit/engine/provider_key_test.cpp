#include "engine/provider_key.hpp"

#include <gtest/gtest.h>

namespace florin::engine {
namespace {

/// A provider remembers them: they are the same for ever. Made by Python's hashlib and its whole numbers.
TEST(ProviderKey, IsTheDigestInBase36) {
  EXPECT_EQ(provider_key(""), "p3dkhqqxivi7wg4ej36chlq7q");
  EXPECT_EQ(provider_key("callloop account-1 2026-04-10"), "yz66dvhirohuxswome9c9l5qe");
}

}  // namespace
}  // namespace florin::engine
