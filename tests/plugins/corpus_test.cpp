/// What tests/fuzz begins with and what it has found of JSON, and of signed messages through the shipped plugins, run
/// by every build.
#include "../fuzz/corpus_test.hpp"

extern "C" {
int fuzz_json(const std::uint8_t* data, std::size_t size);
int fuzz_webhook(const std::uint8_t* data, std::size_t size);
}

TEST(Corpus, JsonIsReadOrRefused) { florin::fuzz::run_corpus(FLORIN_CORPUS, {{"json", fuzz_json}}); }

TEST(Corpus, ASignedMessageIsReadOrRefused) { florin::fuzz::run_corpus(FLORIN_CORPUS, {{"webhook", fuzz_webhook}}); }
