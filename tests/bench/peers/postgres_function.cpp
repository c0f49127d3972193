#include <cstdio>
#include <fstream>

#include "postgres.hpp"

namespace bench {

namespace {

constexpr const char* debit_function = R"(
  CREATE FUNCTION debit(whose bigint, called text) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE lot record;
  BEGIN
    INSERT INTO debit (key, account, amount) VALUES (called, whose, 1) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    SELECT * INTO lot FROM grants WHERE account = whose AND remaining > 0 ORDER BY priority LIMIT 1 FOR UPDATE;
    IF NOT FOUND THEN RAISE 'there are no credits'; END IF;
    UPDATE grants SET remaining = remaining - 1 WHERE account = whose AND priority = lot.priority;
    INSERT INTO ledger VALUES (called, 'balance', -1), (called, 'spent', 1);
    RETURN true;
  END $$)";

class PostgresFunction final : public Contestant {
 public:
  PostgresFunction(const Place& place, const std::string& socket) : place_(place), socket_(socket), sql_(socket) {
    make_tables(sql_, "function", place.accounts);
    sql_.run(debit_function);
    for (const Spread spread : {Spread::uniform, Spread::skewed, Spread::hot}) {
      const std::string whose = spread == Spread::uniform ? fmt::format("random(0, {})", place.accounts - 1)
                                : spread == Spread::skewed
                                    ? fmt::format("random_zipfian(1, {}, 1.01) - 1", place.accounts)
                                    : std::string("0");
      std::ofstream(script(spread)) << "\\set whose " << whose
                                    << "\nSELECT function.debit(:whose, gen_random_uuid()::text);\n";
    }
  }

  std::string name() const override { return "PostgreSQL, a function"; }
  bool does(const Work& work) const override { return !work.in_batches(); }

  double run(const Work& work) override {
    const std::int64_t before = sql_.number("SELECT count(*) FROM debit");
    const std::string command = fmt::format(
        "PGOPTIONS='-c search_path=function' pgbench -h {} -U florin -n -M prepared -c {} -j 2 -T {} -f {} postgres "
        "2>&1",
        socket_, work.callers, std::max(1, static_cast<int>(work.seconds)), script(work.spread).string());
    std::FILE* out = ::popen(command.c_str(), "r");
    must(out != nullptr, "pgbench starts");
    double rate = 0;
    std::int64_t done = 0;
    char line[400];
    while (std::fgets(line, sizeof line, out) != nullptr) {
      (void)std::sscanf(line, "tps = %lf", &rate);
      (void)std::sscanf(line, "number of transactions actually processed: %ld", &done);
    }
    must(::pclose(out) == 0 && rate > 0, "pgbench: " + command);
    must(sql_.number("SELECT count(*) FROM debit") == before + done, "PostgreSQL, a function: debits");
    return rate;
  }

  void prove() override {
    const std::string last = sql_.run("SELECT key FROM debit LIMIT 1");
    must(sql_.run("SELECT debit(0, '" + last + "')") == "f", "PostgreSQL, a function: a key happens once");
    must(sql_.number(fmt::format("SELECT (sum({} - remaining) = (SELECT sum(amount) FROM debit))::int FROM grants",
                                 credits_of_each)) == 1,
         "PostgreSQL, a function: balances");
    must(sql_.number("SELECT ((SELECT count(*) FROM ledger) = 2 * (SELECT count(*) FROM debit))::int") == 1,
         "PostgreSQL, a function: ledger");
  }

 private:
  std::filesystem::path script(Spread spread) const {
    return place_.folder / fmt::format("debit_{}.pgbench", static_cast<int>(spread));
  }
  Place place_;
  std::string socket_;
  Sql sql_;
};

}  // namespace

std::unique_ptr<Contestant> postgres_function(const Place& place, const std::string& socket) {
  return std::make_unique<PostgresFunction>(place, socket);
}

}  // namespace bench
