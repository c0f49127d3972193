#include "engine/same_question.hpp"

#include <cstdint>
#include <string>

#include "domain/journal/codec.hpp"
#include "domain/journal/described.hpp"

namespace florin::engine {

namespace {

void write(codec::Writer& out, const Date& date) {
  const auto& [year, month, day] = date;
  for (const std::int64_t part : {std::int64_t{year}, std::int64_t{month}, std::int64_t{day}}) out.number(part);
}

// The bindings name every field: one that is added later does not compile until it is compared too.
void write(codec::Writer& out, const Moment& moment) {
  const auto& [kind, reason, at, plan, cycle, period_from, period_to, today, includes, grants] = moment;
  codec::write(out, kind);
  codec::write(out, reason);
  codec::write(out, at);
  codec::write(out, plan);
  codec::write(out, cycle);
  codec::write(out, period_from);
  codec::write(out, period_to);
  write(out, today);
  out.unsigned_number(includes.size());
  for (const auto& [type, amount] : includes) {
    codec::write(out, type);
    codec::write(out, amount);
  }
  codec::write(out, grants);
}

void write(codec::Writer& out, const Sale& sale) {
  const auto& [lines, kind, on, billing_country, billing_state] = sale;
  codec::write(out, lines);
  codec::write(out, kind);
  write(out, on);
  codec::write(out, billing_country);
  codec::write(out, billing_state);
}

std::string bytes_of(const Question& question) {
  std::string bytes;
  {
    codec::Writer out(bytes);
    std::visit([&](const auto& asked) { write(out, asked); }, question);
  }
  return bytes;
}

}  // namespace

bool same_question(const Question& a, const Question& b) {
  return a.index() == b.index() && bytes_of(a) == bytes_of(b);
}

}  // namespace florin::engine
