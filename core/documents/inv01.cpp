#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>
#include <string_view>

#include "documents/einvoice.hpp"

namespace florin::documents {

namespace {

/// JSON whose numbers are decimal text: no amount becomes a floating-point number on its way.
class Json {
 public:
  Json& text(std::string_view name, std::string_view value) {
    return put(name, boost::json::serialize(boost::json::value(boost::json::string_view(value.data(), value.size()))));
  }
  Json& number(std::string_view name, const std::string& digits) { return put(name, digits); }
  Json& amount(std::string_view name, const Money& money) {
    const std::string said = money.text();
    return put(name, said.substr(0, said.find(' ')));
  }
  Json& object(std::string_view name, const Json& value) { return put(name, value.end()); }
  Json& list(std::string_view name, const std::vector<Json>& values) {
    std::string all;
    for (const Json& one : values) all += (all.empty() ? "" : ",") + one.end();
    return put(name, "[" + all + "]");
  }
  std::string end() const { return "{" + inside_ + "}"; }

 private:
  Json& put(std::string_view name, std::string_view value) {
    inside_ += (inside_.empty() ? "\"" : ",\"") + std::string(name) + "\":" + std::string(value);
    return *this;
  }
  std::string inside_;
};

std::string day(const Date& date) {
  const std::string iso = date.text();  // 2026-03-15
  return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4);
}

bool is_pin(std::string_view text) {
  return text.size() == 6 && text[0] != '0' && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Six digits that stand alone in a line of the address: `Bengaluru 560025`.
std::string pin_of(const EInvoice::Party& party) {
  if (!party.postcode.empty()) return is_pin(party.postcode) ? party.postcode : std::string();
  for (const std::string& line : party.address)
    for (std::size_t at = 0; at + 6 <= line.size(); ++at) {
      const bool begins = at == 0 || line[at - 1] == ' ' || line[at - 1] == '-';
      const bool ends = at + 6 == line.size() || line[at + 6] == ' ' || line[at + 6] == ',';
      if (begins && ends && is_pin(std::string_view(line).substr(at, 6))) return line.substr(at, 6);
    }
  return {};
}

/// The place is the line that has the PIN, without it.
std::string place_of(const EInvoice::Party& party, const std::string& pin) {
  if (!party.city.empty()) return party.city;
  for (const std::string& line : party.address) {
    const std::size_t at = line.find(pin);
    if (at == std::string::npos) continue;
    std::string place = line.substr(0, at);
    while (!place.empty() && (place.back() == ' ' || place.back() == '-' || place.back() == ',')) place.pop_back();
    if (!place.empty()) return place;
  }
  return party.address.empty() ? std::string() : party.address.back();
}

Json party(const EInvoice::Party& party) {
  const std::string pin = pin_of(party);
  Json json;
  json.text("Gstin", party.gstin).text("LglNm", party.name);
  if (!party.trading_as.empty()) json.text("TrdNm", party.trading_as);
  json.text("Addr1", party.address.front());
  if (party.address.size() > 1 && party.address[1].find(pin) == std::string::npos) json.text("Addr2", party.address[1]);
  json.text("Loc", place_of(party, pin)).number("Pin", pin).text("Stcd", party.gstin.substr(0, 2));
  if (!party.email.empty()) json.text("Em", party.email);
  return json;
}

/// CGST, SGST and IGST of each line: a share of the tax on all lines, so that the shares make up the whole.
struct Shares {
  std::vector<Money> central, state, integrated;
  Money all_central, all_state, all_integrated;
  std::int64_t rate_in_hundredths = 0;
};

std::int64_t hundredths(const std::string& rate) {
  const std::size_t point = std::min(rate.find('.'), rate.size());
  std::string decimals = point < rate.size() ? rate.substr(point + 1) : std::string();
  decimals.resize(2, '0');
  return std::stoll("0" + rate.substr(0, point)) * 100 + std::stoll(decimals);
}

Shares shares_of(const EInvoice& invoice) {
  std::vector<std::int64_t> weights;
  for (const EInvoice::Item& item : invoice.items) weights.push_back(item.net.minor());
  const Money none(0, invoice.total.currency());
  const std::vector<Money> zeros(weights.size(), none);
  Shares shares{zeros, zeros, zeros, none, none, none, 0};
  for (const EInvoice::TaxRow& tax : invoice.taxes) {
    const bool central = tax.name.starts_with("CGST"), integrated = tax.name.starts_with("IGST");
    const auto each = split(tax.amount, weights);
    if (!each) continue;
    (central ? shares.central : integrated ? shares.integrated : shares.state) = *each;
    (central ? shares.all_central : integrated ? shares.all_integrated : shares.all_state) += tax.amount;
    shares.rate_in_hundredths += hundredths(rate_in(tax.name));
  }
  return shares;
}

std::string rate_text(std::int64_t in_hundredths) {
  const std::string decimals = std::to_string(100 + in_hundredths % 100).substr(1);
  return std::to_string(in_hundredths / 100) + "." + decimals;
}

std::vector<Json> items_of(const EInvoice& invoice, const Shares& shares) {
  std::vector<Json> items;
  for (std::size_t at = 0; at < invoice.items.size(); ++at) {
    const EInvoice::Item& item = invoice.items[at];
    const std::int64_t pieces = item.quantity == 0 ? 1 : item.quantity;
    const bool even = item.net.minor() % pieces == 0;
    Json json;
    json.text("SlNo", std::to_string(at + 1))
        .text("PrdDesc", item.text)
        .text("IsServc", item.code.starts_with("99") ? "Y" : "N");
    json.text("HsnCd", item.code).number("Qty", std::to_string(even ? pieces : 1)).text("Unit", "OTH");
    json.amount("UnitPrice", even ? Money(item.net.minor() / pieces, item.net.currency()) : item.net);
    json.amount("TotAmt", item.net).amount("AssAmt", item.net).number("GstRt", rate_text(shares.rate_in_hundredths));
    json.amount("IgstAmt", shares.integrated[at])
        .amount("CgstAmt", shares.central[at])
        .amount("SgstAmt", shares.state[at]);
    json.amount("TotItemVal", item.net + shares.integrated[at] + shares.central[at] + shares.state[at]);
    items.push_back(std::move(json));
  }
  return items;
}

bool is_code(const std::string& code) {
  return (code.size() == 4 || code.size() == 6 || code.size() == 8) &&
         code.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

std::vector<Missing> missing_in_inv01(const EInvoice& invoice) {
  std::vector<Missing> missing;
  const auto need = [&](bool there, const char* field, const char* where) {
    if (!there) missing.push_back({field, where});
  };
  need(!invoice.seller.gstin.empty(), "seller.tax_ids", "the seller's GSTIN: tax_ids: [{kind: gstin, id: …}]");
  need(!invoice.seller.address.empty() && !pin_of(invoice.seller).empty(), "seller.address",
       "an address with its PIN, such as Bengaluru 560025");
  need(!invoice.buyer.gstin.empty(), "buyer.tax_id",
       "the buyer's GSTIN (set_billing, personal_data.tax_id): only sales to the registered are reported");
  need(!invoice.buyer.address.empty(), "buyer.address", "set_billing, personal_data.address");
  need(!pin_of(invoice.buyer).empty(), "buyer.postcode", "a PIN of six digits: set_billing, personal_data.postcode");
  need(std::ranges::all_of(invoice.items, [](const auto& item) { return is_code(item.code); }), "documents.code",
       "SAC or HSN of each line: documents: {code: \"998314\"}");
  need(!invoice.taxes.empty() &&
           std::ranges::all_of(invoice.taxes,
                               [&](const auto& tax) { return tax.base == invoice.net && !rate_in(tax.name).empty(); }),
       "taxes", "GST on all lines at one rate");
  need(std::ranges::none_of(invoice.items, [](const auto& item) { return item.net.negative(); }), "lines",
       "lines of which none goes back: such an invoice has to be reported by hand");
  return missing;
}

std::string inv01_of(const EInvoice& invoice) {
  const Shares shares = shares_of(invoice);
  Json json;
  json.text("Version", "1.1");
  json.object("TranDtls", Json().text("TaxSch", "GST").text("SupTyp", "B2B").text("RegRev", "N"));
  json.object("DocDtls", Json()
                             .text("Typ", invoice.credit_note ? "CRN" : "INV")
                             .text("No", invoice.number)
                             .text("Dt", day(invoice.issued)));
  json.object("SellerDtls", party(invoice.seller));
  json.object("BuyerDtls", party(invoice.buyer).text("Pos", invoice.buyer.gstin.substr(0, 2)));
  json.list("ItemList", items_of(invoice, shares));
  json.object("ValDtls", Json()
                             .amount("AssVal", invoice.net)
                             .amount("CgstVal", shares.all_central)
                             .amount("SgstVal", shares.all_state)
                             .amount("IgstVal", shares.all_integrated)
                             .amount("TotInvVal", invoice.total));
  if (invoice.credit_note) {
    Json before;
    before.text("InvNo", invoice.invoice);
    if (invoice.invoice_issued) before.text("InvDt", day(*invoice.invoice_issued));
    json.object("RefDtls", Json().list("PrecDocDtls", {before}));
  }
  return json.end();
}

}  // namespace florin::documents
