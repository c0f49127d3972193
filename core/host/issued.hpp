#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "config/tenant/presentation.hpp"
#include "florin/result.hpp"
#include "readers/fold.hpp"

/// What the journal says of documents at the moment they were issued.
namespace florin {

class Assembly;

/// When a document was issued, under which version of the tenant's file, and whom it is addressed to.
struct Issued {
  std::string kind;  ///< invoice, credit_note, receipt or pro_forma
  OrderId order;
  RefundId refund;            ///< of a credit note
  std::uint32_t attempt = 0;  ///< that paid; 0: none did, or nothing was to be paid
  bool paid = false;          ///< with the issue
  std::string brand, masked;  ///< of what paid
  Instant at, due = never;
  std::uint32_t catalog = 0;
  std::string country, state;               ///< where the account was billed
  std::vector<std::uint64_t> addressed_to;  ///< entries that sealed the person of then; empty: nobody was named
  std::vector<std::uint64_t> named_later;   ///< entries since then that sealed something of the person, oldest first
  std::optional<IrnRecorded> registered;    ///< at the government's portal, since its issue
};

/// Follows the journal as far as it is durable; what was read once is kept, so that a document costs no second walk.
class IssueIndex {
 public:
  /// number  of an invoice or a credit note, or `receipt-12-1` and `pro-forma-12` of an order.
  /// Errors: no_such_document; the store's.
  Result<Issued> find(Assembly& assembly, const TenantId& tenant, const AccountId& account, const std::string& number);
  /// The tenant's file as of a version, in a language of its pages or in their default. Errors: no_such_version.
  Result<std::shared_ptr<const config::Presentation>> presentation(Assembly& assembly, const TenantId& tenant,
                                                                   std::uint32_t version, std::string language = {});

 private:
  using Name = std::pair<std::string, std::string>;
  Status follow(Assembly& assembly);
  void note(const Entry& entry, store::Position position);
  struct Known;
  static void learn(Known& known, const Fact& fact);
  static void add(Known& known, const Entry& entry, store::Position position, std::string number, Issued issued);

  std::mutex mutex_;
  std::map<std::uint32_t, store::Position> read_;  ///< of each shard
  /// What later entries of an account need of earlier ones.
  struct Known {
    std::vector<std::uint64_t> named;
    std::vector<std::uint64_t> ever_named;  ///< since the last erasure
    std::string country, state;
    std::map<SavedMethodId, std::pair<std::string, std::string>> methods;  ///< brand and masked number
    std::map<OrderId, Instant> due;                                        ///< of open orders
    std::map<std::pair<OrderId, std::uint32_t>, SavedMethodId> attempts;   ///< of open orders
    std::map<std::string, Issued> issued;
    std::map<std::string, std::uint64_t> issued_by;  ///< the entry of each
  };
  std::map<Name, Known> known_;
  /// By tenant, version and language; one of a tenant's own languages, so that there are few.
  std::map<std::tuple<std::string, std::uint32_t, std::string>, std::shared_ptr<const config::Presentation>>
      presentations_;
};

}  // namespace florin
