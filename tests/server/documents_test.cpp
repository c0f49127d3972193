#include "served.hpp"

/// Documents as customers and staff get them. Rules KA-07, UI-05, ALL-05.
namespace florin {
namespace {

class Papers : public Served {
 protected:
  void buy_growth() {
    ASSERT_EQ(command("accounts/zoe/open_account", "zoe:open",
                      R"({"billing_country": "US", "personal_data": {"name": "Zoe Ltd", "address": "1 First Street",
                          "email": "zoe@example.com"}})")
                  .status,
              200);
    ASSERT_EQ(
        command(
            "accounts/zoe/add_payment_method", "zoe:card",
            R"({"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}})")
            .status,
        200);
    ASSERT_EQ(
        command("accounts/zoe/subscribe", "zoe:sub", R"({"plan": "growth", "cycle": "monthly"})", {"Prefer: wait=20"})
            .status,
        200);
  }
  HttpAnswer paper(const std::string& number, const std::string& form) {
    return ask(backend_, "/v1/callloop/accounts/zoe/documents/" + number + "/" + form);
  }
};

// An issued document is what was true when it was issued: neither a new address nor an erasure changes it.
TEST_F(Papers, AnInvoiceStaysAsItWasIssued) {
  buy_growth();
  const auto issued = paper("CL-000001", "json");
  ASSERT_EQ(issued.status, 200) << issued.body;
  const auto page = issued.json();
  EXPECT_EQ(page.at("title").as_string(), "Invoice");
  EXPECT_EQ(page.at("seller").at("name").as_string(), "Call Loop LLC");
  EXPECT_EQ(page.at("buyer").at("name").as_string(), "Zoe Ltd");
  EXPECT_EQ(page.at("buyer").at("lines").at(0).as_string(), "1 First Street");
  EXPECT_EQ(page.at("items").at(0).at("net").as_string(), "49.00 USD");
  EXPECT_TRUE(page.at("notes").at(0).as_string().starts_with("Paid "));
  EXPECT_EQ(issued.body.find("zoe@example.com"), std::string::npos);

  ASSERT_EQ(command("accounts/zoe/set_billing", "zoe:moved",
                    R"({"billing_country": "DE", "personal_data": {"name": "Zoe GmbH", "address": "2 Zweite Straße"}})")
                .status,
            200);
  ASSERT_EQ(command("accounts/zoe/remove_payment_method", "zoe:gone", R"({"slot": "primary"})").status, 200);
  EXPECT_EQ(paper("CL-000001", "json").body, issued.body);
  const std::string eraser = issue("callloop", {"personal_data", "act_as", "support"});
  const auto erased = ask(eraser, "/v1/callloop/accounts/zoe/erase_personal_data", "{}",
                          {"Idempotency-Key: zoe:erase", "Florin-Actor: staff:ann"});
  ASSERT_EQ(erased.status, 200) << erased.body;
  EXPECT_EQ(paper("CL-000001", "json").body, issued.body);
}

// Persian and Hindi are written with joiners; what turns the direction of a line shows as what it is.
TEST_F(Papers, NamesKeepTheirJoinersAndTurnNothing) {
  buy_growth();
  const std::string name = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645";
  ASSERT_EQ(command("accounts/zoe/set_billing", "zoe:renamed",
                    R"({"billing_country": "US", "personal_data": {"name": ")" + name +
                        R"(", "address": "a\u202eb\u200c c"}})")
                .status,
            200);
  ASSERT_EQ(command("accounts/zoe/buy_credits", "zoe:more", R"({"amount": "100 message"})", {"Prefer: wait=20"}).status,
            200);
  const auto page = paper("CL-000002", "json").json();
  EXPECT_EQ(page.at("buyer").at("name").as_string(), name);
  EXPECT_EQ(page.at("buyer").at("lines").at(0).as_string(), R"(a\u202eb\u200c c)");
  EXPECT_EQ(page.at("notes").at(0).as_string(), "Paid 10 Mar 2026 by Visa \u2022\u2022\u2022\u2022 4242.");
}

// The language is one of the buyer's words: a document keeps that of its issue.
TEST_F(Papers, ADocumentIsWrittenInTheLanguageOfItsBuyer) {
  buy_growth();
  const auto english = paper("CL-000001", "html").body;
  EXPECT_NE(english.find("<html lang=\"en\">"), std::string::npos);
  const auto unknown = command("accounts/zoe/set_billing", "zoe:fr", R"({"personal_data": {"language": "fr"}})");
  EXPECT_EQ(unknown.status, 400) << unknown.body;
  EXPECT_NE(unknown.body.find("en, de, hi, ar"), std::string::npos) << unknown.body;
  ASSERT_EQ(command("accounts/zoe/set_billing", "zoe:de", R"({"personal_data": {"language": "de"}})").status, 200);
  ASSERT_EQ(
      command("accounts/zoe/buy_credits", "zoe:more", R"({"amount": "40000 message"})", {"Prefer: wait=20"}).status,
      200);
  EXPECT_EQ(paper("CL-000001", "html").body, english);
  const auto page = paper("CL-000002", "json").json();
  EXPECT_EQ(page.at("language").as_string(), "de");
  EXPECT_EQ(page.at("title").as_string(), "Rechnung");
  EXPECT_EQ(page.at("buyer_title").as_string(), "Rechnung an");
  EXPECT_EQ(page.at("items").at(0).at("text").as_string(), "40000 Nachrichten");
  EXPECT_EQ(page.at("items").at(0).at("net").as_string(), "1.960,00 USD");
  EXPECT_EQ(page.at("notes").at(0).as_string(), "Bezahlt am 10. März 2026 mit Visa •••• 4242.");
  EXPECT_NE(paper("CL-000002", "html").body.find(">Beschreibung</th>"), std::string::npos);
  EXPECT_EQ(paper("receipt-2-1", "json").json().at("title").as_string(), "Zahlungsbeleg");
}

// What a form for other programs asks for and the document does not say is named, each with where to set it.
TEST_F(Papers, AnXrechnungSaysWhatItLacks) {
  buy_growth();
  const auto lacks = paper("CL-000001", "xrechnung");
  EXPECT_EQ(lacks.json().at("code").as_string(), "document_incomplete") << lacks.body;
  for (const char* field : {"buyer.buyer_reference: ", "seller.phone: ", "buyer.city: ", "buyer.postcode: "})
    EXPECT_NE(lacks.body.find(field), std::string::npos) << field << lacks.body;
  EXPECT_EQ(lacks.body.find("seller.contact"), std::string::npos) << "it is there";
  EXPECT_EQ(paper("CL-000001", "factur-x").json().at("code").as_string(), "bad_form");
}

// Pages ask for the tenant's words in their reader's language.
TEST_F(Papers, WhatPagesShowIsInTheLanguageThatIsAskedFor) {
  const auto shown = [&](const std::string& query, std::vector<std::string> headers = {}) {
    return ask("", "/v1/callloop/presentation" + query, "", headers);
  };
  const auto standard = shown("");
  EXPECT_EQ(standard.header("Vary"), "Accept-Language");
  EXPECT_EQ(standard.json().at("language").as_string(), "en");
  EXPECT_EQ(standard.json().at("languages").as_array().size(), 2U);
  EXPECT_EQ(standard.json().at("names").at("message").as_string(), "message credits");
  EXPECT_EQ(shown("?language=de").json().at("names").at("message").as_string(), "Nachrichten");
  EXPECT_EQ(shown("?language=ar").json().at("language").as_string(), "en");
  const auto language = [&](const std::string& header) {
    return std::string(shown("", {"Accept-Language: " + header}).json().at("language").as_string());
  };
  EXPECT_EQ(language("de-AT,de;q=0.9,en;q=0.8"), "de");
  EXPECT_EQ(language("fr, en;q=0.3, de;q=0.7"), "de");
  EXPECT_EQ(language("de;q=0, en"), "en");
  EXPECT_EQ(language("de;q=x"), "de");
  EXPECT_EQ(language(std::string(2000, ',')), "en");
  const auto named = shown("?language=en", {"Accept-Language: de"});
  EXPECT_EQ(named.json().at("language").as_string(), "en") << "what an address says goes before what a browser does";
}

TEST_F(Papers, TheFormsOfADocument) {
  buy_growth();
  const auto pdf = paper("CL-000001", "pdf");
  ASSERT_EQ(pdf.status, 200) << pdf.body;
  EXPECT_EQ(pdf.header("Content-Type"), "application/pdf");
  EXPECT_EQ(pdf.header("Content-Disposition"), "attachment; filename=\"CL-000001.pdf\"");
  EXPECT_TRUE(pdf.body.starts_with("%PDF-1.5"));
  EXPECT_EQ(paper("CL-000001", "pdf").body, pdf.body);
  const auto html = paper("CL-000001", "html");
  EXPECT_TRUE(html.header("Content-Security-Policy").starts_with("default-src 'none'"));
  EXPECT_NE(html.body.find("<bdi>Zoe Ltd</bdi>"), std::string::npos);
  EXPECT_EQ(paper("receipt-1-1", "json").json().at("title").as_string(), "Payment receipt");
  EXPECT_EQ(paper("pro-forma-1", "json").json().at("title").as_string(), "Pro forma invoice");
  EXPECT_EQ(paper("CL-000009", "json").status, 404);
  EXPECT_EQ(paper("CL-000001", "docx").status, 400);
}

// Law of India wants the buyer's name: the number is kept, the page waits, and the answer says what is missing.
TEST_F(Papers, ADocumentThatLacksAFieldSaysWhatIsMissing) {
  const std::string key = issue("exotel", {"read", "write", "act_as", "support", "staff"});
  const auto at = [&](const std::string& path, const std::string& body, std::vector<std::string> more = {}) {
    more.push_back("Idempotency-Key: " + path);
    return ask(key, "/v1/exotel/accounts/" + path, body, more);
  };
  ASSERT_EQ(at("bo/open_account", R"({"billing_country": "IN", "billing_state": "KA"})").status, 200);
  ASSERT_EQ(at("bo/set_approval", R"({"approval": "kyc", "state": "approved"})", {"Florin-Actor: staff:ann"}).status,
            200);
  ASSERT_EQ(at("bo/add_payment_method",
               R"({"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}})")
                .status,
            200);
  const auto paid = at("bo/subscribe", R"({"plan": "starter", "cycle": "monthly", "first_credits": "1000 balance"})",
                       {"Prefer: wait=20"});
  ASSERT_EQ(paid.status, 200) << paid.body;
  const auto lacking = ask(key, "/v1/exotel/accounts/bo/documents/EX-000001/pdf");
  EXPECT_EQ(lacking.status, 422);
  EXPECT_EQ(lacking.json().at("code").as_string(), "document_incomplete") << lacking.body;
  EXPECT_NE(lacking.body.find("buyer.name"), std::string::npos) << lacking.body;

  // It waits for who was named first since then; a later name is that of later documents.
  const auto named = [&](const std::string& key_of, const std::string& person) {
    return ask(key, "/v1/exotel/accounts/bo/set_billing", R"({"personal_data": {)" + person + "}}",
               {"Idempotency-Key: bo:" + key_of})
        .status;
  };
  ASSERT_EQ(named("1", R"("name": "Bo Rao", "address": "4 MG Road", "city": "Mysuru")"), 200);
  ASSERT_EQ(named("2", R"("name": "Another Name", "address": "9 Elsewhere")"), 200);
  const auto page = ask(key, "/v1/exotel/accounts/bo/documents/EX-000001/json");
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.json().at_pointer("/buyer/name").as_string(), "Bo Rao");
  EXPECT_EQ(page.body.find("Elsewhere"), std::string::npos) << page.body;
}

// One who is registered gets an invoice that names the SAC of each line, and that the portal takes.
TEST_F(Papers, AnInvoiceOfIndiaIsGivenToItsRegistrationPortal) {
  const std::string key = issue("exotel", {"read", "write", "act_as", "support", "staff"});
  const auto at = [&](const std::string& path, const std::string& body, std::vector<std::string> more = {}) {
    more.push_back("Idempotency-Key: " + path);
    return ask(key, "/v1/exotel/accounts/" + path, body, more);
  };
  ASSERT_EQ(at("rao/open_account", R"({"billing_country": "IN", "billing_state": "KA", "personal_data":
                  {"company": "Rao Traders", "address": "4 MG Road", "city": "Mysuru", "postcode": "570001",
                   "tax_id": "29AABCE1234F1Z1"}})")
                .status,
            200);
  ASSERT_EQ(at("rao/set_approval", R"({"approval": "kyc", "state": "approved"})", {"Florin-Actor: staff:ann"}).status,
            200);
  ASSERT_EQ(at("rao/add_payment_method",
               R"({"method": "card", "slot": "primary", "details": {"token": "ok", "brand": "visa", "last4": "4242"}})")
                .status,
            200);
  ASSERT_EQ(at("rao/subscribe", R"({"plan": "starter", "cycle": "monthly", "first_credits": "1000 balance"})",
               {"Prefer: wait=20"})
                .status,
            200);
  const auto form = [&](const std::string& of) {
    return ask(key, "/v1/exotel/accounts/rao/documents/EX-000001/" + of);
  };
  const auto page = form("json");
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.json().at("items").at(0).at("note").as_string(), "HSN/SAC 998419");
  const auto portal = form("inv01");
  ASSERT_EQ(portal.status, 200) << portal.body;
  EXPECT_EQ(portal.header("Content-Disposition"), "attachment; filename=\"EX-000001.json\"");
  EXPECT_EQ(portal.json().at_pointer("/BuyerDtls/Gstin").as_string(), "29AABCE1234F1Z1");
  EXPECT_EQ(portal.json().at_pointer("/ItemList/0/HsnCd").as_string(), "998419");
  const auto peppol = form("ubl");
  EXPECT_EQ(peppol.status, 422);
  EXPECT_NE(peppol.body.find("buyer.peppol_id"), std::string::npos) << peppol.body;
  EXPECT_EQ(form("docx").status, 400);

  // What the portal answers stands on the document from then on.
  EXPECT_EQ(page.body.find("IRN"), std::string::npos);
  const std::string irn = "35054cc24d97033afc24f49ec4444dbab81f542c555f9d30359dc75794e06bbe";
  const std::string answered = R"({"document": "EX-000001", "irn": ")" + irn +
                               R"(", "ack_no": "112010036563310", "ack_at": "2026-03-15T17:10:00+05:30",
                                   "qr": "eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjoie30ifQ.c2lnbmF0dXJl"})";
  ASSERT_EQ(at("rao/record_irn", answered).status, 200);
  const auto registered = form("json");
  ASSERT_EQ(registered.status, 200) << registered.body;
  EXPECT_NE(registered.body.find(irn), std::string::npos) << registered.body;
  EXPECT_NE(registered.body.find("112010036563310 of 15 Mar 2026"), std::string::npos) << registered.body;
  EXPECT_EQ(registered.json().at("qr").as_string(), "eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjoie30ifQ.c2lnbmF0dXJl");
  EXPECT_NE(form("html").body.find(irn), std::string::npos);
  EXPECT_EQ(form("pdf").status, 200);
  const auto listed = ask(key, "/v1/exotel/accounts/rao/documents/EX-000001");
  EXPECT_EQ(listed.json().at("irn").as_string(), irn) << listed.body;
  const std::string reader = issue("exotel", {"read", "write"});
  EXPECT_EQ(ask(reader, "/v1/exotel/accounts/rao/record_irn", answered, {"Idempotency-Key: rao:again"}).status, 403);
}

}  // namespace
}  // namespace florin
