#include <libxml/parser.h>
#include <libxml/tree.h>

#include <memory>
#include <optional>

#include "florin/ratio.hpp"
#include "statements/statement.hpp"

namespace florin::statements {

namespace {

using Document = std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)>;

std::string_view name_of(const xmlNode* node) { return reinterpret_cast<const char*>(node->name); }

const xmlNode* child(const xmlNode* node, std::string_view name) {
  for (const xmlNode* one = node == nullptr ? nullptr : node->children; one != nullptr; one = one->next)
    if (one->type == XML_ELEMENT_NODE && name_of(one) == name) return one;
  return nullptr;
}

/// `Acct/Id/IBAN`, by local names.
const xmlNode* find(const xmlNode* node, std::string_view path) {
  while (node != nullptr && !path.empty()) {
    const std::size_t slash = path.find('/');
    node = child(node, path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return node;
}

std::string text_of(const xmlNode* node) {
  if (node == nullptr) return {};
  const std::unique_ptr<xmlChar, decltype(xmlFree)> content(xmlNodeGetContent(node), xmlFree);
  std::string text = content ? reinterpret_cast<const char*>(content.get()) : "";
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

std::string attribute(const xmlNode* node, const char* name) {
  const std::unique_ptr<xmlChar, decltype(xmlFree)> value(xmlGetProp(node, reinterpret_cast<const xmlChar*>(name)),
                                                          xmlFree);
  return value ? reinterpret_cast<const char*>(value.get()) : "";
}

std::uint32_t line_of(const xmlNode* node) { return static_cast<std::uint32_t>(xmlGetLineNo(node)); }

/// Thrown inside this file only; read_camt answers it.
struct Bad {
  Error error;
};

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  Statement read(const xmlNode* root) {
    if (root == nullptr || name_of(root) != "Document") bad(root, "Document", "this is no ISO 20022 document");
    for (const xmlNode* message = root->children; message != nullptr; message = message->next)
      for (const xmlNode* one = message->children; one != nullptr; one = one->next) {
        if (one->type != XML_ELEMENT_NODE) continue;
        const std::string_view name = name_of(one);
        if (name == "Stmt" || name == "Rpt" || name == "Ntfctn") statement(one);
      }
    if (!any_) bad(root, "Stmt", "there is no statement in it");
    return std::move(statement_);
  }

 private:
  [[noreturn]] void bad(const xmlNode* node, std::string element, std::string what) const {
    throw Bad{{.code = "bad_statement",
               .message = element + ": " + std::move(what),
               .at = {.file = file_, .line = node == nullptr ? 0 : line_of(node), .column = 0, .path = element}}};
  }

  void statement(const xmlNode* node) {
    any_ = true;
    std::string account = text_of(find(node, "Acct/Id/IBAN"));
    if (account.empty()) account = text_of(find(node, "Acct/Id/Othr/Id"));
    if (!statement_.account.empty() && account != statement_.account)
      bad(node, "Acct", "two accounts in one file: load a file for each");
    statement_.account = account;
    Money sum;
    for (const xmlNode* one = node->children; one != nullptr; one = one->next)
      if (one->type == XML_ELEMENT_NODE && name_of(one) == "Ntry") sum += entry(one);
    const auto opening = balance(node, {"OPBD", "PRCD"}), closing = balance(node, {"CLBD"});
    if (opening && closing && *opening + sum != *closing)
      bad(node, "Bal",
          "opening " + opening->text() + " and the lines, " + sum.text() + ", are not the closing " + closing->text() +
              ": lines are missing, or are there twice");
  }

  std::optional<Money> balance(const xmlNode* statement, std::initializer_list<std::string_view> kinds) const {
    for (const xmlNode* one = statement->children; one != nullptr; one = one->next) {
      if (one->type != XML_ELEMENT_NODE || name_of(one) != "Bal") continue;
      const std::string kind = text_of(find(one, "Tp/CdOrPrtry/Cd"));
      for (const std::string_view wanted : kinds)
        if (kind == wanted) return signed_amount(one, find(one, "Amt"), false);
    }
    return std::nullopt;
  }

  Money signed_amount(const xmlNode* of, const xmlNode* amount, bool reversal) const {
    if (amount == nullptr) bad(of, "Amt", "the amount is missing");
    const std::string written = text_of(amount) + " " + attribute(amount, "Ccy");
    const auto money = Money::parse(written);
    if (!money || money->negative()) bad(amount, "Amt", "'" + written + "' is no amount such as 1200.00 INR");
    const std::string direction = text_of(find(of, "CdtDbtInd"));
    if (direction != "CRDT" && direction != "DBIT")
      bad(of, "CdtDbtInd", "'" + direction + "' is neither CRDT nor DBIT");
    (void)reversal;  // a reversed credit is written as a debit already
    return direction == "CRDT" ? *money : -*money;
  }

  Date date(const xmlNode* entry) const {
    for (const char* path : {"ValDt/Dt", "ValDt/DtTm", "BookgDt/Dt", "BookgDt/DtTm"})
      if (const xmlNode* node = find(entry, path)) {
        const auto parsed = Date::parse(text_of(node).substr(0, 10));
        if (!parsed) bad(node, path, "'" + text_of(node) + "' is no date such as 2026-03-10");
        return *parsed;
      }
    bad(entry, "ValDt", "the date is missing");
  }

  /// Everything in which a payer's words may stand, the structured reference first.
  static std::string said(const xmlNode* entry, const xmlNode* detail) {
    std::string text;
    const auto add = [&](const xmlNode* node) {
      const std::string words = text_of(node);
      if (!words.empty() && words != "NOTPROVIDED") text += (text.empty() ? "" : " | ") + words;
    };
    add(find(detail, "RmtInf/Strd/CdtrRefInf/Ref"));
    add(find(detail, "Refs/EndToEndId"));
    if (const xmlNode* info = find(detail, "RmtInf"))
      for (const xmlNode* one = info->children; one != nullptr; one = one->next)
        if (one->type == XML_ELEMENT_NODE && name_of(one) == "Ustrd") add(one);
    add(find(detail, "RltdPties/Dbtr/Nm"));
    add(find(detail, "RltdPties/Dbtr/Pty/Nm"));
    add(find(entry, "AddtlNtryInf"));
    return text;
  }

  /// Returns what of the entry is in the books of the bank.
  Money entry(const xmlNode* node) {
    const Money whole = signed_amount(node, find(node, "Amt"), text_of(find(node, "RvslInd")) == "true");
    std::string status = text_of(find(node, "Sts/Cd"));
    if (status.empty()) status = text_of(find(node, "Sts"));
    Line line;
    line.at = line_of(node);
    line.dated = date(node);
    line.booked = status.empty() || status == "BOOK";
    std::string id = text_of(find(node, "AcctSvcrRef"));
    if (id.empty()) id = text_of(find(node, "NtryRef"));
    std::vector<const xmlNode*> details;
    for (const xmlNode* group = node->children; group != nullptr; group = group->next)
      for (const xmlNode* one = group->type == XML_ELEMENT_NODE && name_of(group) == "NtryDtls" ? group->children
                                                                                                : nullptr;
           one != nullptr; one = one->next)
        if (one->type == XML_ELEMENT_NODE && name_of(one) == "TxDtls") details.push_back(one);
    if (details.size() < 2) {
      const xmlNode* detail = details.empty() ? nullptr : details.front();
      line.amount = whole;
      line.id = id.empty() ? text_of(find(detail, "Refs/AcctSvcrRef")) : id;
      line.text = said(node, detail);
      statement_.lines.push_back(std::move(line));
      return statement_.lines.back().booked ? whole : Money(0, whole.currency());
    }
    Money sum(0, whole.currency());
    for (std::size_t i = 0; i < details.size(); ++i) {
      Line part = line;
      part.at = line_of(details[i]);
      const xmlNode* amount = find(details[i], "Amt");
      if (amount == nullptr) amount = find(details[i], "AmtDtls/TxAmt/Amt");
      if (amount == nullptr) bad(details[i], "TxDtls/Amt", "a batch needs the amount of each of its details");
      const auto money = Money::parse(text_of(amount) + " " + attribute(amount, "Ccy"));
      if (!money || money->currency() != whole.currency())
        bad(amount, "TxDtls/Amt", "'" + text_of(amount) + "' is no amount of the entry's currency");
      part.amount = whole.negative() ? -*money : *money;
      part.id = text_of(find(details[i], "Refs/AcctSvcrRef"));
      if ((part.id.empty() || part.id == id) && !id.empty()) part.id = id + "/" + std::to_string(i + 1);
      part.text = said(node, details[i]);
      sum += part.amount;
      statement_.lines.push_back(std::move(part));
    }
    if (sum != whole) bad(node, "TxDtls", "the details, " + sum.text() + ", are not the entry's " + whole.text());
    return line.booked ? whole : Money(0, whole.currency());
  }

  const std::string& file_;
  Statement statement_;
  bool any_ = false;
};

}  // namespace

Result<Statement> read_camt(std::string_view bytes, const std::string& file) {
  constexpr std::size_t most = 64U << 20;
  if (bytes.empty() || bytes.size() > most)
    return Error{.code = "bad_statement", .message = "a statement has 1 byte to 64 MiB", .at = {.file = file}};
  const std::unique_ptr<xmlParserCtxt, decltype(&xmlFreeParserCtxt)> parser(xmlNewParserCtxt(), &xmlFreeParserCtxt);
  // No network, no entities of its own, and the library's limits on depth and size stay on.
  const Document document(xmlCtxtReadMemory(parser.get(), bytes.data(), static_cast<int>(bytes.size()), nullptr,
                                            nullptr, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING),
                          &xmlFreeDoc);
  if (!document) {
    std::string what = parser->lastError.message == nullptr ? "this is no XML" : parser->lastError.message;
    while (what.ends_with('\n')) what.pop_back();
    return Error{.code = "bad_xml",
                 .message = what,
                 .at = {.file = file, .line = static_cast<std::uint32_t>(parser->lastError.line)}};
  }
  if (document->intSubset != nullptr || document->extSubset != nullptr)
    return Error{
        .code = "bad_xml", .message = "a statement declares no document type of its own", .at = {.file = file}};
  try {
    Statement statement = Reader(file).read(xmlDocGetRootElement(document.get()));
    count_equal(statement);
    return statement;
  } catch (Bad& bad) {
    return std::move(bad.error);
  } catch (const ArithmeticError& error) {
    return Error{.code = "bad_statement", .message = error.what(), .at = {.file = file}};
  }
}

}  // namespace florin::statements
