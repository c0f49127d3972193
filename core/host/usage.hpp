#pragma once

#include <functional>
#include <vector>

#include "engine/engine.hpp"
#include "florin/host.hpp"

/// Usage on its way to the engine and back, without a text on either side. As Host::take.
namespace florin {

std::vector<Result<Taken>> take(engine::Engine& engine, std::vector<UsageRequest> requests);
void take(engine::Engine& engine, std::vector<UsageRequest> requests,
          std::function<void(std::vector<Result<Taken>>)> done);

}  // namespace florin
