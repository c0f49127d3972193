// Records the exchanges anew: `record_exchanges FOLDER`. What they come to is held against the cases at once; a change
// of a record is to be looked at like a change of code.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cases.hpp"
#include "transport/network/network.hpp"
#include "transport/record.hpp"

namespace florin::test {

namespace {

struct Way {
  explicit Way(const StandIn& provider)
      : network(*Network::open({.deadline = seconds(10), .loopback = true, .private_addresses = false})),
        way(network->to({{"api", "http://" + provider.host()}})) {}
  std::unique_ptr<Network> network;
  std::unique_ptr<Transport> way;
};

}  // namespace

ProviderReport carried_out_at(const StandIn& provider, const Operation& operation) {
  Way way(provider);
  return carried_out(plugin_of(provider.provider()), operation, secrets_of(provider.provider(), false), *way.way);
}

namespace {

void record(const Exchange& exchange, const std::filesystem::path& folder) {
  const StandIn provider(exchange.provider);
  provider.anew(exchanged_at);
  const Operation operation = exchange.operation(provider);
  const std::filesystem::path name = folder / exchange.provider / exchange.name;
  std::filesystem::create_directories(name.parent_path());
  std::filesystem::remove(name.string() + ".jsonl");
  std::ofstream(name.string() + ".jsonl");
  if (!exchange.fault.empty()) provider.fault(static_cast<int>(provider.seen().size()) + 1, exchange.fault, 0, 3);
  Way way(provider);
  const Secrets secrets = secrets_of(exchange.provider, exchange.wrong_key);
  // What is sent is kept with names in the place of secrets; the stand-ins repeat none.
  Recorder recorder(*way.way, name.string() + ".jsonl", {});
  const ProcessorPlugin plugin = plugin_of(exchange.provider);
  std::ofstream beside(name.string() + ".txt");
  beside << as_text(operation) << "\n"
         << (operation.kind == OperationKind::pull ? pulled(plugin, operation, secrets, recorder)
                                                   : as_text(carried_out(plugin, operation, secrets, recorder)) + "\n");
}

}  // namespace
}  // namespace florin::test

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    for (const auto& exchange : florin::test::exchanges()) florin::test::record(exchange, argv[1]);
    return 0;
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "%s\n", failed.what());
    return 1;
  }
}
