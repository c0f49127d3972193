/// Every operation of the plugins, and every class of refusal, answered from a record of the stand-ins: the same
/// requests are asked for, and they come to the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "exchanges/cases.hpp"
#include "transport/record.hpp"

namespace florin::test {

ProviderReport carried_out_at(const StandIn&, const Operation&) { return {}; }

namespace {

namespace fs = std::filesystem;

const fs::path folder = FLORIN_EXCHANGES;

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Exchange& exchange : exchanges()) all.push_back(exchange.provider + "/" + exchange.name);
  return all;
}
const Exchange& exchange_of(const std::string& name) {
  return *std::ranges::find_if(exchanges(), [&](const Exchange& e) { return e.provider + "/" + e.name == name; });
}

class Recorded : public testing::TestWithParam<std::string> {};

TEST_P(Recorded, ComesToWhatItCameTo) {
  const Exchange& exchange = exchange_of(GetParam());
  std::ifstream beside(folder / (GetParam() + ".txt"));
  std::string asked, expected;
  ASSERT_TRUE(std::getline(beside, asked)) << "it was never recorded";
  expected.assign(std::istreambuf_iterator<char>(beside), {});
  auto replay = Replay::open(folder / (GetParam() + ".jsonl"));
  ASSERT_TRUE(replay) << replay.error().message;
  const ProcessorPlugin plugin = plugin_of(exchange.provider);
  const Secrets secrets = secrets_of(exchange.provider, exchange.wrong_key);
  const Operation operation = operation_of(asked);
  if (operation.kind == OperationKind::pull) {
    EXPECT_EQ(pulled(plugin, operation, secrets, **replay), expected);
  } else {
    const ProviderReport said = carried_out(plugin, operation, secrets, **replay);
    EXPECT_EQ(as_text(said) + "\n", expected);
    EXPECT_EQ(said.state, exchange.state);
    EXPECT_EQ(said.absent, exchange.absent);
    if (exchange.decline != DeclineKind::none) {
      EXPECT_EQ(said.decline, exchange.decline);
    }
  }
  EXPECT_EQ((*replay)->problem(), "");
  EXPECT_EQ((*replay)->left(), 0U);
}
std::string as_name(const testing::TestParamInfo<std::string>& which) {
  std::string name = which.param;
  std::ranges::replace(name, '/', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Exchange, Recorded, testing::ValuesIn(names()), as_name);

TEST(Exchanges, HoldNoSecretAndAreAllAsked) {
  const std::vector<std::string> known = names();
  std::set<std::string> there;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".jsonl") continue;
    there.insert(fs::relative(entry.path(), folder).replace_extension().generic_string());
    std::ifstream in(entry.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(text.find("sk_test_standin"), std::string::npos) << entry.path();
    EXPECT_EQ(text.find("cHBfY2xpZW50X3N0YW5kaW46"), std::string::npos) << entry.path();
    EXPECT_EQ(text.find("gc_standin"), std::string::npos) << entry.path();
    EXPECT_EQ(text.find("cnpwX3Rlc3Rfc3RhbmRpbjpzdGFuZGlu"), std::string::npos) << entry.path();
  }
  EXPECT_EQ(there, std::set<std::string>(known.begin(), known.end()));
}

}  // namespace
}  // namespace florin::test
