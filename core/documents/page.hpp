#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "florin/time.hpp"

/// A document as people read it. Every text is ready to be printed; who draws it looks nothing up and computes nothing.
namespace florin {

/// A name and what it says: `Order`, `12`.
struct PageRow {
  std::string name, text;
};
struct PageParty {
  std::string name;
  std::vector<std::string> lines;
};
struct PageItem {
  std::string text;
  std::string note;  ///< what it brings; empty: nothing is said
  std::string quantity, price, net;
};
struct PageSum {
  std::string name, text;
  bool strong = false;
};

struct DocumentPage {
  std::string kind;  ///< invoice, pro_forma, credit_note, receipt
  std::string title, number;
  std::string language = "en";
  std::string paper = "a4";  ///< or letter
  Instant issued_at;
  PageParty seller, buyer;
  std::string buyer_title = "Billed to";
  std::vector<PageRow> about;  ///< dates, order, place of supply
  std::vector<PageItem> items;
  std::vector<PageSum> sums;
  std::vector<std::string> notes;
  std::vector<PageRow> pay_to;  ///< of what is still to be paid
  std::string footer;
  std::vector<std::string> columns;  ///< titles of an item's text, quantity, price and net, where they are others; an
                                     ///< empty one is not drawn
  std::string qr;  ///< the text that India's registration portal signed, for its QR code; empty: there is none
};

BOOST_DESCRIBE_STRUCT(PageRow, (), (name, text))
BOOST_DESCRIBE_STRUCT(PageParty, (), (name, lines))
BOOST_DESCRIBE_STRUCT(PageItem, (), (text, note, quantity, price, net))
BOOST_DESCRIBE_STRUCT(PageSum, (), (name, text, strong))
BOOST_DESCRIBE_STRUCT(DocumentPage, (),
                      (kind, title, number, language, paper, issued_at, seller, buyer, buyer_title, about, items, sums,
                       notes, pay_to, footer, columns, qr))

}  // namespace florin
