/// What tests/fuzz begins with and what it has found of what a plugin hands over, run by every build.
#include "../../fuzz/corpus_test.hpp"

extern "C" {
int fuzz_notes(const std::uint8_t* data, std::size_t size);
int fuzz_values(const std::uint8_t* data, std::size_t size);
}

TEST(Corpus, IsReadOrRefused) {
  florin::fuzz::run_corpus(FLORIN_CORPUS, {{"notes", fuzz_notes}, {"values", fuzz_values}});
}
