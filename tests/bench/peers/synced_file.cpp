#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>

#include "../contestant.hpp"

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t block = 4096;
constexpr std::size_t bytes_of_file = std::size_t{256} << 20;
constexpr std::size_t bytes_of_debit = 48;

/// What the disk allows: records of a debit's size into a file of its full size, past the page cache, synced.
/// There are no accounts, no keys and no rules in it.
class SyncedFile final : public Contestant {
 public:
  explicit SyncedFile(const Place& place) {
    file_ = ::open((place.folder / "raw").c_str(), O_CREAT | O_RDWR | O_DIRECT | O_CLOEXEC, 0600);
    if (file_ < 0) file_ = ::open((place.folder / "raw").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    must(file_ >= 0, "the raw file opens");
    bytes_ = static_cast<char*>(std::aligned_alloc(block, most));
    std::memset(bytes_, 'x', most);
    for (std::size_t at = 0; at < bytes_of_file; at += most)
      must(::pwrite(file_, bytes_, most, static_cast<off_t>(at)) == static_cast<ssize_t>(most), "the file is filled");
    must(::fdatasync(file_) == 0, "the file is synced");
  }
  ~SyncedFile() override {
    ::close(file_);
    std::free(bytes_);
  }

  std::string name() const override { return "raw synced file"; }
  bool does(const Work& work) const override { return work.spread == Spread::uniform; }

  double run(const Work& work) override {
    const std::size_t together = work.in_batches() ? work.batch : work.callers;
    const std::size_t length = (together * bytes_of_debit + block - 1) / block * block;
    must(length <= most, "a batch fits");
    const auto start = Clock::now();
    std::size_t count = 0;
    double seconds = 0;
    while (seconds < work.seconds) {
      ++writes_;
      std::memcpy(bytes_, &writes_, sizeof writes_);
      if (at_ + length > bytes_of_file) at_ = 0;
      must(::pwrite(file_, bytes_, length, static_cast<off_t>(at_)) == static_cast<ssize_t>(length), "written");
      must(::fdatasync(file_) == 0, "synced");
      last_ = at_;
      at_ += length;
      count += together;
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
    }
    return static_cast<double>(count) / seconds;
  }

  void prove() override {
    std::uint64_t found = 0;
    must(::pread(file_, bytes_, block, static_cast<off_t>(last_)) == static_cast<ssize_t>(block), "read back");
    std::memcpy(&found, bytes_, sizeof found);
    must(found == writes_, "raw file: the last write is there");
  }

 private:
  static constexpr std::size_t most = std::size_t{1} << 20;
  int file_ = -1;
  char* bytes_ = nullptr;
  std::size_t at_ = 0, last_ = 0;
  std::uint64_t writes_ = 0;
};

}  // namespace

std::unique_ptr<Contestant> synced_file(const Place& place) { return std::make_unique<SyncedFile>(place); }

}  // namespace bench
