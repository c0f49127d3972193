#include "config/tenant/compiler.hpp"

#include <algorithm>

#include "config/decode.hpp"
#include "config/hint.hpp"

namespace florin::config {

void Compiler::credit_policy() {
  catalog_.policy_plugin = file_.credit_policy.plugin.text();
  catalog_.policy_config = json_text(file_.credit_policy.rest.node);
  catalog_.policy_at = rule_at(file_.credit_policy.at);
}

std::string Compiler::number_pattern(const Written<std::string>& written) {
  const std::string& text = written.value;
  const std::size_t prefix = text.find_last_not_of("0123456789") + 1;
  const std::string_view digits = std::string_view(text).substr(prefix);
  const bool first = digits.ends_with('1') && digits.find_first_not_of('0') == digits.size() - 1;
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
  });
  if (!first || !plain || prefix == 0 || text.size() > 32)
    add("bad_number_pattern", "'" + text.substr(0, 40) + "' is no first number such as CL-000001", written.at);
  return text.substr(0, prefix);
}

void Compiler::tax() {
  if (file_.tax.plugin.text() == "none") {
    if (!file_.tax.rest.node.children.empty())
      add("contradiction", "without tax there is nothing to say of it", file_.tax.at);
    return;
  }
  catalog_.tax = TaxRule{.plugin = file_.tax.plugin.text(),
                         .config = json_text(file_.tax.rest.node),
                         .at = rule_at(file_.tax.at),
                         .registers = file_.tax.plugin.text() == "gst_india"};
}

void Compiler::documents() {
  const std::string invoice = number_pattern(file_.documents.invoice);
  if (number_pattern(file_.documents.credit_note) == invoice && !invoice.empty())
    add("contradiction", "invoices and credit notes need different letters, or their numbers would meet",
        file_.documents.credit_note.at);
  catalog_.invoice_numbers = file_.documents.invoice.value;
  catalog_.credit_note_numbers = file_.documents.credit_note.value;
}

}  // namespace florin::config
