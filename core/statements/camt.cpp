#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>

#include "florin/ratio.hpp"
#include "statements/copies.hpp"
#include "statements/statement.hpp"
#include "statements/written.hpp"

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
struct BadCamt {
  Error error;
};

std::vector<const xmlNode*> children(const xmlNode* node, std::string_view name) {
  std::vector<const xmlNode*> all;
  for (const xmlNode* one = node == nullptr ? nullptr : node->children; one != nullptr; one = one->next)
    if (one->type == XML_ELEMENT_NODE && name_of(one) == name) all.push_back(one);
  return all;
}

/// A payment inside an entry, as far as the bank tells it.
struct Part {
  const xmlNode* node = nullptr;
  std::optional<Money> amount;  ///< with its sign; none: not told, or in another currency
  Money charges;                ///< that the bank kept of it
};

class CamtReader {
 public:
  explicit CamtReader(const std::string& file) : file_(file) {}

  Statement read(const xmlNode* root) {
    const std::vector<const xmlNode*> documents = documents_in(root, 0);
    if (documents.empty()) bad(root, "Document", "this is no ISO 20022 document");
    for (const xmlNode* document : documents) messages(document);
    if (!any_) bad(root, "Stmt", "there is no statement in it");
    return std::move(statement_);
  }

 private:
  /// The file itself, or what an envelope of a network or a bank has in it.
  static std::vector<const xmlNode*> documents_in(const xmlNode* node, int depth) {
    constexpr int deepest = 6;
    if (node == nullptr || node->type != XML_ELEMENT_NODE || depth > deepest) return {};
    if (name_of(node) == "Document") return {node};
    std::vector<const xmlNode*> found;
    for (const xmlNode* one = node->children; one != nullptr; one = one->next)
      for (const xmlNode* document : documents_in(one, depth + 1)) found.push_back(document);
    return found;
  }

  void messages(const xmlNode* document) {
    for (const xmlNode* message = document->children; message != nullptr; message = message->next)
      for (const xmlNode* one = message->children; one != nullptr; one = one->next) {
        if (one->type != XML_ELEMENT_NODE) continue;
        const std::string_view name = name_of(one);
        if (name == "Stmt") statement(one, Kind::statement);
        if (name == "Rpt") statement(one, Kind::report);
        if (name == "Ntfctn") statement(one, Kind::notification);
      }
  }

  [[noreturn]] void bad(const xmlNode* node, std::string element, std::string what) const {
    throw BadCamt{{.code = "bad_statement",
                   .message = std::move(what),
                   .at = {.file = file_, .line = node == nullptr ? 0 : line_of(node), .column = 0, .path = element}}};
  }

  void statement(const xmlNode* node, Kind kind) {
    any_ = true;
    statement_.kind = kind;
    account_ = text_of(find(node, "Acct/Id/IBAN"));
    if (account_.empty()) account_ = text_of(find(node, "Acct/Id/Othr/Id"));
    currency_ = text_of(find(node, "Acct/Ccy"));
    const std::string name = text_of(find(node, "Id"));
    const auto entries = children(node, "Ntry");
    const bool proven = adds_up(node, entries);
    copies_.begin(name.empty() ? "" : account_ + "/" + name + "/" + rest_of_name(node), proven);
    for (const xmlNode* one : entries) entry(node, one);
  }

  /// Some banks give all statements of a day one id: page, number and balances tell one from the others.
  std::string rest_of_name(const xmlNode* node) const {
    std::string rest;
    for (const char* path : {"StmtPgntn/PgNb", "RptPgntn/PgNb", "NtfctnPgntn/PgNb", "ElctrncSeqNb", "LglSeqNb"})
      rest += text_of(find(node, path)) + "/";
    for (const xmlNode* one : children(node, "Bal"))
      rest += text_of(find(one, "Tp/CdOrPrtry/Cd")) + text_of(find(one, "Amt")) + "/";
    return rest;
  }

  /// Whether balances prove that each entry is there, and once. False: there are none.
  bool adds_up(const xmlNode* node, const std::vector<const xmlNode*>& entries) const {
    auto opening = balance(node, "OPBD", false);
    if (!opening) opening = balance(node, "PRCD", false);
    const auto closing = balance(node, "CLBD", true);
    Money sum;
    for (const xmlNode* one : entries) {
      const Money whole = signed_amount(one, find(one, "Amt"));
      if (booked(one) && opening && whole.currency() == opening->currency()) sum += whole;
    }
    if (!opening || !closing || opening->currency() != closing->currency()) return false;
    if (*opening + sum != *closing)
      bad(node, "Bal",
          "opening " + opening->text() + " and the lines, " + sum.text() + ", are not the closing " + closing->text() +
              ": lines are missing, or are there twice");
    return true;
  }

  /// Of several of a kind, as a statement of several days may have one a day, the first or the last.
  std::optional<Money> balance(const xmlNode* statement, std::string_view kind, bool last) const {
    const xmlNode* found = nullptr;
    std::string dated;
    for (const xmlNode* one : children(statement, "Bal")) {
      if (text_of(find(one, "Tp/CdOrPrtry/Cd")) != kind) continue;
      std::string day = text_of(find(one, "Dt/Dt"));
      if (day.empty()) day = text_of(find(one, "Dt/DtTm"));
      if (found != nullptr && (last ? day <= dated : dated <= day)) continue;
      found = one;
      dated = std::move(day);
    }
    if (found == nullptr) return std::nullopt;
    return signed_amount(found, find(found, "Amt"));
  }

  /// What a node says without its direction; none: it is no amount.
  static std::optional<Money> amount_of(const xmlNode* amount) {
    const auto currency = amount == nullptr ? Result<Currency>(Error{}) : Currency::parse(attribute(amount, "Ccy"));
    return currency ? decimal_of_xml(text_of(amount), *currency) : std::nullopt;
  }

  /// A reversed credit is written as a debit already.
  Money signed_amount(const xmlNode* of, const xmlNode* amount) const {
    if (amount == nullptr) bad(of, "Amt", "the amount is missing");
    const auto money = amount_of(amount);
    if (!money)
      bad(amount, "Amt", "'" + text_of(amount) + " " + attribute(amount, "Ccy") + "' is no amount such as 1200.00 INR");
    const std::string direction = text_of(find(of, "CdtDbtInd"));
    if (direction != "CRDT" && direction != "DBIT")
      bad(of, "CdtDbtInd", "'" + direction + "' is neither CRDT nor DBIT");
    return direction == "CRDT" ? *money : -*money;
  }

  static bool booked(const xmlNode* entry) {
    std::string status = text_of(find(entry, "Sts/Cd"));
    if (status.empty()) status = text_of(find(entry, "Sts"));
    return status.empty() || status == "BOOK";
  }

  /// Of an entry without a date, the one of its statement.
  Date date(const xmlNode* statement, const xmlNode* entry) const {
    constexpr std::array of_entry = {"ValDt/Dt", "ValDt/DtTm", "BookgDt/Dt", "BookgDt/DtTm"};
    constexpr std::array of_statement = {"FrToDt/ToDtTm", "CreDtTm"};
    const xmlNode* found = nullptr;
    for (const char* path : of_entry) found = found == nullptr ? find(entry, path) : found;
    for (const char* path : of_statement) found = found == nullptr ? find(statement, path) : found;
    if (found == nullptr) bad(entry, "ValDt", "the date is missing");
    const auto parsed = Date::parse(text_of(found).substr(0, 10));
    if (!parsed)
      bad(found, std::string(name_of(found->parent)) + "/" + std::string(name_of(found)),
          "'" + text_of(found) + "' is no date such as 2026-03-10");
    return *parsed;
  }

  /// Everything in which a payer's words may stand, the structured reference first.
  static std::string said(const xmlNode* entry, const xmlNode* detail) {
    std::string text;
    const auto add = [&](const xmlNode* node) {
      const std::string words = one_line(text_of(node));
      if (!words.empty() && words != "NOTPROVIDED") text += (text.empty() ? "" : " | ") + words;
    };
    for (const xmlNode* structured : children(find(detail, "RmtInf"), "Strd")) {
      add(find(structured, "CdtrRefInf/Ref"));
      for (const xmlNode* invoice : children(structured, "RfrdDocInf")) add(find(invoice, "Nb"));
      for (const xmlNode* more : children(structured, "AddtlRmtInf")) add(more);
    }
    add(find(detail, "Refs/EndToEndId"));
    for (const xmlNode* one : children(find(detail, "RmtInf"), "Ustrd")) add(one);
    add(find(detail, "RltdPties/Dbtr/Nm"));
    add(find(detail, "RltdPties/Dbtr/Pty/Nm"));
    for (const xmlNode* one : children(find(detail, "RtrInf"), "AddtlInf")) add(one);
    add(find(detail, "AddtlTxInf"));
    add(find(entry, "AddtlNtryInf"));
    return text;
  }

  /// `NRTI+159+00931`: a type of MT940, and a German code.
  static bool is_returned_by(const std::string& proprietary) {
    constexpr std::size_t type = 4, code = 3;
    const std::string_view told = proprietary;
    return told.starts_with("NRTI") ||
           (told.size() > type && told[type] == '+' && is_return(told.substr(type + 1, code)));
  }

  /// The bank's word for money that comes back or is taken back.
  static bool returned(const xmlNode* entry, const xmlNode* detail) {
    constexpr std::array subfamilies = {"RRTN", "RPCR", "UPDD", "UPCQ", "PRDD", "RCDD", "UPCT"};
    const std::string reversal = text_of(find(entry, "RvslInd"));
    std::string family = text_of(find(detail, "BkTxCd/Domn/Fmly/SubFmlyCd"));
    if (family.empty()) family = text_of(find(entry, "BkTxCd/Domn/Fmly/SubFmlyCd"));
    for (const xmlNode* of : {entry, detail})
      if (is_returned_by(text_of(find(of, "BkTxCd/Prtry/Cd")))) return true;
    return reversal == "true" || reversal == "1" || find(detail, "RtrInf") != nullptr ||
           std::ranges::find(subfamilies, family) != subfamilies.end();
  }

  /// The charges of a detail or an entry that are beside its amount, in the currency of the account.
  static Money charges_of(const xmlNode* node, Currency currency) {
    Money sum(0, currency);
    for (const xmlNode* group : children(node, "Chrgs")) {
      auto records = children(group, "Rcrd");
      if (records.empty()) records = {group};
      for (const xmlNode* record : records) {
        const xmlNode* told = find(record, "Amt");
        const auto amount = amount_of(told != nullptr ? told : find(record, "TtlChrgsAndTaxAmt"));
        if (!amount || amount->currency() != currency) continue;
        sum += text_of(find(record, "CdtDbtInd")) == "CRDT" ? -*amount : *amount;
      }
    }
    return sum;
  }

  static std::vector<Part> parts_of(const xmlNode* entry, Money whole) {
    std::vector<Part> parts;
    for (const xmlNode* group : children(entry, "NtryDtls"))
      for (const xmlNode* detail : children(group, "TxDtls")) {
        Part part{.node = detail, .amount = std::nullopt, .charges = charges_of(detail, whole.currency())};
        for (const char* path : {"Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"}) {
          const auto amount = amount_of(find(detail, path));
          if (part.amount || !amount || amount->currency() != whole.currency()) continue;
          const std::string direction = text_of(find(detail, "CdtDbtInd"));
          const bool went = direction.empty() ? whole.negative() : direction == "DBIT";
          part.amount = went ? -*amount : *amount;
        }
        parts.push_back(part);
      }
    return parts;
  }

  /// What the bank kept of the parts: nothing, or just the charges that it names. None: the parts are not the entry.
  static std::optional<Money> kept_by_bank(const xmlNode* entry, const std::vector<Part>& parts, Money whole) {
    Money sum(0, whole.currency()), charges = charges_of(entry, whole.currency());
    for (const Part& part : parts) {
      if (!part.amount) return std::nullopt;
      sum += *part.amount;
      charges += part.charges;
    }
    if (sum == whole) return Money(0, whole.currency());
    return sum - charges == whole ? std::optional(charges) : std::nullopt;
  }

  /// How many payments the bank says that the entry is of; 0: it does not.
  static std::size_t told_count(const xmlNode* entry) {
    std::size_t count = 0;
    for (const xmlNode* group : children(entry, "NtryDtls")) {
      const std::string told = text_of(find(group, "Btch/NbOfTxs"));
      if (!told.empty() && told.size() < 10 && told.find_first_not_of("0123456789") == std::string::npos)
        count += std::stoul(told);
    }
    return count;
  }

  void push(Line line) {
    copies_.number(line);
    statement_.lines.push_back(std::move(line));
  }

  void entry(const xmlNode* statement, const xmlNode* node) {
    const Money whole = signed_amount(node, find(node, "Amt"));
    const std::vector<Part> parts = parts_of(node, whole);
    Line line;
    line.at = line_of(node);
    line.account = account_;
    line.currency = currency_;
    line.dated = date(statement, node);
    line.booked = booked(node);
    line.entry = line.amount = whole;
    line.id = id_of(text_of(find(node, "AcctSvcrRef")));
    if (line.id.empty()) line.id = id_of(text_of(find(node, "NtryRef")));
    if (line.id.empty() && parts.size() == 1) line.id = id_of(text_of(find(parts.front().node, "Refs/AcctSvcrRef")));
    if (parts.size() == 1) line.end_to_end = id_of(one_line(text_of(find(parts.front().node, "Refs/EndToEndId"))));
    copies_.begin_entry();
    const bool complete = told_count(node) <= std::max<std::size_t>(parts.size(), 1);
    const auto kept = complete ? kept_by_bank(node, parts, whole) : std::nullopt;
    if (kept && !parts.empty()) return split(line, node, parts, *kept);
    const xmlNode* only = parts.empty() ? nullptr : parts.front().node;
    line.text = said(node, only);
    line.returned = returned(node, only);
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (const std::string words = said(nullptr, parts[i].node); !words.empty())
        line.text += (line.text.empty() ? "" : " | ") + words;
      line.returned = line.returned || returned(nullptr, parts[i].node);
    }
    if (!complete || parts.size() > 1)
      line.for_staff =
          "the bank's entry is of several payments, whose amounts it does not give, or not so that they "
          "are the entry's";
    push(std::move(line));
  }

  void split(const Line& whole, const xmlNode* node, const std::vector<Part>& parts, Money kept) {
    for (const Part& one : parts) {
      Line line = whole;
      line.at = line_of(parts.size() == 1 ? node : one.node);
      line.amount = *one.amount;
      line.text = said(node, one.node);
      line.returned = returned(node, one.node);
      push(std::move(line));
    }
    if (kept.is_zero()) return;
    Line charges = whole;
    charges.amount = -kept;
    charges.text = "charges of the bank";
    push(std::move(charges));
  }

  const std::string& file_;
  std::string account_, currency_;
  Copies copies_;
  Statement statement_;
  bool any_ = false;
};

Error bad_xml(std::string what, const std::string& file, int line) {
  while (what.ends_with('\n')) what.pop_back();
  return {
      .code = "bad_xml", .message = std::move(what), .at = {.file = file, .line = static_cast<std::uint32_t>(line)}};
}

void say_nothing(void*, const char*, ...) {}

/// No network, no entities of its own, and the library's limits on depth and size stay on. It is read piece by piece,
/// for the library compares each attribute of an element with all others: an element that goes on for 64 KiB is
/// refused.
Result<Document> parse(std::string_view bytes, const std::string& file) {
  constexpr std::size_t piece = std::size_t(16) << 10;
  constexpr long longest_element = 64L << 10;
  const std::unique_ptr<xmlParserCtxt, decltype(&xmlFreeParserCtxt)> parser(
      xmlCreatePushParserCtxt(nullptr, nullptr, nullptr, 0, nullptr), &xmlFreeParserCtxt);
  if (parser == nullptr) return bad_xml("there is no memory to read it", file, 0);
  // What it has no parser to say of, as of a character set, it would print: nothing here writes on standard error.
  xmlSetGenericErrorFunc(nullptr, &say_nothing);
  xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  bool goes_on = false;
  for (std::string_view rest = bytes; !rest.empty() && parser->wellFormed != 0 && !goes_on;) {
    const std::string_view next = rest.substr(0, piece);
    rest.remove_prefix(next.size());
    xmlParseChunk(parser.get(), next.data(), static_cast<int>(next.size()), 0);
    goes_on = parser->input != nullptr && parser->input->end - parser->input->cur > longest_element;
  }
  if (!goes_on) xmlParseChunk(parser.get(), nullptr, 0, 1);
  Document document(parser->myDoc, &xmlFreeDoc);
  parser->myDoc = nullptr;
  if (goes_on) return bad_xml("an element of more than 64 KiB", file, parser->input->line);
  if (parser->wellFormed == 0 || document == nullptr)
    return bad_xml(parser->lastError.message == nullptr ? "this is no XML" : parser->lastError.message, file,
                   parser->lastError.line);
  return document;
}

}  // namespace

Result<Statement> read_camt(std::string_view bytes, const std::string& file) {
  constexpr std::size_t most = 64U << 20;
  if (bytes.empty() || bytes.size() > most)
    return Error{.code = "bad_statement", .message = "a statement has 1 byte to 64 MiB", .at = {.file = file}};
  auto parsed = parse(bytes, file);
  if (!parsed) return parsed.error();
  const Document document = *std::move(parsed);
  if (document->intSubset != nullptr || document->extSubset != nullptr)
    return Error{
        .code = "bad_xml", .message = "a statement declares no document type of its own", .at = {.file = file}};
  try {
    return CamtReader(file).read(xmlDocGetRootElement(document.get()));
  } catch (BadCamt& bad) {
    return std::move(bad.error);
  } catch (const ArithmeticError& error) {
    return Error{.code = "bad_statement", .message = error.what(), .at = {.file = file}};
  }
}

}  // namespace florin::statements
