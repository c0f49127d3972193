#include "host/document_page.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "answers/parts.hpp"
#include "documents/words.hpp"
#include "florin/printable.hpp"

namespace florin {

namespace {

constexpr std::array eu = {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR",
                           "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"};

/// What joins letters or keeps them apart is part of how Hindi and Persian are written, and of some emoji: behind such
/// a letter it stays.
std::string with_joiners(std::string_view text) {
  std::string line;
  std::size_t from = 0;
  for (std::size_t at = 1; at + 2 < text.size(); ++at) {
    const std::string_view joiner = text.substr(at, 3);
    const bool behind_a_letter = (static_cast<unsigned char>(text[at - 1]) & 0x80U) != 0;
    if (!behind_a_letter || at < from || (joiner != "\xe2\x80\x8c" && joiner != "\xe2\x80\x8d")) continue;
    (line += printable(text.substr(from, at - from))) += joiner;
    from = at + joiner.size();
  }
  return line + printable(text.substr(from));
}

/// One line that turns no direction of writing; of what is endless, the beginning.
std::string shown_text(std::string_view text) {
  constexpr std::size_t most = 2'000;  // more than a text about a person may have
  std::string line = with_joiners(text);
  if (line.size() <= most) return line;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
  return line.substr(0, end) + "…";
}

/// The language of the document, and the tenant's words in it.
struct Said {
  const config::Presentation& shown;
  const documents::Words& words;
  const Calendar& calendar;

  std::string amount(const Money& money) const { return documents::amount_in(words, money.text()); }
  std::string day(Instant at) const {
    const Date date = calendar.date(at);
    return documents::day_in(words, date.year, date.month, date.day);
  }
};

std::string text(std::string_view word) { return std::string(word); }

bool is_id(std::string_view word) {
  return !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == word.npos;
}

/// A line of an order in the tenant's own words: `growth, monthly` is `Growth, monthly`.
std::string in_words(const std::string& text, const Said& said) {
  const config::Presentation& shown = said.shown;
  std::string out;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(", ", from), text.size());
    const std::string word = text.substr(from, end - from);
    const bool named = std::ranges::any_of(shown.names, [&](const auto& one) { return one.first == word; });
    const std::size_t blank = word.find(' ');
    const std::string behind = blank == std::string::npos ? std::string() : word.substr(blank + 1);
    const bool counted = blank != std::string::npos && word.find_first_not_of("0123456789.") == blank;
    const bool unit = counted && std::ranges::any_of(shown.names, [&](const auto& one) { return one.first == behind; });
    if (from > 0) out += ", ";
    if (named || (from == 0 && is_id(word)))
      out += shown.name_of(word);
    else if (unit)
      out += word.substr(0, blank + 1) + shown.name_of(behind);
    else
      out += documents::line_part_in(said.words, word, [&](std::string_view id) { return shown.name_of(id); });
    from = end + 2;
  }
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return shown_text(out);
}

PageParty seller_on(const config::Seller& seller, const documents::Words& words) {
  PageParty party{.name = shown_text(seller.name), .lines = {}};
  if (!seller.trading_as.empty() && seller.trading_as != seller.name)
    party.lines.push_back(documents::filled(words.trading_as, {shown_text(seller.trading_as)}));
  for (const std::string& line : seller.address) party.lines.push_back(shown_text(line));
  for (const auto& id : seller.tax_ids) {
    std::string kind = id.kind;
    std::ranges::transform(kind, kind.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    party.lines.push_back(shown_text(kind + " " + id.id));
  }
  if (!seller.registered.empty()) party.lines.push_back(shown_text(seller.registered));
  if (!seller.contact.empty()) party.lines.push_back(shown_text(seller.contact));
  return party;
}

PageParty buyer_on(const Account& account, const Issued& issued, const std::vector<Word>& buyer,
                   const documents::Words& words) {
  const std::string company = word_of(buyer, "company"), name = word_of(buyer, "name");
  PageParty party{.name = shown_text(!company.empty() ? company
                                     : !name.empty()  ? name
                                                      : account.id.text()),
                  .lines = {}};
  if (!company.empty() && !name.empty()) party.lines.push_back(shown_text(name));
  for (const char* word : {"address", "address_2"})
    if (const std::string line = word_of(buyer, word); !line.empty()) party.lines.push_back(shown_text(line));
  std::string city = word_of(buyer, "postcode");
  if (const std::string town = word_of(buyer, "city"); !town.empty()) city += (city.empty() ? "" : " ") + town;
  if (!city.empty()) party.lines.push_back(shown_text(city));
  const std::string country = word_of(buyer, "country").empty() ? issued.country : word_of(buyer, "country");
  const std::string state = word_of(buyer, "state").empty() ? issued.state : word_of(buyer, "state");
  if (!country.empty()) party.lines.push_back(shown_text(state.empty() ? country : state + ", " + country));
  if (const std::string id = word_of(buyer, "tax_id"); !id.empty())
    party.lines.push_back(shown_text(documents::filled(words.tax_id, {id})));
  return party;
}

std::string title_of(const Issued& issued, const Said& said) {
  const documents::Words& words = said.words;
  if (issued.kind == "credit_note") return text(words.credit_note);
  if (issued.kind == "receipt") return text(words.receipt);
  if (issued.kind == "pro_forma") return text(words.pro_forma);
  if (!said.shown.title.empty()) return said.shown.title;
  return text(said.shown.tax_plugin == "gst_india" ? words.tax_invoice : words.invoice);
}

std::string paid_with(const Issued& issued, const config::Presentation& shown) {
  if (issued.brand.empty()) return shown_text(issued.masked);
  // A processor's own masked text often begins with the brand.
  std::string_view masked = issued.masked;
  if (masked.starts_with(issued.brand)) masked.remove_prefix(std::min(masked.size(), issued.brand.size() + 1));
  return shown_text(shown.name_of(issued.brand) + (masked.empty() ? "" : " " + std::string(masked)));
}

/// Source   CGST rule 46 (g)
std::string code_on(const config::Presentation& shown, const std::string& line) {
  const std::string code = shown.code_of(line);
  return code.empty() ? code : "HSN/SAC " + code;
}

void add_items(DocumentPage& page, const std::vector<Line>& lines, const Said& said) {
  for (const Line& line : lines) {
    const bool whole = line.quantity > 0 && line.amount.minor() % line.quantity == 0;
    const Money each(whole ? line.amount.minor() / line.quantity : line.amount.minor(), line.amount.currency());
    page.items.push_back({.text = in_words(line.text, said),
                          .note = code_on(said.shown, line.text),
                          .quantity = std::to_string(line.quantity),
                          .price = whole ? said.amount(each) : std::string(),
                          .net = said.amount(line.amount)});
  }
}

void add_sums(DocumentPage& page, const Money& net, const std::vector<Tax>& taxes, const Money& total,
              const Said& said) {
  page.sums.push_back({text(said.words.net), said.amount(net)});
  for (const Tax& tax : taxes)
    page.sums.push_back(
        {documents::filled(said.words.tax_on, {shown_text(tax.name), said.amount(tax.base)}), said.amount(tax.amount)});
  page.sums.push_back({text(said.words.total), said.amount(total), true});
}

/// Bank details: of an open order what its processor gave for it, else the seller's own.
std::vector<PageRow> pay_to(const Order& order, bool open, const Said& said) {
  const config::Presentation& shown = said.shown;
  std::vector<PageRow> rows;
  for (const Attempt& attempt : order.attempts) {
    boost::system::error_code failed;
    const auto action = boost::json::parse(attempt.action.empty() ? "null" : attempt.action, failed);
    if (!open || failed || !attempt.open() || !action.is_object()) continue;
    const auto* fields = action.as_object().if_contains("fields");
    if (fields == nullptr || !fields->is_object()) continue;
    for (const auto& [name, value] : fields->as_object())
      if (value.is_string()) rows.push_back({shown.name_of(name), shown_text(std::string(value.as_string()))});
    if (!rows.empty()) return rows;
  }
  if (shown.seller)
    for (const auto& [name, value] : shown.seller->pay_to) rows.push_back({shown.name_of(name), shown_text(value)});
  if (!rows.empty())
    rows.push_back({text(said.words.transfer_reference),
                    documents::filled(said.words.order_reference, {std::to_string(order.id.value)})});
  return rows;
}

void about_order(DocumentPage& page, const Issued& issued, const Order& order, const std::vector<Word>& buyer,
                 const Said& said) {
  const documents::Words& words = said.words;
  page.about.push_back({text(words.issued), said.day(issued.at)});
  if (order.period_from && order.period_to)
    page.about.push_back({text(words.supply), said.day(*order.period_from) + " – " + said.day(*order.period_to)});
  page.about.push_back({text(words.order), std::to_string(order.id.value)});
  if (const std::string po = word_of(buyer, "purchase_order"); !po.empty())
    page.about.push_back({text(words.purchase_order), shown_text(po)});
  if (said.shown.tax_plugin == "gst_india" && issued.kind != "receipt") {
    page.about.push_back({text(words.place_of_supply),
                          shown_text(issued.state.empty() ? issued.country : issued.state + ", " + issued.country)});
    page.about.push_back({text(words.reverse_charge), text(words.no)});
  }
  if (!issued.registered) return;
  page.about.push_back({text(words.irn), issued.registered->irn});
  page.about.push_back(
      {text(words.acknowledged),
       documents::filled(words.acknowledged_on, {issued.registered->ack_no, said.day(issued.registered->ack_at)})});
  page.qr = issued.registered->qr;
}

void invoice_on(DocumentPage& page, const Issued& issued, const Order& order, const Said& said) {
  const documents::Words& words = said.words;
  add_items(page, order.lines, said);
  add_sums(page, order.net(), order.taxes, order.total, said);
  if (!order.account_money.is_zero())
    page.sums.push_back({text(words.paid_from_balance), said.amount(order.account_money)});
  if (issued.paid) {
    const std::string by = paid_with(issued, said.shown), on = said.day(issued.at);
    page.notes.push_back(by.empty() ? documents::filled(words.paid, {on}) : documents::filled(words.paid_by, {on, by}));
    return;
  }
  page.about.push_back({text(words.due), issued.due == never ? text(words.on_receipt) : said.day(issued.due)});
  page.pay_to = pay_to(order, issued.kind == "pro_forma", said);
}

void credit_note_on(DocumentPage& page, const Account& account, const Issued& issued, const Order& order,
                    const Said& said, std::optional<Instant> invoice_issued) {
  const auto refund = std::ranges::find(account.refunds, issued.refund, &Refund::id);
  if (refund == account.refunds.end()) return;
  const std::string issued_on = invoice_issued ? ", " + said.day(*invoice_issued) : std::string();
  page.about.push_back({text(said.words.for_invoice), shown_text(order.invoice) + issued_on});
  const std::string what = order.lines.empty() ? text(said.words.order) : in_words(order.lines.front().text, said);
  page.items.push_back({.text = documents::filled(said.words.refund, {what}),
                        .note = order.lines.empty() ? std::string() : code_on(said.shown, order.lines.front().text),
                        .quantity = "1",
                        .price = said.amount(refund->net()),
                        .net = said.amount(refund->net())});
  add_sums(page, refund->net(), refund->taxes, refund->amount, said);
  if (!refund->reason.empty()) page.notes.push_back(documents::filled(said.words.reason, {shown_text(refund->reason)}));
}

void receipt_on(DocumentPage& page, const Issued& issued, const Order& order, const Said& said) {
  const documents::Words& words = said.words;
  const auto attempt = std::ranges::find(order.attempts, issued.attempt, &Attempt::number);
  const Money paid = attempt == order.attempts.end() ? order.asked() : attempt->amount;
  page.sums.push_back({documents::filled(words.paid_on, {said.day(issued.at)}), said.amount(paid), true});
  if (!order.invoice.empty()) page.about.push_back({text(words.invoice), shown_text(order.invoice)});
  if (attempt != order.attempts.end()) {
    if (const std::string by = paid_with(issued, said.shown); !by.empty())
      page.about.push_back({text(words.paid_with), by});
    if (!attempt->ref.empty()) page.about.push_back({text(words.reference), shown_text(attempt->ref)});
  }
  page.notes.push_back(text(words.no_invoice_but_receipt));
}

/// The paper, who sells, and what stands at the foot of each page.
void sheet_on(DocumentPage& page, const Said& said) {
  const config::Presentation& shown = said.shown;
  const bool american = shown.seller && (shown.seller->country == "US" || shown.seller->country == "CA");
  page.paper = !shown.paper.empty() ? shown.paper : american ? "letter" : "a4";
  if (shown.seller) page.seller = seller_on(*shown.seller, said.words);
  page.footer =
      shown_text(shown.footer.empty() && shown.seller
                     ? shown.seller->name + (shown.seller->contact.empty() ? "" : " · " + shown.seller->contact)
                     : shown.footer);
}

std::string in_words(const StatementEntry& entry, const documents::Words& words) {
  const auto numbered = [&](std::string_view what) {
    return entry.number.empty() ? text(what) : text(what) + " " + shown_text(entry.number);
  };
  const std::string order = entry.order.value == 0
                                ? std::string()
                                : ", " + documents::filled(words.order_reference, {std::to_string(entry.order.value)});
  if (entry.kind == "invoice") return numbered(words.invoice);
  if (entry.kind == "credit_note") return numbered(words.credit_note);
  if (entry.kind == "payment") return numbered(words.payment) + order;
  if (entry.kind == "payment_returned") return numbered(words.payment_returned) + order;
  if (entry.kind == "refund") return text(words.refund_paid) + order;
  if (entry.kind == "refund_returned") return text(words.refund_returned) + order;
  if (entry.kind == "withheld_tax") return text(words.withheld_tax) + order;
  if (entry.kind == "written_off") return text(words.written_off) + order;
  if (entry.kind == "written_back") return text(words.written_back) + order;
  return text(words.correction) + order;
}

}  // namespace

std::string word_of(const std::vector<Word>& words, std::string_view name) {
  const auto found = std::ranges::find(words, name, &Word::name);
  return found == words.end() ? std::string() : found->value;
}

std::vector<Lacking> lacking_in(const config::Presentation& shown) {
  const std::string file = shown.file.empty() ? std::string("the tenant's file") : shown.file;
  if (!shown.seller) return {{"seller", "a block `seller:` in " + file}};
  std::vector<Lacking> lacking;
  if (shown.seller->name.empty()) lacking.push_back({"seller.name", "seller.name in " + file});
  if (shown.seller->address.empty()) lacking.push_back({"seller.address", "seller.address in " + file});
  const auto has = [&](std::string_view kind) {
    return std::ranges::any_of(shown.seller->tax_ids, [&](const auto& id) { return id.kind == kind; });
  };
  if (shown.tax_plugin == "gst_india" && !has("gstin"))
    lacking.push_back({"seller.tax_ids", "seller.tax_ids with kind gstin in " + file});
  if (std::ranges::find(eu, shown.seller->country) != eu.end() && !has("vat"))
    lacking.push_back({"seller.tax_ids", "seller.tax_ids with kind vat in " + file});
  return lacking;
}

std::vector<Lacking> lacking_in(const Issued& issued, const Account& account, const config::Presentation& shown,
                                const std::vector<Word>& buyer) {
  std::vector<Lacking> lacking = lacking_in(shown);
  if (issued.kind == "receipt" || issued.kind == "pro_forma" || !shown.seller) return lacking;
  const bool india = shown.tax_plugin == "gst_india";
  const bool european = std::ranges::find(eu, shown.seller->country) != eu.end();
  const std::string where = "the billing details of account " + account.id.text() + " (set_billing, personal_data.";
  const bool named = !word_of(buyer, "name").empty() || !word_of(buyer, "company").empty();
  if ((india || european) && !named) lacking.push_back({"buyer.name", where + "name)"});
  const Order* order = account.order(issued.order);
  const bool large = order != nullptr && order->total.minor() >= 5'000'000;  // 50,000.00 INR
  const bool needs_address = european || (india && (large || !word_of(buyer, "tax_id").empty()));
  if (needs_address && word_of(buyer, "address").empty()) lacking.push_back({"buyer.address", where + "address)"});
  if (india && issued.country == "IN" && issued.state.empty())
    lacking.push_back({"buyer.state", "the billing state of account " + account.id.text() + " (set_billing)"});
  return lacking;
}

std::string as_text(const std::vector<Lacking>& lacking) {
  std::string text;
  for (const Lacking& one : lacking) text += (text.empty() ? "" : "; ") + one.field + ": set " + one.where;
  return text;
}

std::string language_of_document(const config::Presentation& shown, const std::vector<Word>& buyer) {
  const std::string own = word_of(buyer, "language");
  const bool of_pages = std::ranges::find(shown.languages, own) != shown.languages.end();
  if (of_pages && documents::writes_documents_in(own)) return own;
  if (!shown.document_language.empty()) return shown.document_language;
  const std::string& first = shown.languages.front();
  return documents::writes_documents_in(first) ? first : std::string("en");
}

DocumentPage page_of(const std::string& number, const Issued& issued, const Account& account,
                     const config::Presentation& shown, const std::vector<Word>& buyer, const Calendar& calendar,
                     std::optional<Instant> invoice_issued) {
  DocumentPage page;
  page.language = language_of_document(shown, buyer);
  const Said said{.shown = shown, .words = documents::words_in(page.language), .calendar = calendar};
  page.kind = issued.kind;
  page.title = title_of(issued, said);
  page.number = shown_text(number);
  if (issued.kind == "pro_forma" || issued.kind == "receipt")
    page.number = documents::filled(said.words.for_order, {std::to_string(issued.order.value)});
  page.issued_at = issued.at;
  sheet_on(page, said);
  page.buyer_title = text(said.words.billed_to);
  page.buyer = buyer_on(account, issued, buyer, said.words);
  const Order* order = account.order(issued.order);
  if (order == nullptr) return page;
  about_order(page, issued, *order, buyer, said);
  if (issued.kind == "credit_note") credit_note_on(page, account, issued, *order, said, invoice_issued);
  if (issued.kind == "receipt") receipt_on(page, issued, *order, said);
  if (issued.kind == "invoice" || issued.kind == "pro_forma") invoice_on(page, issued, *order, said);
  if (issued.kind == "pro_forma") page.notes.push_back(text(said.words.no_invoice_but_pro_forma));
  return page;
}

DocumentPage page_of(const AccountStatement& statement, const Account& account, const config::Presentation& shown,
                     const std::vector<Word>& buyer, const Calendar& calendar, Instant now) {
  DocumentPage page;
  page.kind = "account_statement";
  page.language = language_of_document(shown, buyer);
  const Said said{.shown = shown, .words = documents::words_in(page.language), .calendar = calendar};
  const documents::Words& words = said.words;
  const auto day = [&](const Date& date) { return documents::day_in(words, date.year, date.month, date.day); };
  page.title = text(words.account_statement);
  page.number = day(statement.from) + " – " + day(statement.to);
  page.issued_at = now;
  sheet_on(page, said);
  if (!shown.seller) page.seller.name = shown_text(shown.portal_name);
  page.buyer_title.clear();
  Issued billed;
  billed.country = account.billing_country;
  billed.state = account.billing_state;
  page.buyer = buyer_on(account, billed, buyer, words);
  page.about = {{text(words.issued), said.day(now)},
                {text(words.account), account.id.text()},
                {text(words.opening_balance), said.amount(statement.opening)},
                {text(words.closing_balance), said.amount(statement.closing)}};
  page.columns = {text(words.description), {}, text(words.amount), text(words.balance)};
  for (const StatementEntry& one : statement.entries)
    page.items.push_back({.text = in_words(one, words),
                          .note = said.day(one.at),
                          .quantity = {},
                          .price = said.amount(one.amount),
                          .net = said.amount(one.balance)});
  page.sums.push_back({text(words.opening_balance), said.amount(statement.opening)});
  page.sums.push_back({text(words.closing_balance), said.amount(statement.closing), true});
  if (statement.entries.empty()) page.notes.push_back(text(words.nothing_moved));
  page.notes.push_back(text(words.in_favour));
  return page;
}

}  // namespace florin
