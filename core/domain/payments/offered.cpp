#include "domain/payments/offered.hpp"

#include <algorithm>

#include "domain/catalog/permission.hpp"

namespace florin {

const Need* excluded_by(const Method& method, const Account& account, const Actor& actor) {
  const auto failing =
      std::ranges::find_if(method.offered_to, [&](const Need& need) { return !holds({need}, account, actor, {}); });
  return failing == method.offered_to.end() ? nullptr : &*failing;
}

std::string why_not_offered(const Method& method, const Need& need) {
  std::string values;
  for (const std::string& value : need.any_of) values += (values.empty() ? "" : " or ") + value;
  return "'" + method.id.text() + "' is offered with " + need.word + " " + values + " only.";
}

void must_be_offered(const Method& method, const Account& account, const Actor& actor) {
  if (const Need* need = excluded_by(method, account, actor))
    refuse("method_not_offered", why_not_offered(method, *need), need->at);
}

bool takes(const Method& method, const std::string& brand) {
  return method.brands.empty() || std::ranges::find(method.brands, brand) != method.brands.end();
}

void must_take(const Method& method, const std::string& brand) {
  if (takes(method, brand)) return;
  std::string brands;
  for (const std::string& one : method.brands) brands += (brands.empty() ? "" : ", ") + one;
  refuse("brand_not_accepted", "Accepted are: " + brands + ".", method.at);
}

}  // namespace florin
