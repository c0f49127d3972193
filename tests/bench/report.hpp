#pragma once

#include <string>
#include <vector>

namespace bench {

/// Median, least and most of the runs of one contestant at one work, in debits a second.
struct Measured {
  std::string work;
  std::string who;
  std::vector<double> rates;  ///< one a round
  bool ours = false;

  double median() const;
  double least() const;
  double most() const;
};

/// A figure of another kind, with its unit.
struct Figure {
  std::string what;
  std::string value;
  std::string goal;  ///< empty: none
};

struct Report {
  std::string machine;
  std::string when;
  bool slow_disk = false;  ///< each sync is delayed to 4 ms
  std::size_t accounts = 0;
  std::size_t rounds = 0;
  double seconds = 0;
  std::vector<std::string> skipped;
  std::vector<Measured> measured;
  std::vector<Figure> figures;
};

/// A table of ratios for a terminal.
std::string as_text(const Report& report);
std::string as_json(const Report& report);
/// Bars on a scale of powers of ten: median, and a line from the least to the most.
std::string as_svg(const Report& report);
/// The page docs/performance.md; `chart` is its picture's name.
std::string as_page(const Report& report, const std::string& chart);

}  // namespace bench
