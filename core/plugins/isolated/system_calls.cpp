#include "plugins/isolated/system_calls.hpp"

#include <seccomp.h>

#include <cstdlib>
#include <memory>

namespace florin::isolated {

std::string call_name(std::uint64_t number) {
  const std::unique_ptr<char, void (*)(void*)> name(
      number > 100'000 ? nullptr : seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(number)),
      &std::free);
  return name == nullptr ? "system call " + std::to_string(number) : std::string(name.get());
}

}  // namespace florin::isolated
