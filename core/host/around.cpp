#include "host/around.hpp"

#include "host/inside.hpp"

namespace florin {

Host HostAround::open(std::shared_ptr<Assembly> assembly) {
  return Host(std::make_unique<Host::Inside>(std::move(assembly), ServiceSettings()));
}

}  // namespace florin
