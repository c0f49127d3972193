#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace bench {

namespace json = boost::json;

double Measured::median() const {
  std::vector<double> sorted = rates;
  std::ranges::sort(sorted);
  return sorted[sorted.size() / 2];
}
double Measured::least() const { return *std::ranges::min_element(rates); }
double Measured::most() const { return *std::ranges::max_element(rates); }

namespace {

/// 1,234,000 as `1.23 M`, 45,600 as `45,600`.
std::string short_text(double rate) {
  if (rate >= 1e6) return fmt::format("{:.2f} M", rate / 1e6);
  const auto whole = static_cast<long>(rate >= 1e4 ? std::round(rate / 100) * 100 : std::round(rate));
  return whole >= 1000 ? fmt::format("{},{:03}", whole / 1000, whole % 1000) : std::to_string(whole);
}

std::vector<std::string> works_of(const Report& report) {
  std::vector<std::string> works;
  for (const Measured& one : report.measured)
    if (std::ranges::find(works, one.work) == works.end()) works.push_back(one.work);
  return works;
}

/// Ours over theirs, round by round: both met the same disk at the same time.
std::string ratio_text(const Measured& ours, const Measured& theirs) {
  std::vector<double> ratios;
  for (std::size_t round = 0; round < std::min(ours.rates.size(), theirs.rates.size()); ++round)
    ratios.push_back(ours.rates[round] / theirs.rates[round]);
  std::ranges::sort(ratios);
  return fmt::format("{:.1f} ({:.1f} to {:.1f})", ratios[ratios.size() / 2], ratios.front(), ratios.back());
}

/// The lines of one work: who, rate with its spread, and what each of ours is over it.
std::vector<std::vector<std::string>> lines_of(const Report& report, const std::string& work) {
  std::vector<const Measured*> all;
  for (const Measured& one : report.measured)
    if (one.work == work) all.push_back(&one);
  std::vector<std::vector<std::string>> lines;
  for (const Measured* one : all) {
    std::vector<std::string> line = {one->who, fmt::format("{} ({} to {})", short_text(one->median()),
                                                           short_text(one->least()), short_text(one->most()))};
    for (const Measured* ours : all)
      if (ours->ours) line.push_back(one->ours ? "" : ratio_text(*ours, *one));
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> our_names(const Report& report) {
  std::vector<std::string> names;
  for (const Measured& one : report.measured)
    if (one.ours && std::ranges::find(names, one.who) == names.end()) names.push_back(one.who);
  return names;
}

}  // namespace

std::string as_text(const Report& report) {
  std::string text;
  for (const std::string& work : works_of(report)) {
    text += fmt::format("\n{}, debits a second: median (least to most)\n", work);
    for (const auto& line : lines_of(report, work)) {
      text += fmt::format("  {:<32} {:>32}", line[0], line[1]);
      for (std::size_t i = 2; i < line.size(); ++i)
        if (!line[i].empty()) text += fmt::format("   {} is {}×", our_names(report)[i - 2], line[i]);
      text += "\n";
    }
  }
  for (const Figure& figure : report.figures)
    text += fmt::format("{}{:<64} {}{}\n", &figure == report.figures.data() ? "\n" : "", figure.what, figure.value,
                        figure.goal.empty() ? "" : "   (goal: " + figure.goal + ")");
  for (const std::string& who : report.skipped) text += "skipped: " + who + "\n";
  return text;
}

std::string as_json(const Report& report) {
  json::array measured, figures, skipped;
  for (const Measured& one : report.measured)
    measured.push_back(json::object{{"work", one.work},
                                    {"who", one.who},
                                    {"ours", one.ours},
                                    {"median", std::llround(one.median())},
                                    {"least", std::llround(one.least())},
                                    {"most", std::llround(one.most())},
                                    {"runs", json::value_from(one.rates)}});
  for (const Figure& figure : report.figures)
    figures.push_back(json::object{{"what", figure.what}, {"value", figure.value}, {"goal", figure.goal}});
  for (const std::string& who : report.skipped) skipped.emplace_back(who);
  return json::serialize(json::object{{"machine", report.machine},
                                      {"when", report.when},
                                      {"accounts", report.accounts},
                                      {"rounds", report.rounds},
                                      {"seconds_a_run", report.seconds},
                                      {"debits_a_second", std::move(measured)},
                                      {"figures", std::move(figures)},
                                      {"skipped", std::move(skipped)}}) +
         "\n";
}

std::string as_svg(const Report& report) {
  constexpr double left = 230, width = 560, row = 18, first = 100;
  const double decades = 5;  // from a hundred to ten million
  const auto x = [&](double rate) {
    return left + width * std::clamp((std::log10(std::max(rate, first)) - 2) / decades, 0.0, 1.0);
  };
  double y = 30;
  std::string body;
  for (const std::string& work : works_of(report)) {
    body += fmt::format("<text x='10' y='{}' font-weight='bold'>{}</text>\n", y + 13, work);
    y += row + 4;
    for (const Measured& one : report.measured) {
      if (one.work != work) continue;
      body += fmt::format(
          "<text x='{}' y='{}' text-anchor='end'>{}</text>"
          "<rect x='{}' y='{}' width='{:.1f}' height='{}' fill='{}'/>"
          "<line x1='{:.1f}' x2='{:.1f}' y1='{}' y2='{}' stroke='#222'/>"
          "<text x='{:.1f}' y='{}'>{}</text>\n",
          left - 8, y + 12, one.who, left, y + 2, x(one.median()) - left, row - 5, one.ours ? "#2a6f97" : "#b8b8b8",
          x(one.least()), x(one.most()), y + 8.5, y + 8.5, x(one.most()) + 6, y + 12, short_text(one.median()));
      y += row;
    }
    y += 8;
  }
  std::string scale;
  for (int power = 2; power <= 7; ++power) {
    const double at = x(std::pow(10, power));
    scale += fmt::format(
        "<line x1='{0:.1f}' x2='{0:.1f}' y1='24' y2='{1}' stroke='#ddd'/><text x='{0:.1f}' y='16' "
        "text-anchor='middle'>{2}</text>\n",
        at, y, short_text(std::pow(10, power)));
  }
  return fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 900 {0}' width='900' height='{0}' "
      "font-family='sans-serif' font-size='12'>\n<title>Debits a second</title><rect width='900' height='{0}' "
      "fill='#fff'/>\n{1}{2}</svg>\n",
      y + 10, scale, body);
}

std::string as_page(const Report& report, const std::string& chart) {
  std::string page = fmt::format(
      "# How fast it is{}\n\nMade by `tools/bench{}` on {}; run it on yours. {}Debits a second, each one whole: rated "
      "by "
      "the shipped tenant Call Loop, in\nits spending order, once by its key, with its facts, durable before the "
      "answer. {} runs of {:.1f} s each, everybody in turn in\nevery round; median (least to most). After its runs "
      "each proves "
      "its books: balances, facts, and that the last key again\nchanges nothing. {} accounts.\n\nMachine: {}\n",
      report.slow_disk ? " on a slow disk" : "", report.slow_disk ? " --slow-disk" : "", report.when,
      report.slow_disk ? "A sync takes 4 ms at least, for everybody (LMDB syncs its second page by a way of its own, "
                         "which is not delayed): a disk\nacross a network. "
                       : "",
      report.rounds, report.seconds, report.accounts, report.machine);
  if (!report.slow_disk) page += fmt::format("\n![Debits a second]({})\n", chart);
  for (const std::string& work : works_of(report)) {
    page += fmt::format("\n## {}\n\n| who | debits a second |", work);
    const auto names = our_names(report);
    for (const std::string& name : names) page += fmt::format(" {} over it |", name);
    page += "\n|---|---|";
    for (std::size_t i = 0; i < names.size(); ++i) page += "---|";
    page += "\n";
    for (const auto& line : lines_of(report, work)) {
      for (const std::string& field : line) page += "| " + field + " ";
      page += "|\n";
    }
  }
  if (!report.figures.empty()) {
    page += "\n## Also measured\n\n| what | | goal |\n|---|---|---|\n";
    for (const Figure& figure : report.figures)
      page += fmt::format("| {} | {} | {} |\n", figure.what, figure.value, figure.goal);
  }
  if (!report.skipped.empty()) {
    page += "\nSkipped:";
    for (const std::string& who : report.skipped) page += " " + who + ".";
    page += "\n";
  }
  if (report.slow_disk) return page;
  page +=
      "\n## What these figures do not say\n\n"
      "- **Debits a second** depend on the disk for few callers and on the processor for batches: the line of the bare "
      "sync says which\n  disk this was. Where a sync takes 4 ms instead, ratios over one synced writer shrink.\n"
      "- Florin's views are written by another thread beside, and may lag: their own lines say by how much. The peers "
      "have none.\n"
      "- **A debit in memory** is the decision alone, without key, queue, row and answer; `tools/instructions` counts "
      "the whole way.\n"
      "- **A start** is of a host that was closed in order; the line below it of one that was killed under load.\n"
      "- **Renewals** are of new accounts, with the sandbox's webhooks in the same process.\n"
      "\n## Who is who\n\n"
      "Each debit of every one but the last two is a key that counts once, grants spent in order, and two legs of a "
      "ledger.\n\n"
      "- **Florin, SQLite / PostgreSQL**: `Host::take` in this process. Callers wait by completions; batches are of "
      "1,000, four under\n  way. PostgreSQL is on the same machine, by a unix socket.\n"
      "- **PostgreSQL, a function**: PL/pgSQL, a call a debit, by pgbench with as many clients. **Set-based batches**: "
      "one statement\n  over arrays of 1,000.\n"
      "- **Redis**: a Lua script, `appendfsync always`, as many connections as callers; a batch is 64 commands on each "
      "of 16.\n"
      "- **SQLite and LMDB, rows**: one writer; who waits is committed together.\n"
      "- **Raw synced file** and **the debit in memory alone** are no alternatives: they are what the disk and the "
      "processor allow.\n\nEach is a program of `tests/bench/peers`.\n";
  return page;
}

}  // namespace bench
