#pragma once

/// Marks what libflorin.so exports; everything else in it is hidden.
#define FLORIN_API __attribute__((visibility("default")))
