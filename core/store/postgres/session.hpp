#pragma once

#include <libpq-fe.h>

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "florin/result.hpp"
#include "store/store.hpp"

namespace florin::store {

struct FreePq {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};

/// A statement by its name; prepared in a session the first time that it runs there.
struct Query {
  std::string name;
  std::string sql;
};

/// The values of one run, in the wire's binary form: numbers as bigint, everything else as its bytes.
class Values {
 public:
  template <class... Each>
  explicit Values(const Each&... each) {
    (add(each), ...);
  }
  std::vector<const char*> pointers() const;
  const std::vector<int>& sizes() const { return sizes_; }
  const std::vector<int>& formats() const { return formats_; }

 private:
  void add(std::uint64_t number);
  void add(std::uint32_t number) { add(std::uint64_t{number}); }
  void add(std::string_view bytes);
  void add(const Hash& hash);

  std::vector<std::string_view> bytes_;  // null where a number stands
  std::vector<std::array<char, 8>> numbers_;
  std::vector<int> sizes_, formats_;
};

/// What a statement gave.
class Answer {
 public:
  explicit Answer(PGresult* result) : result_(result) {}

  bool fine() const;
  /// Five letters and digits; empty when the connection broke instead.
  std::string_view sqlstate() const;
  std::string message() const;
  int rows() const { return PQntuples(result_.get()); }
  /// Rows that were written.
  std::uint64_t touched() const;
  std::uint64_t number(int row, int column) const;
  std::string_view bytes(int row, int column) const;
  /// Zeros when it is no hash, which then matches nothing.
  Hash hash(int row, int column) const;

 private:
  std::unique_ptr<PGresult, FreePq> result_;
};

/// One connection to the server; made again when it broke. One thread at a time.
class Session {
 public:
  explicit Session(std::string uri) : uri_(std::move(uri)) {}

  /// Connects if it has to. Errors: cannot_connect.
  Status ready();
  /// One statement with an answer of its own. An error of the server leaves the session as it was.
  Answer run(const Query& query, const Values& values);
  /// Any number of statements without values, one transaction.
  Answer script(const std::string& sql);

  /// Many runs in one transaction, without waiting for each: all or none. The first error, if any.
  Answer pipeline(const Query& each, const std::vector<Values>& values, const Query& last, const Values& last_values);

  /// What the server warned of since this was asked last; empty when of nothing.
  std::string warning() { return std::exchange(warning_, {}); }
  /// The next ready() connects anew.
  void drop() { connection_.reset(); }
  bool broken() const { return !connection_ || PQstatus(connection_.get()) != CONNECTION_OK; }

 private:
  static void on_notice(void* self, const PGresult* notice);
  /// Errors: as an answer.
  Answer prepare(const Query& query);

  std::string uri_;
  std::unique_ptr<PGconn, FreePq> connection_;
  std::set<std::string, std::less<>> prepared_;
  std::string warning_;
};

}  // namespace florin::store
