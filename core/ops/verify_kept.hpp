#pragma once

#include <string>
#include <vector>

#include "readers/fold.hpp"
#include "readers/versions.hpp"
#include "store/store.hpp"

namespace florin {

/// What a store keeps beside its journal and does not hold; `about` whom or what.
struct Unkept {
  const char* rule;
  std::string about;
  std::string text;
};

/// Each person who was not erased can be read: their key opens what it sealed.
/// last   of the journal as it was folded: who was erased since then is none
std::vector<Unkept> check_persons(store::Store& store, std::uint32_t shard, const readers::Fold& fold,
                                  store::Position last);
/// What customers are asked for can be read: its key opens what it sealed. `last` as above.
std::vector<Unkept> check_actions(store::Store& store, std::uint32_t shard, const readers::Fold& fold,
                                  store::Position last);
/// The settings of the store are what a host may have written there.
std::vector<Unkept> check_marks(store::Store& store, const readers::Fold& fold, readers::Versions& versions);

}  // namespace florin
