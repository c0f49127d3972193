#pragma once

#include <memory>

#include "florin/host.hpp"
#include "host/assembly.hpp"

namespace florin {

/// The public face of an assembly that somebody else holds too: stories ask by it, and look inside.
struct HostAround {
  static Host open(std::shared_ptr<Assembly> assembly);
};

}  // namespace florin
