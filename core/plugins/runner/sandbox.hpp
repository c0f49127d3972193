#pragma once

#include <string>

namespace florin::runner {

/// The sandbox of a runner, in two steps, each once. Each answers what the kernel would not do, as
/// `landlock_create_ruleset: Function not implemented`; empty: done. Nothing is ever done by half: a runner that cannot
/// be contained says so and ends.
///
/// Order    limits, no new privileges, Landlock, seccomp; only then is the plugin's file opened, so its constructors
/// run
///          inside. Then the second step takes away what loading needed.
/// Source   landlock(7), seccomp(2), setrlimit(2)

/// From here on: reads of the libraries of the system and of `plugin`, memory, and the socket. No process, no network,
/// no file that could be written.
std::string contain_loading(const std::string& plugin);

/// From here on: read and write of the socket, anonymous memory, and the end.
std::string contain_calls();

}  // namespace florin::runner
