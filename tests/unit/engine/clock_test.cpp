#include "engine/clock.hpp"

#include <gtest/gtest.h>

namespace florin::engine {
namespace {

Instant wall, machine;
Instant wall_now() { return wall; }
Instant machine_now() { return machine; }

class Clocks : public testing::Test {
 protected:
  void SetUp() override {
    wall = *Instant::parse("2026-03-10T09:00Z");
    machine = {1'000'000};
  }
  static void both(Duration after) {
    wall = wall + after;
    machine = machine + after;
  }
};

TEST_F(Clocks, AWallClockThatGoesOnIsFollowed) {
  const Clock clock(&wall_now, &machine_now);
  both(hours(24 * 3));  // a quiet weekend, or a machine that slept
  EXPECT_EQ(clock.now(), wall);
  wall = wall + minutes(5);  // corrected a little
  EXPECT_EQ(clock.now(), wall);
  EXPECT_FALSE(clock.not_believed());
}

TEST_F(Clocks, AJumpForwardIsNotBelievedUntilAPersonAcceptsIt) {
  Clock clock(&wall_now, &machine_now);
  const Instant before = wall;
  wall = wall + minutes(5) + seconds(1);
  EXPECT_EQ(clock.now(), before);
  EXPECT_EQ(clock.not_believed(), wall);
  both(minutes(10));
  EXPECT_EQ(clock.now(), before + minutes(10)) << "time goes on as the machine counts it";
  clock.accept();
  EXPECT_EQ(clock.now(), wall);
  EXPECT_FALSE(clock.not_believed());
}

TEST_F(Clocks, AJumpThatIsTakenBackIsForgotten) {
  const Clock clock(&wall_now, &machine_now);
  wall = wall + hours(24 * 365);
  EXPECT_TRUE(clock.not_believed());
  wall = {wall.us - hours(24 * 365).us};
  both(minutes(1));
  EXPECT_EQ(clock.now(), wall);
  EXPECT_FALSE(clock.not_believed());
}

TEST_F(Clocks, AClockThatIsSetBackIsFollowed) {
  const Clock clock(&wall_now, &machine_now);
  wall = {wall.us - hours(2).us};
  EXPECT_EQ(clock.now(), wall);
  both(minutes(1));
  EXPECT_EQ(clock.now(), wall);
}

TEST_F(Clocks, AHostThatWasAwayForTooLongGoesOnFromWhenItRan) {
  Clock clock(&wall_now, &machine_now);
  const Instant ran{wall.us - hours(24 * 3).us};
  clock.go_on_from(ran, hours(72));
  EXPECT_EQ(clock.now(), wall) << "not longer than it may be away";
  clock.go_on_from({ran.us - 1}, hours(72));
  EXPECT_EQ(clock.now(), Instant{ran.us - 1});
  EXPECT_EQ(clock.not_believed(), wall);
  both(minutes(2));
  EXPECT_EQ(clock.now(), ran + minutes(2) + Duration{-1});
  clock.accept();
  EXPECT_EQ(clock.now(), wall);
}

}  // namespace
}  // namespace florin::engine
