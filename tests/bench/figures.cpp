#include "figures.hpp"

namespace bench {
std::vector<Figure> figures(const Place&, bool) { return {}; }
}  // namespace bench
