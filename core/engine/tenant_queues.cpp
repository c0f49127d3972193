#include "engine/tenant_queues.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "engine/command_identity.hpp"

namespace florin::engine {

namespace {

/// Of a share, in debits: what else there is takes about eight times as long to decide, and an import sixteen.
std::size_t weight_of(const AnyCommand& command) {
  if (std::holds_alternative<ImportAccount>(command)) return 16;
  return is_usage(command) ? 1 : 8;
}

}  // namespace

bool TenantQueues::add(std::vector<Job>& jobs) {
  if (jobs.empty()) return true;
  const TenantId first = jobs.front().tenant;
  if (std::ranges::all_of(jobs, [&](const Job& job) { return job.tenant == first; })) {
    if (!fits(first, jobs.size())) return false;
    append(first, std::move(jobs));
    return true;
  }
  std::map<TenantId, std::vector<Job*>> by_tenant;
  for (Job& job : jobs) by_tenant[job.tenant].push_back(&job);
  for (const auto& [tenant, theirs] : by_tenant)
    if (!fits(tenant, theirs.size())) return false;
  for (const auto& [tenant, theirs] : by_tenant) {
    std::vector<Job> batch;
    batch.reserve(theirs.size());
    for (Job* job : theirs) batch.push_back(std::move(*job));
    append(tenant, std::move(batch));
  }
  return true;
}

void TenantQueues::add_always(Job job) {
  const TenantId tenant = job.tenant;
  std::vector<Job> one;
  one.push_back(std::move(job));
  append(tenant, std::move(one));
}

std::vector<Job> TenantQueues::turn(std::size_t most) {
  std::vector<Job> jobs;
  for (std::size_t queues = in_turn_.size(); queues > 0 && jobs.size() < most; --queues) {
    Queue& queue = *in_turn_.front();
    in_turn_.pop_front();
    for (std::size_t left = share_; left > 0 && !queue.batches.empty();) {
      Batch& batch = queue.batches.front();
      std::size_t taken = 0;
      for (; left > 0 && batch.next + taken < batch.jobs.size(); ++taken)
        left -= std::min(left, weight_of(batch.jobs[batch.next + taken].command));
      const bool last_of_it = batch.next + taken == batch.jobs.size();
      const auto from = batch.jobs.begin() + static_cast<std::ptrdiff_t>(batch.next);
      if (jobs.empty() && batch.next == 0 && last_of_it)
        jobs = std::move(batch.jobs);
      else
        std::move(from, from + static_cast<std::ptrdiff_t>(taken), std::back_inserter(jobs));
      batch.next += taken;
      queue.waiting -= taken;
      if (last_of_it) queue.batches.pop_front();
    }
    if (!queue.batches.empty())
      in_turn_.push_back(&queue);
    else
      queues_.erase(std::string(queue.tenant));
  }
  return jobs;
}

bool TenantQueues::fits(const TenantId& tenant, std::size_t more) const {
  const auto found = queues_.find(tenant.text());
  return (found == queues_.end() ? 0 : found->second->waiting) + more <= most_each_;
}

/// All of it or, with an exception, nothing.
void TenantQueues::append(const TenantId& tenant, std::vector<Job> jobs) {
  const std::size_t more = jobs.size();
  if (const auto found = queues_.find(tenant.text()); found != queues_.end()) {
    found->second->batches.push_back({std::move(jobs)});
    found->second->waiting += more;
    return;
  }
  auto queue = std::make_unique<Queue>();
  queue->tenant = tenant.text();
  queue->batches.push_back({std::move(jobs)});
  queue->waiting = more;
  in_turn_.push_back(queue.get());
  try {
    queues_.emplace(tenant.text(), std::move(queue));
  } catch (...) {
    in_turn_.pop_back();
    throw;
  }
}

}  // namespace florin::engine
