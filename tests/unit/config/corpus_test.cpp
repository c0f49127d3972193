/// What tests/fuzz begins with and what it has found, run by every build: commands, tenants, rows of the journal,
/// checkpoints, YAML, rules of zones, imports. A target ends the program where what must hold does not.
#include "../../fuzz/corpus_test.hpp"

extern "C" {
int fuzz_command(const std::uint8_t* data, std::size_t size);
int fuzz_tenant(const std::uint8_t* data, std::size_t size);
int fuzz_journal(const std::uint8_t* data, std::size_t size);
int fuzz_checkpoint(const std::uint8_t* data, std::size_t size);
int fuzz_yaml(const std::uint8_t* data, std::size_t size);
int fuzz_zone(const std::uint8_t* data, std::size_t size);
int fuzz_import(const std::uint8_t* data, std::size_t size);
}

TEST(Corpus, IsReadOrRefused) {
  florin::fuzz::run_corpus(FLORIN_CORPUS, {{"command", fuzz_command},
                                           {"tenant", fuzz_tenant},
                                           {"journal", fuzz_journal},
                                           {"checkpoint", fuzz_checkpoint},
                                           {"yaml", fuzz_yaml},
                                           {"zone", fuzz_zone},
                                           {"import", fuzz_import}});
}
