#include "answers/lines.hpp"

namespace florin::answers {

std::vector<OrderLine> lines_of(const std::vector<Line>& lines) {
  std::vector<OrderLine> all;
  for (const Line& line : lines) all.push_back({line.text, line.quantity, line.amount});
  return all;
}

std::vector<TaxLine> taxes_of(const std::vector<Tax>& taxes) {
  std::vector<TaxLine> all;
  for (const Tax& tax : taxes) all.push_back({tax.name, tax.base, tax.amount});
  return all;
}

std::vector<AddOn> add_ons_of(const std::vector<AddOnCount>& counts) {
  std::vector<AddOn> all;
  for (const AddOnCount& one : counts) all.push_back({one.add_on, one.count});
  return all;
}

}  // namespace florin::answers
