#include "listen.hpp"

#include <csignal>
#include <iostream>

#include "commands.hpp"
#include "florin/printable.hpp"
#include "outcome.hpp"

namespace florin::cli {

namespace {
volatile std::sig_atomic_t stopped = 0;
}

int listen(const ListenWords& words) {
  std::signal(SIGINT, [](int) { stopped = 1; });
  std::signal(SIGTERM, [](int) { stopped = 1; });
  const auto done = server::listen({.api = words.api,
                                    .key = words.key,
                                    .forward_to = words.forward_to,
                                    .types = words.types,
                                    .secret = words.secret,
                                    .after = words.after},
                                   std::cout, [] { return stopped != 0; });
  if (done) return written(fine);
  std::cerr << "florin: " << printable(done.error().message) << "\n";
  if (done.error().code == "bad_address") return usage;
  return done.error().code == "refused" ? refused : no_store;
}

}  // namespace florin::cli
