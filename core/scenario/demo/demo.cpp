#include <ostream>

#include "florin/scenario.hpp"

namespace florin {

int run_demo(const DemoOptions&, std::ostream&) { return 2; }

}  // namespace florin
