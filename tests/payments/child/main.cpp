// Plays a flow on a journal in a folder, and is killed at the request that it was told. Started again on the same
// folder, it asks again what it had asked, as a client that was not answered does.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

#include "../paying.hpp"

int main(int argc, char** argv) {
  using namespace florin;
  if (argc != 7) return 2;
  try {
    const test::Flow& flow = test::flow(argv[1]);
    const std::string address = argv[2];
    const test::StandIn provider(flow.provider, std::stoi(address.substr(address.find(':') + 1)));
    const std::filesystem::path data = argv[3], set_up = data / "set-up";
    test::Paying host(provider, *Instant::parse(argv[4]), data);
    if (!std::filesystem::exists(set_up)) {
      flow.set_up(host, provider);
      std::ofstream(set_up) << "done\n";
    }
    const int at = std::stoi(argv[5]);
    if (auto* kill_at_sync = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_DEFAULT, "kill_at_sync")))
      kill_at_sync(argv[6] == std::string("sync") ? at : 0);
    else if (at > 0)
      provider.fault(static_cast<int>(provider.seen().size()) + at, argv[6], ::getpid());
    flow.goes(host, provider);
    host.to(host.now() + minutes(20));
    return 0;
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "%s: %s\n", argv[1], failed.what());
    return 1;
  }
}
