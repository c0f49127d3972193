#include "corpus_test.hpp"

#include "mutated_test.hpp"

extern "C" int fuzz_http(const std::uint8_t* data, std::size_t size);

namespace {

const std::vector<florin::fuzz::Target> targets = {{"http", fuzz_http}};

TEST(Corpus, IsUnderstoodOrRefusedHoweverItIsCut) { florin::fuzz::run_corpus(FLORIN_CORPUS, targets); }

TEST(Corpus, MutatedIsUnderstoodOrRefusedHoweverItIsCut) { florin::fuzz::run_mutated(FLORIN_CORPUS, targets, 3); }

}  // namespace
