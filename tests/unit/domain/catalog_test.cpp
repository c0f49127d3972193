#include "domain/catalog/catalog.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "domain/accounts/apply.hpp"

namespace florin {
namespace {

TEST(Meters, EachOfThousandsIsFoundAndNoOther) {
  std::vector<Meter> meters(3'000);
  for (std::size_t n = 0; n < meters.size(); ++n) {
    meters[n].id = MeterId::trusted("sms-" + std::to_string(n));
    meters[n].takes = {static_cast<std::int64_t>(n)};
  }
  const Meters found(std::move(meters));
  for (std::int64_t n = 0; n < 3'000; ++n) {
    const Meter* meter = found.find(MeterId::trusted("sms-" + std::to_string(n)));
    ASSERT_NE(meter, nullptr);
    EXPECT_EQ(meter->takes.units, n);
  }
  EXPECT_EQ(found.find(MeterId::trusted("sms-3000")), nullptr);
  EXPECT_EQ(Meters().find(MeterId::trusted("sms")), nullptr);
}

TEST(Lists, AreValuesWhereverTheyLie) {
  Account one;
  EXPECT_EQ(one.members.begin(), one.members.end());
  one.members.push_back({MemberId::trusted("ann"), "owner", false, {}});
  Account other = one;
  other.members.insert(other.members.begin(), {MemberId::trusted("bob"), "admin", true, {}});
  EXPECT_EQ(one.members.size(), 1U);
  EXPECT_EQ(other.members.front().role, "admin");
  EXPECT_EQ(erase_if(other.members, [](const Member& member) { return member.role == "owner"; }), 1U);
  EXPECT_EQ(other.members.size(), 1U);
  EXPECT_EQ(one.members.back().role, "owner");
}

TEST(Lists, ThatCopiesShareChangeForOneAlone) {
  TenantState tenant;
  tenant.catalog_texts = std::vector{std::string("one")};
  TenantState draft = tenant;
  draft.catalog_texts.push_back("two");
  EXPECT_EQ(tenant.catalog_texts.size(), 1U);
  EXPECT_EQ(draft.catalog_texts.size(), 2U);
  EXPECT_EQ(erase_if(tenant.catalog_texts, [](const std::string& text) { return text == "one"; }), 1U);
  EXPECT_TRUE(tenant.catalog_texts.empty());
  EXPECT_EQ(draft.catalog_texts[0], "one");
}

TEST(Versions, FollowEachOtherAndNoneIsLeftOut) {
  Account nobody;
  TenantState tenant;
  EXPECT_THROW(apply(nobody, tenant, CatalogApplied{0, "none"}, {}), std::logic_error);
  EXPECT_THROW(apply(nobody, tenant, CatalogApplied{2, "two"}, {}), std::logic_error);
  EXPECT_THROW(apply(nobody, tenant, CatalogApplied{4'000'000'000, "much memory"}, {}), std::logic_error);
  apply(nobody, tenant, CatalogApplied{1, "one"}, {});
  apply(nobody, tenant, CatalogApplied{2, "two"}, {});
  EXPECT_EQ(tenant.catalog, 2U);
  EXPECT_EQ(tenant.catalog_texts.all(), (std::vector<std::string>{"one", "two"}));
}

}  // namespace
}  // namespace florin
