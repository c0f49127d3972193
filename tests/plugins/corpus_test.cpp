/// What tests/fuzz begins with and what it has found of signed messages, run by every build through the shipped
/// plugins.
#include "../fuzz/corpus_test.hpp"

extern "C" int fuzz_webhook(const std::uint8_t* data, std::size_t size);

TEST(Corpus, ASignedMessageIsReadOrRefused) { florin::fuzz::run_corpus(FLORIN_CORPUS, {{"webhook", fuzz_webhook}}); }
