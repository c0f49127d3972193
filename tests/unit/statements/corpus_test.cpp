/// What tests/fuzz begins with and what it has found, run by every build: each file is read or refused, and what is
/// read is valid text. A target ends the program where that does not hold.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

extern "C" {
int fuzz_amounts(const std::uint8_t* data, std::size_t size);
int fuzz_camt(const std::uint8_t* data, std::size_t size);
int fuzz_csv(const std::uint8_t* data, std::size_t size);
int fuzz_dates(const std::uint8_t* data, std::size_t size);
int fuzz_mt940(const std::uint8_t* data, std::size_t size);
}

namespace {

namespace fs = std::filesystem;

struct Target {
  const char* name;
  int (*run)(const std::uint8_t* data, std::size_t size);
};
constexpr Target targets[] = {
    {"amounts", fuzz_amounts}, {"camt", fuzz_camt}, {"csv", fuzz_csv}, {"dates", fuzz_dates}, {"mt940", fuzz_mt940}};

TEST(Corpus, IsReadOrRefused) {
  for (const Target& target : targets) {
    int files = 0;
    for (const auto& one : fs::directory_iterator(fs::path(FLORIN_CORPUS) / target.name)) {
      std::ifstream file(one.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      EXPECT_EQ(target.run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), 0) << one.path();
      ++files;
    }
    EXPECT_GT(files, 3) << target.name;
  }
}

}  // namespace
