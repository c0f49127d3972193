#pragma once

/// Which sanitizer this build has, and what a test cannot do for it. tools/sanitize
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FLORIN_ADDRESS_SANITIZER 1
#endif
#if __has_feature(thread_sanitizer)
#define FLORIN_THREAD_SANITIZER 1
#endif
#endif

namespace florin::test {

#if defined(FLORIN_ADDRESS_SANITIZER) || defined(FLORIN_THREAD_SANITIZER)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// How many of `all` random samples a test takes: with a sanitizer, and without optimisation, each takes twenty times
/// as long, and a tenth of them must do.
constexpr int samples(int all) { return sanitized ? (all + 9) / 10 : all; }

inline constexpr const char* no_isolation =
    "a sanitizer maps terabytes of shadow memory, and an isolated plugin may map 256 MiB";
inline constexpr const char* own_allocator = "the sanitizer's allocator is the one that answers here";

}  // namespace florin::test
