#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "domain/ledger/postings.hpp"
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
  /// Writes the state of every account that add() has touched: those of its rows that are not what they were.
  Status finish();

 private:
  using Name = Fold::Name;
  struct Failed {
    Error error;
  };
  struct Usage {
    std::int64_t times = 0, quantity_micro = 0;
    Credits credits;
  };
  struct Seen {  ///< an account, since this began
    Name name;
    Account before;
    bool touched = false;
    std::map<std::tuple<std::string, std::string, std::string, std::string>, Usage>
        usage;  ///< of a day, a meter, a credit type and a unit
  };
  template <class... Values>
  void put(std::string_view sql, const Values&... values);
  store::Statement& prepared(std::string_view sql);
  /// Null: the entry is about no account.
  Seen* load(const Entry& entry);
  void add_facts(Seen* seen, const Entry& entry, std::uint32_t shard, store::Position position);
  void add_usage(Seen& seen, Instant at, const std::string& meter, const Quantity& quantity, const CreditType& type,
                 Credits used);
  void write_account(const Name& name, const Account& account);
  void write_subscription(const Name& name, const Account& account);
  void write_custom_plan(const Name& name, const CustomPlan& made);
  void write_grant(const Name& name, const Grant& grant);
  void write_order(const Name& name, const Order& order);
  void write_attempts(const Name& name, const Account& account, const Order& order);
  void write_refund(const Name& name, const Refund& refund);
  void write_changes(const Seen& seen, const Account& now);
  /// Takes an account's rows out of a table, and runs `again`.
  template <class Again>
  void rewrite(const Name& name, const char* table, const Again& again);
  /// Runs `again` for each of those that is new or not what it was; rows of what is gone go.
  template <class One, class Again>
  void update(const Name& name, const char* table, const char* id_column, const std::vector<const One*>& before,
              const std::vector<const One*>& now, const Again& again);
  std::string credits(const Name& name, const CreditType& type, Credits amount);
  /// What stands for a tenant and an account in the rows of entries, made when it is new; each may be empty.
  std::int64_t named(const TenantId& tenant, const AccountId& account);
  /// The same for what a posting is of.
  std::int64_t book(const Posting& posting);
  std::int64_t number_of(std::string_view find, std::string_view add, std::string_view first, std::string_view second);

  store::Connection& connection_;
  Versions& versions_;
  std::map<std::string, store::Statement, std::less<>> statements_;
  Fold fold_;
  boost::unordered_flat_map<std::string, Seen> seen_;  ///< by its name in `states`
  boost::unordered_flat_map<Name, std::int64_t> named_;
  boost::unordered_flat_map<std::pair<std::string, std::string>, std::int64_t> books_;
  std::set<std::string> loaded_tenants_;
  std::set<std::string> touched_tenants_;
};

}  // namespace florin::readers
