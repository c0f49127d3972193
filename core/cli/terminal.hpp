#pragma once

#include <ostream>
#include <streambuf>
#include <string>

#include "florin/printable.hpp"

namespace florin::cli {

/// As long as it lives, nothing that a stream writes steers the terminal or turns the direction of writing, whoever
/// wrote it: also what was put into JSON, where the escape means the same character.
class Guarded : public std::streambuf {
 public:
  explicit Guarded(std::ostream& stream) : stream_(stream), behind_(stream.rdbuf(this)) {}
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded() override {
    pass(line_.size());
    stream_.rdbuf(behind_);
    stream_.flush();
  }

 private:
  int_type overflow(int_type c) override {
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    const char one = traits_type::to_char_type(c);
    return xsputn(&one, 1) == 1 ? c : traits_type::eof();
  }
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    line_.append(text, static_cast<std::size_t>(size));
    const std::size_t end = line_.rfind('\n');
    return end == std::string::npos || pass(end + 1) ? size : 0;
  }
  int sync() override {
    std::size_t whole = line_.size();
    // The last character may not be complete yet.
    for (std::size_t back = 1; back <= 3 && back <= line_.size(); ++back) {
      const auto byte = static_cast<unsigned char>(line_[line_.size() - back]);
      if (byte < 0x80) break;
      if (byte >= 0xc0) {
        const std::size_t bytes = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        if (back < bytes) whole = line_.size() - back;
        break;
      }
    }
    return pass(whole) && behind_->pubsync() == 0 ? 0 : -1;
  }
  bool pass(std::size_t bytes) {
    const std::string shown = printable_lines(std::string_view(line_).substr(0, bytes));
    line_.erase(0, bytes);
    return behind_->sputn(shown.data(), static_cast<std::streamsize>(shown.size())) ==
           static_cast<std::streamsize>(shown.size());
  }

  std::ostream& stream_;
  std::streambuf* behind_;
  std::string line_;
};

}  // namespace florin::cli
