#include "florin/papers.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <ranges>

#include "answers/cases.hpp"
#include "config/write_json.hpp"
#include "documents/html.hpp"
#include "documents/pdf.hpp"
#include "engine/actions.hpp"
#include "engine/vault.hpp"
#include "host/document_page.hpp"
#include "host/einvoice.hpp"
#include "host/inside.hpp"
#include "host/issued.hpp"
#include "host/seen.hpp"

namespace florin {

namespace json = boost::json;

namespace {

/// What entries of the account have sealed for documents; nothing when the key is gone.
Result<std::vector<Word>> person_in(Assembly& assembly, const TenantId& tenant, const AccountId& account,
                                    const std::vector<std::uint64_t>& entries) {
  Result<std::vector<Word>> words = std::vector<Word>();
  if (entries.empty()) return words;
  const auto read = assembly.with_journal([&](store::Store& store) -> Status {
    words = engine::read_person(store, tenant, account, entries, engine::Sealed::documents);
    return Done{};
  });
  if (!read) return read.error();
  if (!words && words.error().code == "erased") return std::vector<Word>();
  return words;
}

/// What a document may wait for, and the words that say it; the first `asked` of them, any one of which is enough.
struct WaitedFor {
  std::string_view field;
  std::size_t asked = 1;
  std::array<std::string_view, 4> words;
};
constexpr std::array<WaitedFor, 4> waited_for = {{{"buyer.name", 2, {"name", "company"}},
                                                  {"buyer.address", 1, {"address", "address_2", "postcode", "city"}},
                                                  {"buyer.peppol_id", 1, {"peppol_id"}},
                                                  {"buyer.buyer_reference", 1, {"buyer_reference"}}}};

/// A document waits for what it has to say of its buyer: what nobody had said when it was issued is what was said first
/// since then. What was said stays. Source   docs/decisions/0351-a-document-waits-for-its-buyer.md
Status wait_for(std::string_view field, Assembly& assembly, const TenantId& tenant, const AccountId& account,
                const Issued& issued, std::vector<Word>& buyer) {
  const auto* const waits = std::ranges::find(waited_for, field, &WaitedFor::field);
  if (waits == waited_for.end()) return Done{};
  const auto says = [&](const std::vector<Word>& words) {
    return std::ranges::any_of(waits->words | std::views::take(waits->asked),
                               [&](std::string_view name) { return !word_of(words, name).empty(); });
  };
  if (says(buyer)) return Done{};
  for (const std::uint64_t position : issued.named_later) {
    const auto later = person_in(assembly, tenant, account, {position});
    if (!later) return later.error();
    if (!says(*later)) continue;
    for (const std::string_view name : waits->words) {
      std::erase_if(buyer, [&](const Word& word) { return word.name == name; });
      if (const std::string value = word_of(*later, name); !value.empty()) buyer.push_back({std::string(name), value});
    }
    return Done{};
  }
  return Done{};
}

/// Errors: no_such_tenant.
Result<std::uint32_t> version_in_force(Assembly& assembly, const TenantId& tenant) {
  std::uint32_t version = 0;
  const auto read = assembly.engine().read([&](const engine::Shard& shard) {
    const TenantState* state = shard.tenant(tenant);
    if (state != nullptr) version = state->catalog;
  });
  if (!read) return read.error();
  if (version == 0) return Error{.code = "no_such_tenant", .message = "there is no tenant '" + tenant.text() + "'"};
  return version;
}

/// The tenant's file of then: a document waits for its seller, so the first version that names one stands in for those
/// before it.
Result<std::shared_ptr<const config::Presentation>> shown_on(Assembly& assembly, IssueIndex& index,
                                                             const TenantId& tenant, const Issued& issued,
                                                             std::uint32_t newest, const std::vector<Word>& buyer) {
  auto shown = index.presentation(assembly, tenant, issued.catalog);
  std::uint32_t of = issued.catalog;
  for (std::uint32_t version = issued.catalog + 1; shown && !(*shown)->seller && version <= newest; ++version) {
    const auto next = index.presentation(assembly, tenant, version);
    if (!next) break;
    if ((*next)->seller) of = version;
    if ((*next)->seller) shown = next;
  }
  if (!shown) return shown.error();
  const std::string language = language_of_document(**shown, buyer);
  return language == (*shown)->language ? shown : index.presentation(assembly, tenant, of, language);
}

/// Errors: document_incomplete.
Result<std::string> as_data(documents::EInvoice invoice, std::string_view form) {
  const bool german = form == "xrechnung", indian = form == "inv01";
  const auto profile = german ? documents::UblProfile::xrechnung : documents::UblProfile::peppol;
  // Who is in no network is reached by mail.
  if (german && invoice.seller.endpoint.empty() && !invoice.seller.email.empty())
    invoice.seller.endpoint = "EM:" + invoice.seller.email;
  const auto missing = indian ? documents::missing_in_inv01(invoice) : documents::missing_in_ubl(invoice, profile);
  if (missing.empty()) return indian ? documents::inv01_of(invoice) : documents::ubl_of(invoice, profile);
  std::string text = invoice.number + " lacks what " +
                     (german   ? "XRechnung"
                      : indian ? "INV-01"
                               : "Peppol") +
                     " asks for.";
  for (const documents::Missing& one : missing)
    text += (&one == &missing.front() ? " " : "; ") + one.field + ": " + one.where;
  return Error{.code = "document_incomplete", .message = text};
}

Result<std::string> document_as(Assembly& assembly, IssueIndex& index, const TenantId& tenant, const AccountId& account,
                                const std::string& number, std::string_view form) {
  static constexpr std::array forms = {"json", "html", "pdf", "ubl", "xrechnung", "inv01"};
  if (std::ranges::find(forms, form) == forms.end())
    return Error{.code = "bad_form", .message = "a document is given as json, html, pdf, ubl, xrechnung or inv01"};
  auto seen = see(assembly, tenant, account);
  if (!seen) return seen.error();
  const auto issued = index.find(assembly, tenant, account, number);
  if (!issued) return issued.error();
  auto buyer = person_in(assembly, tenant, account, issued->addressed_to);
  if (!buyer) return buyer.error();
  const auto shown = shown_on(assembly, index, tenant, *issued, seen->catalog->version, *buyer);
  if (!shown) return shown.error();
  std::vector<std::string> fields;
  for (const Lacking& one : lacking_in(*issued, seen->account, **shown, *buyer)) fields.push_back(one.field);
  if (form == "ubl" || form == "xrechnung") fields.insert(fields.end(), {"buyer.peppol_id", "buyer.buyer_reference"});
  for (const std::string& field : fields)
    if (auto waited = wait_for(field, assembly, tenant, account, *issued, *buyer); !waited) return waited.error();
  const auto lacking = lacking_in(*issued, seen->account, **shown, *buyer);
  if (!lacking.empty())
    return Error{.code = "document_incomplete",
                 .message = number + " lacks what the law asks for. " + as_text(lacking)};
  if (Order* order = seen->account.order(issued->order); order != nullptr && issued->kind == "pro_forma")
    for (Attempt& attempt : order->attempts) {
      const auto opened = engine::open_action(assembly.store(), tenant, account, attempt.action);
      attempt.action = opened ? *opened : std::string();
    }
  const Calendar calendar(seen->catalog->zone);
  std::optional<Instant> invoice_issued;
  if (const Order* order = seen->account.order(issued->order); order != nullptr && issued->kind == "credit_note")
    if (const auto invoice = index.find(assembly, tenant, account, order->invoice)) invoice_issued = invoice->at;
  const DocumentPage page = page_of(number, *issued, seen->account, **shown, *buyer, calendar, invoice_issued);
  if (form == "ubl" || form == "xrechnung" || form == "inv01") {
    if (issued->kind != "invoice" && issued->kind != "credit_note")
      return Error{.code = "bad_form", .message = "only invoices and credit notes are given to other programs"};
    return as_data(einvoice_of(page, *issued, seen->account, **shown, *buyer, calendar, invoice_issued), form);
  }
  if (form == "json") return config::write_whole_json(page);
  if (form == "html") return documents::html_of(page);
  auto pdf = documents::pdf_of(page);
  if (!pdf) return pdf.error();
  return std::move(pdf->bytes);
}

Result<std::string> presentation_as_json(Assembly& assembly, IssueIndex& index, const TenantId& tenant,
                                         const std::vector<std::string>& languages) {
  const auto version = version_in_force(assembly, tenant);
  if (!version) return version.error();
  auto shown = index.presentation(assembly, tenant, *version);
  if (!shown) return shown.error();
  if (const std::string language = (*shown)->language_for(languages); language != (*shown)->language)
    shown = index.presentation(assembly, tenant, *version, language);
  if (!shown) return shown.error();
  const config::Presentation& page = **shown;
  const auto table = [](const auto& rows) {
    json::object object;
    for (const auto& [key, text] : rows) object[key] = text;
    return object;
  };
  json::value seller = nullptr;
  json::array spoken;
  for (const std::string& one : page.languages) spoken.emplace_back(one);
  if (page.seller) {
    json::array ids, address;
    for (const auto& id : page.seller->tax_ids) ids.push_back(json::object{{"kind", id.kind}, {"id", id.id}});
    for (const std::string& line : page.seller->address) address.emplace_back(line);
    seller = json::object{{"name", page.seller->name},       {"trading_as", page.seller->trading_as},
                          {"address", std::move(address)},   {"country", page.seller->country},
                          {"contact", page.seller->contact}, {"tax_ids", std::move(ids)}};
  }
  std::string name = page.portal_name;
  if (name.empty() && page.seller) name = page.seller->trading_as.empty() ? page.seller->name : page.seller->trading_as;
  return json::serialize(json::object{{"tenant", tenant.text()},
                                      {"name", name.empty() ? tenant.text() : name},
                                      {"accent", page.accent.empty() ? json::value(nullptr) : json::value(page.accent)},
                                      {"currency", page.currency},
                                      {"timezone", page.zone},
                                      {"language", page.language},
                                      {"languages", std::move(spoken)},
                                      {"names", table(page.names)},
                                      {"about", table(page.about)},
                                      {"messages", table(page.messages)},
                                      {"gates", table(page.gates)},
                                      {"links", table(page.links)},
                                      {"seller", std::move(seller)},
                                      {"sandbox", assembly.in_sandbox()}});
}

bool documented(const Account& account) {
  return std::ranges::any_of(account.orders, [](const Order& order) { return !order.invoice.empty(); });
}

}  // namespace

class Papers::Inside : public IssueIndex {};

Papers::Papers(const Host& host) : host_(host), inside_(std::make_unique<Inside>()) {}
Papers::~Papers() = default;

Result<std::string> Papers::document(const TenantId& tenant, const AccountId& account, const std::string& number,
                                     std::string_view form) const try {
  const auto assembly = Service(host_).assembly();
  if (!assembly) return closed();
  return document_as(*assembly, *inside_, tenant, account, number, form);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::string> Papers::presentation(const TenantId& tenant, const std::vector<std::string>& languages) const try {
  const auto assembly = Service(host_).assembly();
  if (!assembly) return closed();
  return presentation_as_json(*assembly, *inside_, tenant, languages);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<bool> Papers::sending() const try {
  const auto assembly = Service(host_).assembly();
  if (!assembly) return closed();
  return assembly->sending();
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

/// What the tenant's file lacks is said once; of accounts those that have a document and nobody's name.
Result<std::string> Papers::incomplete(const TenantId& tenant) const try {
  const auto assembly = Service(host_).assembly();
  if (!assembly) return closed();
  const auto version = version_in_force(*assembly, tenant);
  if (!version) return version.error();
  const auto shown = inside_->presentation(*assembly, tenant, *version);
  if (!shown) return shown.error();
  const std::vector<Lacking> of_file = lacking_in(**shown);
  const auto waiting = assembly->engine().of_accounts<std::string>(tenant, [&](const Account& account) {
    const bool named = account.person_at && !account.person_at->entries.empty();
    if (!documented(account) || (named && of_file.empty())) return std::optional<std::string>();
    Issued invoice;
    invoice.kind = "invoice";
    invoice.country = account.billing_country;
    invoice.state = account.billing_state;
    const std::string lacking =
        of_file.empty() ? as_text(lacking_in(invoice, account, **shown, std::vector<Word>())) : as_text(of_file);
    return lacking.empty() ? std::nullopt : std::optional(lacking);
  });
  if (!waiting) return waiting.error();
  std::vector<answers::Case> cases;
  const auto add = [&](std::optional<AccountId> account, const std::string& lacking) {
    answers::Case& one = cases.emplace_back();
    one.kind = "document_incomplete";
    one.account = std::move(account);
    one.why = lacking;
  };
  if (!of_file.empty() && !waiting->empty()) add(std::nullopt, as_text(of_file));
  if (of_file.empty())
    for (const auto& [account, lacking] : *waiting) add(account, lacking);
  return answers::as_json(std::move(cases));
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

}  // namespace florin
