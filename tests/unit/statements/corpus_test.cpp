/// What tests/fuzz begins with and what it has found of statements, run by every build: each file is read or refused,
/// and what is read is valid text. A target ends the program where that does not hold.
#include "../../fuzz/mutated_test.hpp"

extern "C" {
int fuzz_amounts(const std::uint8_t* data, std::size_t size);
int fuzz_camt(const std::uint8_t* data, std::size_t size);
int fuzz_csv(const std::uint8_t* data, std::size_t size);
int fuzz_dates(const std::uint8_t* data, std::size_t size);
int fuzz_mt940(const std::uint8_t* data, std::size_t size);
}

namespace {

const std::vector<florin::fuzz::Target> targets = {
    {"amounts", fuzz_amounts}, {"camt", fuzz_camt}, {"csv", fuzz_csv}, {"dates", fuzz_dates}, {"mt940", fuzz_mt940}};

}  // namespace

TEST(Corpus, IsReadOrRefused) { florin::fuzz::run_corpus(FLORIN_CORPUS, targets); }

TEST(Corpus, MutatedIsReadOrRefused) { florin::fuzz::run_mutated(FLORIN_CORPUS, targets, 10); }
