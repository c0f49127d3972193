#pragma once

#include "domain/decision/question.hpp"

namespace florin::engine {

/// Whether both ask the same of a plugin, to the last byte: only then does the answer to one count for the other.
bool same_question(const Question& a, const Question& b);

}  // namespace florin::engine
