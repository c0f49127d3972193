/// A host that opens long after it ran last: nothing falls due by a clock that nobody has looked at.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "config/host_file.hpp"
#include "florin/ops.hpp"
#include "host/assembly.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace florin {
namespace {

namespace fs = std::filesystem;

class AClock : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(folder); }
  void TearDown() override { fs::remove_all(folder); }

  std::unique_ptr<Assembly> opened() {
    Errors errors;
    Assembly::Options options;
    options.file = config::load_host_file(FLORIN_CONFIG "/florin.yaml", errors);
    options.file.plugins = FLORIN_PLUGINS;
    options.data = folder / "data";
    auto assembly = Assembly::open(options);
    EXPECT_TRUE(assembly) << assembly.error().message;
    return assembly ? std::move(*assembly) : nullptr;
  }
  void ran_last(Instant at) {
    auto store = store::SqliteStore::open(folder / "data" / "journal.db");
    ASSERT_TRUE(store);
    ASSERT_TRUE((*store)->set_mark("clock", at.text()));
  }
  static std::string codes(const Assembly& assembly) {
    std::string all;
    for (const Error& error : assembly.problems()) all += error.code + " ";
    return all;
  }

  const fs::path folder = fs::temp_directory_path() / ("florin-clock-" + std::to_string(::getpid()));
};

TEST_F(AClock, TooFarAheadOfTheLastRunIsHeldAndAskedAbout) {
  auto host = opened();
  ASSERT_TRUE(host);
  const Instant now = host->engine().now();
  EXPECT_EQ(codes(*host), "");
  host->close();
  host.reset();

  ran_last({now.us - hours(24 * 2).us});
  host = opened();
  EXPECT_EQ(codes(*host), "") << "a weekend is no jump";
  host->close();
  host.reset();

  const Instant last{now.us - hours(24 * 5).us};
  ran_last(last);
  host = opened();
  EXPECT_EQ(codes(*host), "clock_jumped ");
  EXPECT_NE(host->problems()[0].message.find("florin clock accept"), std::string::npos);
  EXPECT_LT(host->engine().now(), last + hours(1)) << "time goes on from the last run";
  EXPECT_LE(last, host->engine().now());
  host->close();
  host.reset();

  host = opened();
  EXPECT_EQ(codes(*host), "clock_jumped ") << "a restart accepts nothing";
  host->close();
  host.reset();
  ASSERT_TRUE(accept_clock((folder / "data").string()));
  host = opened();
  EXPECT_EQ(codes(*host), "");
  EXPECT_LE(now, host->engine().now());
  host->close();
}

/// What the host keeps is its owner's alone, whatever the umask.
TEST_F(AClock, AndFilesOfAHostInRealTimeArePrivate) {
  const mode_t before = ::umask(0);
  auto host = opened();
  ASSERT_TRUE(host);
  ASSERT_TRUE(host->refresh_views());
  for (const auto& entry : fs::directory_iterator(folder / "data")) {
    struct stat about{};
    ASSERT_EQ(::stat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 077, 0U) << entry.path();
  }
  struct stat about{};
  ASSERT_EQ(::stat((folder / "data").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700U);
  host->close();
  host.reset();
  ASSERT_TRUE(backup((folder / "data").string(), (folder / "copy.db").string()));
  ASSERT_EQ(::stat((folder / "copy.db").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  ASSERT_TRUE(restore((folder / "copy.db").string(), (folder / "back").string()));
  ASSERT_EQ(::stat((folder / "back").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700U);
  ::umask(before);
}

}  // namespace
}  // namespace florin
