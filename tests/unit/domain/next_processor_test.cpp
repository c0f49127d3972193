#include <gtest/gtest.h>

#include "world.hpp"

namespace florin::test {
namespace {

/// A card first, then an invoice by wire, through either of two banks; what a bank refuses technically goes on.
Catalog by_card_then_by_wire() {
  Catalog catalog = call_loop();
  catalog.processors.push_back({*ProcessorId::parse("north"), "bank", "{}", {}});
  catalog.processors.push_back({*ProcessorId::parse("south"), "bank", "{}", {}});
  Method wire = catalog.methods.front();
  wire.id = *MethodId::parse("wire");
  wire.plugin = "wire";
  wire.through = {*ProcessorId::parse("north"), *ProcessorId::parse("south")};
  wire.brands = {};
  wire.slots = {"invoice"};
  wire.order_open = *Span::parse("20 days");
  catalog.methods.push_back(wire);
  catalog.tries.front().slots = {"primary", "invoice"};
  return catalog;
}

/// That the wire has a second processor is no way around for the card: it is tried again itself, three times in all,
/// and only then is the invoice sent. Wrong: stripe, north.
TEST(NextProcessor, OfAnotherMethodIsNone) {
  World world(by_card_then_by_wire(), {.rolls_over = true});
  world.to("2026-03-05T12:00Z").card("away").does(Subscribe{plan("growth"), "monthly", {}, {}, {}, false, {}});
  const auto ways = [&] {
    std::vector<std::string> texts;
    for (const Attempt& attempt : world.last_order().attempts) texts.push_back(attempt.processor.text());
    return texts;
  };
  EXPECT_EQ(ways(), (std::vector<std::string>{"stripe", "stripe", "stripe", "north"}));
  EXPECT_EQ(world.charges(), 0U);
}

}  // namespace
}  // namespace florin::test
