#include "domain/catalog/name_index.hpp"

#include <gtest/gtest.h>

#include <string>

#include "engine/slab.hpp"

namespace florin {
namespace {

using engine::Slab;

TEST(NameIndex, NamesOfOneHashAreToldApart) {
  const std::vector<std::string> names = {"ann", "bob", "cat"};
  NameIndex index;
  for (std::uint32_t number = 0; number < 3; ++number) index.add(42, number);
  const auto number_of = [&](const std::string& name) {
    return index.find(42, [&](std::uint32_t number) { return names[number] == name; });
  };
  EXPECT_EQ(number_of("ann"), 0U);
  EXPECT_EQ(number_of("cat"), 2U);
  EXPECT_EQ(number_of("dan"), NameIndex::none);
}

TEST(NameIndex, FindsEachAfterItGrew) {
  const auto hash = [](std::uint32_t number) { return number * 2'654'435'761U; };
  NameIndex index;
  EXPECT_EQ(index.likely(1), NameIndex::none);
  for (std::uint32_t number = 0; number < 100'000; ++number) index.add(hash(number), number);
  for (std::uint32_t number = 0; number < 100'000; ++number)
    ASSERT_EQ(index.find(hash(number), [&](std::uint32_t n) { return n == number; }), number);
  EXPECT_EQ(index.likely(hash(100'000)), NameIndex::none);
}

TEST(Slab, ThingsStayWhereTheyAreAndEndOnce) {
  static int alive = 0;
  struct Thing {
    Thing() { ++alive; }
    ~Thing() { --alive; }
    char wide[1'000] = {};
    int number = 0;
  };
  {
    Slab<Thing> things;
    Thing* const first = &things.add();
    for (int n = 1; n < 10'000; ++n) things.add().number = n;
    EXPECT_EQ(first, &things[0]);
    for (std::size_t n = 0; n < things.size(); ++n) {
      ASSERT_EQ(things[n].number, static_cast<int>(n));
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(&things[n]) % 64, 0U);
    }
    EXPECT_EQ(alive, 10'000);
  }
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace florin
