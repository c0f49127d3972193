#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace florin::isolated {

/// What host and runner say to each other: one question, one answer, over one socket. Behind the frame stands a struct
/// of the interface as `flat.hpp` writes it.
enum class Word : std::uint32_t {
  // of the host
  make = 1,  ///< florin_setup; detail: the interface
  drop,      ///< an instance
  describe_processor,
  operate,  ///< flat::OperationCall; detail: the kind of operation
  webhook,
  describe_method,
  offered,
  check,
  decide,
  taxes,
  // of the runner
  contained = 64,  ///< the sandbox is up and nothing of the plugin has run
  loaded,          ///< its library is there, and from here on it may only read and answer
  made,            ///< flat::Made; detail: the functions that it has
  answered,        ///< the struct that was asked for
  failed,          ///< flat::Failure: the plugin gave no answer, or none that can be
  trapped,         ///< detail: the number of a system call that is not allowed; the runner is gone
};

enum class Interface : std::uint64_t { processor = 1, method, credit_policy, tax };

struct Frame {
  std::uint64_t bytes = 0;  ///< of all, this included
  Word word{};
  std::uint32_t instance = 0;
  std::uint64_t detail = 0;
  std::uint64_t zero = 0;
};
static_assert(sizeof(Frame) == 32);

inline constexpr int socket_of_runner = 3;
inline constexpr std::uint64_t most_frame_bytes = 64 << 20;
/// A longer question or answer goes in several packets, each full but the last: a socket takes no packet of any size.
inline constexpr std::size_t most_packet_bytes = 32 << 10;
/// In `made`, of a method: it says where it is offered. Of a processor: bit 1 << kind of operation, and this of
/// webhook.
inline constexpr std::uint64_t has_offered = 1;
inline constexpr std::uint64_t has_webhook = std::uint64_t{1} << 32;
inline constexpr std::uint64_t no_table = std::uint64_t{1} << 63;  ///< it lacks what every plugin of its kind has

}  // namespace florin::isolated
