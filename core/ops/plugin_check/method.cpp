#include <fmt/format.h>

#include <algorithm>

#include "domain/payments/card_number.hpp"
#include "ops/plugin_check/rules.hpp"

namespace florin::plugin_check {

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string shown(const MethodChecked& checked) {
  std::string text = checked.masked + "|" + checked.brand;
  for (const auto& [field, problem] : checked.problems) text += "\n! " + field + ": " + problem;
  for (const auto& [name, value] : checked.details) text += "\n" + name + "=" + value;
  return text;
}

/// What customers type, and what they should not.
const std::vector<std::string>& entries() {
  static const std::vector<std::string> all = {
      "",           " ",    "ok",        "4111111111111111", "4111 1111 1111 1111",       "DE89 3704 0044 0532 0130 00",
      "ann@okbank", "QXZJ", "a\xff\xfe", "\x1b[2J",          "<script>alert(1)</script>", std::string(100'000, '9'),
      "0",          "-1",   "मूल्य"};
  return all;
}

bool names(const MethodChecked& checked, const std::string& field) {
  return std::ranges::any_of(
      checked.problems, [&](const auto& problem) { return problem.first == field || problem.first == "/" + field; });
}

}  // namespace

void check_method(Notes& notes, const Subject& subject) {
  notes.hold("method.form", [&] {
    const auto library = subject.open();
    const MethodPlugin method = must(library.method(subject.id(), subject.setup()));
    const MethodChecked nothing = must(method.check({}), "check with no field");
    int required = 0;
    for (const MethodField& field : method.facts().fields) {
      if (!field.required) continue;
      ++required;
      if (!names(nothing, field.name))
        throw Broken{
            fmt::format("the field '{}' is required, and a form without it is taken: name it in a problem", field.name),
            "check with no field"};
    }
    return fmt::format("'{}' asks for {} fields, and each of the {} required ones is missed", method.facts().method,
                       method.facts().fields.size(), required);
  });
  notes.hold("method.entries", [&] {
    const auto library = subject.open(), odd = subject.open(Subject::Runs::odd);
    const MethodPlugin method = must(library.method(subject.id(), subject.setup())),
                       other = must(odd.method(subject.id(), subject.setup()));
    int forms = 0;
    for (const MethodField& field : method.facts().fields)
      for (const std::string& entry : entries()) {
        Fields form;
        for (const MethodField& each : method.facts().fields)
          form.emplace_back(each.name, each.name == field.name ? entry : "x");
        const std::string see =
            fmt::format("check with '{}' = {} bytes beginning '{}'", field.name, entry.size(), entry.substr(0, 20));
        const MethodChecked checked = must(method.check(form), see);
        ++forms;
        if (shown(must(other.check(form), see)) != shown(checked)) throw Broken{"the same form got two answers", see};
        for (const auto& [where, problem] : checked.problems)
          if (entry.size() > 3 && problem.find(entry) != std::string::npos)
            throw Broken{"a problem repeats what was entered: it may be what nobody should see", see};
        if (holds_card_number(checked.masked)) throw Broken{"a card's number is shown", see};
      }
    (void)must(method.offered({}), "offered, of nothing");
    (void)must(method.offered({.amount = *Money::parse("49.00 USD"),
                               .country = "DE",
                               .plan = "growth",
                               .cycle = "monthly",
                               .brand = "visa"}),
               "offered, of 49.00 USD in DE");
    return fmt::format("{} odd forms: none crashed it, none is repeated, no card's number is kept", forms);
  });
}

}  // namespace florin::plugin_check
