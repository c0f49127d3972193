#include "engine/shard_mark.hpp"

#include <boost/describe.hpp>

#include "domain/journal/codec.hpp"

namespace florin::engine {

BOOST_DESCRIBE_STRUCT(ShardMark::Erasure, (), (tenant, account, position))
BOOST_DESCRIBE_STRUCT(ShardMark, (), (floor, last_at, accounts, tenants, usage_runs, money_runs, erasures))

std::string ShardMark::bytes() const {
  std::string bytes;
  {
    codec::Writer out(bytes);
    codec::write(out, *this);
  }
  return bytes;
}

Result<ShardMark> ShardMark::read(std::string_view bytes) {
  try {
    codec::Reader in(bytes);
    return codec::read<ShardMark>(in);
  } catch (const codec::Damaged& damaged) {
    return Error{.code = "damaged_checkpoint", .message = damaged.what()};
  }
}

}  // namespace florin::engine
