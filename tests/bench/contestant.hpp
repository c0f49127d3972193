#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

/// What tools/bench measures side by side: the same debits, asked of Florin and of what a user would pick instead.
namespace bench {

/// What was measured is not what was meant.
struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// Errors: Failed is thrown.
void must(bool held, std::string_view what);

/// What this process has in memory now.
std::size_t resident_bytes();

/// Which accounts are debited.
enum class Spread : std::uint8_t {
  uniform,  ///< each as often as any other
  skewed,   ///< the n-th in 1/n of the debits of the first
  hot,      ///< one account alone
};

/// One run: debits of one credit each, for so long.
struct Work {
  std::size_t callers = 1;  ///< each asks again once it is answered
  std::size_t batch = 1;    ///< debits that one caller asks for at once
  Spread spread = Spread::uniform;
  double seconds = 1;

  bool in_batches() const { return batch > 1; }
};

/// Which account and which key come next; the same for everybody.
class Debits {
 public:
  Debits(std::size_t accounts, Spread spread, std::uint64_t from) : accounts_(accounts), spread_(spread), next_(from) {}
  struct One {
    std::size_t account = 0;
    std::string key;  ///< as clients make them: 32 random hexadecimal digits
  };
  One next();

 private:
  std::size_t accounts_;
  Spread spread_;
  std::uint64_t next_;
};

/// Each account starts with so many credits in each of its grants.
inline constexpr std::int64_t credits_of_each = 1'000'000'000;

/// Someone who takes debits: each once by its key, from an account's grants in their order, with a fact of it kept, and
/// durable before the answer unless its name says otherwise.
class Contestant {
 public:
  virtual ~Contestant() = default;
  virtual std::string name() const = 0;
  virtual bool does(const Work& work) const = 0;
  /// Debits a second that were answered. Ends the program when one was refused.
  virtual double run(const Work& work) = 0;
  /// Looks into the books: every answered debit is in them once, and the last one again changes nothing.
  virtual void prove() = 0;
};

/// Everybody's accounts are numbered from 0. `folder` is on the disk that is measured.
struct Place {
  std::filesystem::path folder;
  std::size_t accounts = 0;
};
std::unique_ptr<Contestant> florin_host(const Place& place, const std::string& name, const std::string& data);
std::unique_ptr<Contestant> sqlite_rows(const Place& place);
std::unique_ptr<Contestant> lmdb_rows(const Place& place);
std::unique_ptr<Contestant> synced_file(const Place& place);
/// Its accounts are spread over so many tenants, each with a catalog of its own of so many prices more or less.
std::unique_ptr<Contestant> in_memory(const Place& place, std::size_t tenants = 1, std::size_t prices = 1);
/// A function that is called once a debit, by pgbench. `socket`: the folder of the server's.
std::unique_ptr<Contestant> postgres_function(const Place& place, const std::string& socket);
/// A statement over arrays, 1,000 debits each.
std::unique_ptr<Contestant> postgres_batches(const Place& place, const std::string& socket);
std::unique_ptr<Contestant> redis_lua(const Place& place, const std::string& socket);

}  // namespace bench
