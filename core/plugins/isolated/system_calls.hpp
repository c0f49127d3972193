#pragma once

#include <cstdint>
#include <string>

namespace florin::isolated {

/// The name of a system call of this machine, for sentences: `socket`, or `system call 999`.
std::string call_name(std::uint64_t number);

}  // namespace florin::isolated
