#include <filesystem>
#include <iostream>

#include "commands.hpp"
#include "florin/check.hpp"
#include "florin/host.hpp"
#include "florin/ops.hpp"
#include "outcome.hpp"

namespace florin::cli {

namespace {

Actor actor_of(const std::string& as) {
  const std::size_t colon = as.find(':');
  return {as.substr(0, colon), colon == std::string::npos ? std::string() : as.substr(colon + 1)};
}

Result<Host> open_host(const std::string& config, const std::string& data) {
  HostOptions options;
  options.config = config;
  options.data = data;
  return Host::open(options);
}

/// Whether all files are without an error; says every one.
bool all_fit(const std::vector<std::string>& files) {
  const ConfigCheck checked = check_config(files);
  std::cerr << as_text(checked.errors);
  return checked.errors.empty();
}

}  // namespace

int plan(const std::string& data, const std::vector<std::string>& files, bool json) {
  if (!all_fit(files)) return problems;
  const auto plans = plan_files(data, files);
  if (!plans && !plans.error().at.file.empty()) {
    std::cerr << plans.error().message;
    return problems;
  }
  if (!plans) return fail(plans.error());
  std::cout << (json ? as_json(*plans) + "\n" : as_text(*plans));
  return written(fine);
}

int apply(const ApplyWords& words) {
  if (words.files.empty() == (words.version == 0)) {
    std::cerr << "florin: apply takes files, or --tenant with --version\n";
    return usage;
  }
  if (!all_fit(words.files)) return problems;
  TenantId tenant;
  if (words.version != 0) {
    const auto id = TenantId::parse(words.tenant);
    if (!id) return failed_to_read("--tenant", id);
    tenant = *id;
  }
  auto host = open_host(words.config, words.data);
  if (!host) return fail(host.error());
  const auto say = [&](const std::string& what, const Result<std::uint32_t>& applied) {
    if (applied)
      std::cout << what << ": version " << *applied << " is in force\n";
    else
      std::cerr << what << ": not applied, " << applied.error().code << ": " << applied.error().message << "\n";
    return bool(applied);
  };
  bool all = true;
  if (words.version != 0)
    all = say(tenant.text(), host->apply_again(tenant, words.version, actor_of(words.as)));
  else
    for (const std::string& file : tenant_files(words.files))
      all = say(file, host->apply(file, actor_of(words.as))) && all;
  return written(all ? fine : refused);
}

int versions(const std::string& data, const std::string& tenant, bool json) {
  std::optional<TenantId> only;
  if (!tenant.empty()) {
    const auto id = TenantId::parse(tenant);
    if (!id) return failed_to_read("TENANT", id);
    only = *id;
  }
  const auto found = florin::versions(data, only);
  if (!found) return fail(found.error());
  std::cout << (json ? as_json(*found) + "\n" : as_text(*found));
  return written(fine);
}

}  // namespace florin::cli
