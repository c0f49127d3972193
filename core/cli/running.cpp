#include "running.hpp"

#include <iostream>
#include <streambuf>

namespace florin::cli {

namespace {

thread_local Host* host_of_thread = nullptr;
thread_local std::string* out_of_thread = nullptr;
thread_local std::string* err_of_thread = nullptr;

/// Writes into the text of the thread that writes, or where the stream wrote before.
class Switch : public std::streambuf {
 public:
  Switch(std::streambuf* before, bool errors) : before_(before), errors_(errors) {}

 protected:
  int_type overflow(int_type c) override {
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    std::string* text = text_of_thread();
    if (text == nullptr) return before_->sputc(traits_type::to_char_type(c));
    text->push_back(traits_type::to_char_type(c));
    return c;
  }
  std::streamsize xsputn(const char* bytes, std::streamsize size) override {
    std::string* text = text_of_thread();
    if (text == nullptr) return before_->sputn(bytes, size);
    text->append(bytes, static_cast<std::size_t>(size));
    return size;
  }
  int sync() override { return text_of_thread() == nullptr ? before_->pubsync() : 0; }

 private:
  std::string* text_of_thread() const { return errors_ ? err_of_thread : out_of_thread; }
  std::streambuf* before_;
  bool errors_;
};

}  // namespace

Host* running_host() { return host_of_thread; }

InsideHost::InsideHost(Host& host) {
  host_of_thread = &host;
  out_of_thread = &out;
  err_of_thread = &err;
}

InsideHost::~InsideHost() {
  host_of_thread = nullptr;
  out_of_thread = err_of_thread = nullptr;
}

void share_streams() {
  static Switch out(std::cout.rdbuf(), false), err(std::cerr.rdbuf(), true);
  std::cout.rdbuf(&out);
  std::cerr.rdbuf(&err);
}

}  // namespace florin::cli
