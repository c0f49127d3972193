#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "domain/accounts/account.hpp"

/// Lines, taxes and add-ons as every answer has them.
namespace florin::answers {

struct OrderLine {
  std::string text;
  std::int64_t quantity = 1;
  Money amount;
};
struct TaxLine {
  std::string name;
  Money base, amount;
};
struct AddOn {
  AddOnId add_on;
  std::int32_t count = 0;
};

BOOST_DESCRIBE_STRUCT(OrderLine, (), (text, quantity, amount))
BOOST_DESCRIBE_STRUCT(TaxLine, (), (name, base, amount))
BOOST_DESCRIBE_STRUCT(AddOn, (), (add_on, count))

std::vector<OrderLine> lines_of(const std::vector<Line>& lines);
std::vector<TaxLine> taxes_of(const std::vector<Tax>& taxes);
std::vector<AddOn> add_ons_of(const std::vector<AddOnCount>& counts);

}  // namespace florin::answers
