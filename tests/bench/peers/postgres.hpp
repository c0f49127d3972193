#pragma once

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>
#include <string>

#include "../contestant.hpp"

namespace bench {

/// A session of PostgreSQL; whatever fails ends the program.
class Sql {
 public:
  explicit Sql(const std::string& socket)
      : connection_(PQconnectdb(fmt::format("host={} user=florin dbname=postgres", socket).c_str()), &PQfinish) {
    must(PQstatus(connection_.get()) == CONNECTION_OK, PQerrorMessage(connection_.get()));
    run("SET client_min_messages = warning");
  }

  /// The first field of its first row.
  std::string run(const std::string& sql) { return taken(PQexec(connection_.get(), sql.c_str())); }
  void prepare(const char* name, const std::string& sql) {
    taken(PQprepare(connection_.get(), name, sql.c_str(), 0, nullptr));
  }
  std::string run_prepared(const char* name, const std::string& first, const std::string& second) {
    const char* values[] = {first.c_str(), second.c_str()};
    return taken(PQexecPrepared(connection_.get(), name, 2, values, nullptr, nullptr, 0));
  }
  std::int64_t number(const std::string& sql) { return std::stoll(run(sql)); }

 private:
  static std::string taken(PGresult* result) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> held(result, &PQclear);
    const auto status = PQresultStatus(result);
    must(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK, PQresultErrorMessage(result));
    return PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  }
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

/// Tables of grants, keys, debits and both legs of each in a schema of their own, as both ways of writing them use.
inline void make_tables(Sql& sql, const std::string& schema, std::size_t accounts) {
  sql.run(fmt::format(
      "CREATE SCHEMA {0}; SET search_path = {0};"
      "CREATE TABLE grants (account bigint, priority int, remaining bigint NOT NULL, PRIMARY KEY (account, priority)) "
      "WITH (fillfactor = 50);"
      "CREATE TABLE debit (key text PRIMARY KEY, account bigint NOT NULL, priority int, amount bigint NOT NULL, at "
      "timestamptz NOT NULL DEFAULT now());"
      "CREATE TABLE ledger (key text, account text, amount bigint NOT NULL, PRIMARY KEY (key, account));"
      "INSERT INTO grants SELECT account, priority, {2} FROM generate_series(0, {1}) account, generate_series(1, 2) "
      "priority",
      schema, accounts - 1, credits_of_each));
  sql.run("VACUUM ANALYZE");
  sql.run("CHECKPOINT");
}

}  // namespace bench
