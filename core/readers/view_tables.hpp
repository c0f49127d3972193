#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "readers/fold.hpp"
#include "readers/versions.hpp"
#include "store/sqlite/connection.hpp"

namespace florin::readers {

/// The tables of views.db. Amounts are whole numbers of the smallest part, with their text beside them; instants are
/// RFC 3339 in UTC; what is not there is NULL. docs/views.md
extern const char* const view_tables;

/// Writes what entries say into the tables. One transaction of its connection lasts as long as it does.
class ViewWriter {
 public:
  ViewWriter(store::Connection& connection, Versions& versions);

  /// Adds what one entry says by itself, and folds it. Throws what Fold::apply throws.
  /// Errors: the database's.
  Status add(const Entry& entry, std::uint32_t shard, store::Position position);
  /// Writes the state of every account that add() has touched, over what was there.
  Status finish();

 private:
  using Name = Fold::Name;
  struct Failed {
    Error error;
  };
  template <class... Values>
  void put(std::string_view sql, const Values&... values);
  store::Statement& prepared(std::string_view sql);
  void load(const Entry& entry);
  void add_facts(const Entry& entry, std::uint32_t shard, store::Position position);
  void add_usage(const Entry& entry, const std::string& meter, const Quantity& quantity, const CreditType& type,
                 Credits credits);
  void write_account(const Name& name, const Account& account);
  void write_order(const Name& name, const Order& order);
  std::string credits(const Name& name, const CreditType& type, Credits amount);

  store::Connection& connection_;
  Versions& versions_;
  std::map<std::string, store::Statement, std::less<>> statements_;
  Fold fold_;
  std::set<Name> loaded_;
  std::set<std::string> loaded_tenants_;
  std::set<Name> touched_;
  std::set<std::string> touched_tenants_;
};

}  // namespace florin::readers
