#include "domain/documents/irn.hpp"

#include <gtest/gtest.h>

#include "world.hpp"

namespace florin::test {
namespace {

constexpr const char* first = "35054cc24d97033afc24f49ec4444dbab81f542c555f9d30359dc75794e06bbe";
constexpr const char* second = "0000000000000000000000000000000000000000000000000000000000000001";

RecordIrn recorded(std::string document, std::string irn) {
  return {.document = std::move(document),
          .irn = std::move(irn),
          .ack_no = "112010036563310",
          .ack_at = at("2026-03-10T09:30:00Z"),
          .qr = "eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjoie30ifQ.c2lnbmF0dXJl"};
}

/// A tenant that has one invoice, under the GST of India from then on.
World registering() {
  World world(call_loop(), {});
  world.to("2026-03-10T09:00Z").card("captured");
  Subscribe subscribe;
  subscribe.plan = plan("growth");
  subscribe.cycle = "monthly";
  world.does(subscribe);
  Catalog indian = call_loop();
  indian.tax = TaxRule{.plugin = "gst_india", .config = "{}", .at = {}, .registers = true};
  world.applies(indian);
  return world;
}

TEST(Irn, IsRecordedOnceAndTheSameAgainChangesNothing) {
  World world = registering();
  const std::string invoice = world.last_order().invoice;
  EXPECT_EQ(world.tries(recorded(invoice, first), "staff"), "done");
  ASSERT_EQ(world.account.registered.size(), 1U);
  EXPECT_EQ(world.account.registered[0].irn, first);
  EXPECT_EQ(world.tries(recorded(invoice, first), "staff"), "done");
  EXPECT_EQ(world.facts<IrnRecorded>(), 1U);
  EXPECT_EQ(world.tries(recorded(invoice, second), "staff"), "irn_recorded");
  EXPECT_EQ(world.account.registered[0].irn, first) << "wrong: the second one in its place";
}

TEST(Irn, IsOfADocumentThatThereIsAndHasItsForm) {
  World world = registering();
  const std::string invoice = world.last_order().invoice;
  EXPECT_EQ(world.tries(recorded("CL-999999", first), "staff"), "no_such_document");
  EXPECT_EQ(world.tries(recorded("", first), "staff"), "no_such_document") << "an order without a number has none";
  EXPECT_EQ(world.tries(recorded(invoice, "35054CC2"), "staff"), "bad_irn");
  RecordIrn unsigned_text = recorded(invoice, first);
  unsigned_text.qr = "upi://pay?pa=someone";
  EXPECT_EQ(world.tries(unsigned_text, "staff"), "bad_value");
  RecordIrn unnumbered = recorded(invoice, first);
  unnumbered.ack_no = "ACK 1";
  EXPECT_EQ(world.tries(unnumbered, "staff"), "bad_value");
  EXPECT_EQ(world.tries(recorded(invoice, first), "owner"), "not_permitted") << "no customer's";
  EXPECT_EQ(world.facts<IrnRecorded>(), 0U);
}

TEST(Irn, IsNothingWhereThereIsNoGstOfIndia) {
  World world = registering();
  world.applies(call_loop());
  EXPECT_EQ(world.tries(recorded(world.last_order().invoice, first), "staff"), "not_registered_here");
}

}  // namespace
}  // namespace florin::test
