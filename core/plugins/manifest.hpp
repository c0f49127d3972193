#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "florin/result.hpp"

namespace florin {

/// What a plugin says of itself before any of its code runs.
struct Manifest {
  std::string id;
  std::string version;
  std::vector<std::string> interfaces;             ///< `florin.processor/1`, ...
  std::map<std::string, std::string> endpoints;    ///< name to default address; requests go nowhere else
  std::map<std::string, std::string> secrets;      ///< name to the one endpoint it may be sent to bare; "": to none
  std::map<std::string, std::string> credentials;  ///< the same, of what the host obtains itself
  std::vector<std::string> person;                 ///< what of whom is charged it must know: email, phone
  bool browser = false;                            ///< it is handed the browser of who pays, where that is known
  std::string config_schema;                       ///< JSON Schema of the operator's block; empty when not given

  bool offers(std::string_view interface_id) const;
  /// The endpoint that a secret or a credential of this name may be sent to bare; empty: none.
  std::string bound_to(const std::string& name) const;
};

/// Reads the section `.florin`: a line with the ABI's version, then JSON. One of an earlier header is taken as it is.
/// Errors: wrong_abi, bad_manifest.
Result<Manifest> read_manifest(std::string_view section);

/// The bytes of the section `.florin` of a shared object for this machine, up to its first zero byte.
///
/// file   the whole file; nothing in it is believed
/// Errors: not_a_plugin, wrong_machine.
Result<std::string> manifest_section(std::string_view file);

}  // namespace florin
