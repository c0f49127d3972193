#include "domain/journal/journal.hpp"

#include "domain/journal/codec.hpp"
#include "domain/journal/described.hpp"

namespace florin::journal {

namespace {

template <class T>
std::string bytes_of(const T& value) {
  std::string bytes;
  codec::Writer out(bytes);
  codec::write(out, value);
  return bytes;
}

template <class T>
Result<T> value_of(std::string_view bytes) {
  try {
    codec::Reader in(bytes);
    return codec::read<T>(in);
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_checkpoint", .message = damaged.what()};
  }
}

}  // namespace

void write(std::string& out, const Entry& entry) {
  codec::Writer writer(out);
  codec::write(writer, entry);
}

Result<std::vector<Entry>> read(std::string_view bytes) {
  try {
    std::vector<Entry> entries;
    for (codec::Reader in(bytes); !in.empty();) entries.push_back(codec::read<Entry>(in));
    return entries;
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_row", .message = damaged.what()};
  }
}

std::string write(const Account& account) { return bytes_of(account); }
std::string write(const TenantState& tenant) { return bytes_of(tenant); }
Result<Account> read_account(std::string_view bytes) { return value_of<Account>(bytes); }
Result<TenantState> read_tenant(std::string_view bytes) { return value_of<TenantState>(bytes); }

}  // namespace florin::journal
