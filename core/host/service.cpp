#include "florin/service.hpp"

#include "config/check.hpp"
#include "config/service_file.hpp"
#include "domain/members/members.hpp"
#include "host/inside.hpp"
#include "transport/secrets.hpp"

namespace florin {

const ServiceSettings& Service::settings() const { return host_.inside_->service; }

std::shared_ptr<Assembly> Service::assembly() const { return host_.inside_->open(); }

Result<AccountRole> Service::standing(const TenantId& tenant, const AccountId& account, const Actor& actor) const try {
  return host_.inside_->on_account_at_once<AccountRole>(
      tenant, account, [&](const TenantState& state, const Account& found, const Catalogs& catalogs, Instant) {
        AccountRole standing{known_as(found, catalogs.at(state.catalog), actor).role, false};
        for (const Member& member : found.members)
          if (member.id.text() == actor.id && member.invited) standing.invited = true;
        if (found.deleted) standing = {};
        return standing;
      });
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Result<std::vector<std::string>> Service::roles(const TenantId& tenant) const try {
  const auto assembly = host_.inside_->open();
  if (!assembly) return closed();
  Result<std::vector<std::string>> result = no_such_tenant(tenant);
  const auto read = assembly->engine().read([&](const engine::Shard& shard) {
    if (!is_up(shard, tenant)) {
      result = not_up(shard, tenant);
      return;
    }
    std::vector<std::string> roles;
    for (const Role& role : shard.catalogs(tenant)->at(shard.tenant(tenant)->catalog).roles) roles.push_back(role.id);
    result = std::move(roles);
  });
  return read ? std::move(result) : Result<std::vector<std::string>>(read.error());
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

std::vector<TenantStanding> Service::tenants() const try {
  const auto assembly = host_.inside_->open();
  std::vector<TenantStanding> all;
  if (!assembly) return all;
  (void)!assembly->engine().read([&](const engine::Shard& shard) {
    for (const TenantId& tenant : shard.tenants()) {
      all.push_back({.tenant = tenant, .stopped = std::nullopt});
      if (!is_up(shard, tenant)) all.back().stopped = not_up(shard, tenant);
    }
  });
  return all;
} catch (const std::exception&) {
  return {};
}

void Service::follow(const TenantId& tenant, const AccountId& account, const std::string& trace) const {
  if (const auto assembly = host_.inside_->open()) assembly->plugins().follow(tenant, account, trace);
}

Result<std::string> Service::secret(const std::string& reference) const { return read_secret(reference); }

void Service::post(Outgoing request, std::function<void(OutgoingAnswer)> done) const try {
  const auto no = [&](const std::string& problem) {
    done(OutgoingAnswer{.status = 0, .headers = {}, .body = {}, .problem = problem});
  };
  const std::size_t scheme = request.url.find("://");
  const std::size_t path = scheme == std::string::npos ? std::string::npos : request.url.find('/', scheme + 3);
  const std::string origin = request.url.substr(0, path);
  const auto network = host_.inside_->network();
  if (!network) return no(network.error().message);
  // The host of the URL is the operator's own word, so it is granted; where it may lead is the network's to check.
  const auto address =
      granted_address(origin, {origin.substr(std::min(scheme + 3, origin.size()))}, (*network)->egress());
  if (!address) return no(address.error().message);
  WireRequest wire;
  wire.endpoint = "receiver";
  wire.method = "POST";
  wire.path = path == std::string::npos ? "/" : request.url.substr(path);
  wire.headers = wire.headers_shown = std::move(request.headers);
  wire.body = wire.body_shown = std::move(request.body);
  const std::shared_ptr<Transport> way = (*network)->to({{"receiver", *address}});
  way->send(std::move(wire), host_.now(), [way, done](WireReply reply) {
    const bool answered = reply.arrived == Arrival::answered;
    done(OutgoingAnswer{.status = answered ? reply.status : 0,
                        .headers = std::move(reply.headers),
                        .body = std::move(reply.body),
                        .problem = std::move(reply.problem)});
  });
} catch (const std::exception& thrown) {
  done(OutgoingAnswer{.status = 0, .headers = {}, .body = {}, .problem = thrown.what()});
}

Result<std::string> read_reference(const std::string& reference) { return read_secret(reference); }

Result<ServiceSettings> read_service_settings(const std::string& config) try {
  Errors errors;
  (void)config::load_host_file(config, errors);
  if (errors.empty()) return config::load_service_settings(config, errors);
  return Error{.code = errors.front().code, .message = config::text_of(errors), .at = errors.front().at};
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

namespace {

std::string mark_of(std::string_view name) { return "service." + std::string(name); }

}  // namespace

std::uint64_t Service::owned_epoch() const {
  const auto assembly = host_.inside_->open();
  return assembly ? assembly->engine().owned_epoch() : 0;
}

Result<std::string> Service::note(std::string_view name) const try {
  const auto assembly = host_.inside_->open();
  if (!assembly) return closed();
  return assembly->store().mark(mark_of(name));
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

Status Service::set_note(std::string_view name, std::string_view text) const try {
  const auto assembly = host_.inside_->open();
  if (!assembly) return closed();
  return assembly->store().set_mark(mark_of(name), text);
} catch (const std::exception& thrown) {
  return failed_by(thrown);
}

}  // namespace florin
