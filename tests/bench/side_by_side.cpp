/// Florin beside what a user would pick instead, in one run on one machine; tools/bench starts it.
///
///   side_by_side --folder F [--postgres SOCKETS] [--redis SOCKET] [--quick | --slow-disk] [--skipped WHO]…
///                --json J --svg S --page P
///
/// Everybody runs once in every round, so that all meet the same disk; what is compared is medians of the rounds.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <thread>

#include "contestant.hpp"
#include "figures.hpp"
#include "report.hpp"

namespace {

using namespace bench;

struct Named {
  std::string name;
  Work work;
};

std::vector<Named> works(bool quick, double seconds) {
  const auto work = [&](std::size_t callers, std::size_t batch, Spread spread) {
    return Work{.callers = callers, .batch = batch, .spread = spread, .seconds = seconds};
  };
  std::vector<Named> all = {{"16 waiting callers", work(16, 1, Spread::uniform)},
                            {"64 waiting callers", work(64, 1, Spread::uniform)},
                            {"Batches of 1,000", work(1, 1'000, Spread::uniform)},
                            {"16 waiting callers, one hot account", work(16, 1, Spread::hot)}};
  if (quick) return all;
  all.insert(all.begin(), {"1 waiting caller", work(1, 1, Spread::uniform)});
  all.push_back({"Batches of 1,000, one hot account", work(1, 1'000, Spread::hot)});
  all.push_back({"16 waiting callers, skewed accounts", work(16, 1, Spread::skewed)});
  all.push_back({"Batches of 1,000, skewed accounts", work(1, 1'000, Spread::skewed)});
  return all;
}

std::string machine() {
  std::string model = "unknown processor";
  std::ifstream cpu("/proc/cpuinfo");
  for (std::string line; std::getline(cpu, line);)
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  return fmt::format("{} cores, {}; a load of {:.1f} when it began.", std::thread::hardware_concurrency(), model, load);
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[11];
  std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

void write(const std::string& file, const std::string& text) {
  if (!file.empty()) must(bool(std::ofstream(file) << text), "writing " + file);
}

using Everybody = std::vector<std::unique_ptr<Contestant>>;

/// Who fails is out from here on, and is named; Florin may not.
template <class Do>
bool held(const Contestant& one, const std::string& name, Report& report, const Do& what) {
  try {
    what();
    return true;
  } catch (const Failed& failed) {
    if (one.name().starts_with("Florin")) throw;
    fmt::print(stderr, "{} failed and is left out: {}\n", one.name(), failed.what());
    report.skipped.push_back(fmt::format("{}, from \"{}\" on: {}", one.name(), name, failed.what()));
    return false;
  }
}

std::vector<Measured> measured(const std::string& name, const Work& work, Everybody& everybody, Report& report) {
  std::vector<Measured> all;
  for (std::size_t round = 0; round < report.rounds; ++round)
    std::erase_if(everybody, [&](const auto& one) {
      if (!one->does(work)) return false;
      auto its = std::ranges::find(all, one->name(), &Measured::who);
      if (its == all.end()) its = all.insert(its, {name, one->name(), {}, one->name().starts_with("Florin")});
      const bool did = held(*one, name, report, [&] { its->rates.push_back(one->run(work)); });
      if (!did) all.erase(its);
      return !did;
    });
  std::erase_if(everybody, [&](const auto& one) {
    if (!one->does(work) || held(*one, name, report, [&] { one->prove(); })) return false;
    std::erase_if(all, [&](const Measured& its) { return its.who == one->name(); });
    return true;
  });
  return all;
}

int run(int count, char** words) {
  CLI::App app("Florin beside what a user would pick instead");
  std::string folder, postgres, redis, json, svg, page;
  std::vector<std::string> skipped;
  bool quick = false, slow_disk = false;
  app.add_option("--folder", folder, "where everybody writes: on the disk that counts")->required();
  app.add_option("--postgres", postgres, "the folder of a server's socket");
  app.add_option("--redis", redis, "the socket of a server");
  app.add_option("--skipped", skipped, "who could not be started, and why");
  app.add_option("--json", json, "the figures");
  app.add_option("--svg", svg, "the chart");
  app.add_option("--page", page, "the page of the docs");
  app.add_flag("--quick", quick, "less than a minute: fewer and shorter runs");
  app.add_flag("--slow-disk", slow_disk, "slow_sync is preloaded: debits alone, in fewer runs");
  CLI11_PARSE(app, count, words);

  Report report{.machine = machine(),
                .when = today(),
                .slow_disk = slow_disk,
                .accounts = quick || slow_disk ? 10'000U : 100'000U,
                .rounds = quick || slow_disk ? 3U : 5U,
                .seconds = quick ? 0.15 : 0.7,
                .skipped = skipped,
                .measured = {},
                .figures = {}};
  const Place place{folder, report.accounts};
  std::vector<std::unique_ptr<Contestant>> everybody;
  const auto enter = [&](std::unique_ptr<Contestant> one) {
    fmt::print(stderr, "{} is ready\n", one->name());
    everybody.push_back(std::move(one));
  };
  enter(florin_host(place, "Florin, SQLite", folder + "/florin"));
  if (!postgres.empty()) {
    enter(florin_host(place, "Florin, PostgreSQL", "postgres://florin@/postgres?host=" + postgres));
    enter(postgres_function(place, postgres));
    enter(postgres_batches(place, postgres));
  }
  if (!redis.empty()) enter(redis_lua(place, redis));
  enter(sqlite_rows(place));
#ifdef FLORIN_BENCH_LMDB
  enter(lmdb_rows(place));
#else
  report.skipped.emplace_back("LMDB was not there when this was built");
#endif
  enter(synced_file(place));
  enter(in_memory(place));

  for (const auto& [name, work] : works(quick || slow_disk, report.seconds)) {
    for (Measured& one : measured(name, work, everybody, report)) report.measured.push_back(std::move(one));
    fmt::print(stderr, "{}: measured, and every book is right\n", name);
  }
  everybody.clear();
  for (const auto some : {figures, figures_in_memory, figures_at_scale}) {
    if (slow_disk) break;
    for (Figure& figure : some(place, quick)) report.figures.push_back(std::move(figure));
  }

  fmt::print("{}", as_text(report));
  write(json, as_json(report));
  write(svg, as_svg(report));
  write(page, as_page(report, std::filesystem::path(svg).filename().string()));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const std::exception& failed) {
    fmt::print(stderr, "failed: {}\n", failed.what());
    return 1;
  }
}
