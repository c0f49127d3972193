#include <cstdio>
#include <string>

#include "../folder.hpp"

/// loads FOLDER: the template's plugin lies there, built outside the tree, and decides as its README says.
int main(int count, char** words) {
  using namespace florin;
  const auto fail = [](const std::string& what) { return std::fprintf(stderr, "%s\n", what.c_str()), 1; };
  if (count != 2) return fail("loads FOLDER");
  const test::Folder copies;
  const auto library = PluginLibrary::open({.folders = {words[1]}, .copies = copies.path / "copies", .pins = {}});
  if (!library) return fail(library.error().message);
  const auto policy = library->credit_policy("my_plugin", {.tenant = "acme", .config_json = R"({"priority":"3"})"});
  if (!policy) return fail(policy.error()[0].message);
  const auto answer =
      policy->decide({.kind = MomentKind::period_paid, .includes = {{*CreditType::parse("sms"), {500}}}});
  if (!answer || answer->decisions.size() != 1) return fail("it does not answer with one grant");
  if (answer->decisions[0].amount.units != 500 || answer->decisions[0].priority != 3)
    return fail("it grants something else");
  const auto wrong = library->credit_policy("my_plugin", {.tenant = "acme", .config_json = R"({"prority":"3"})"});
  if (wrong || wrong.error()[0].at.path != "/prority") return fail("a word that it does not know is taken");
}
