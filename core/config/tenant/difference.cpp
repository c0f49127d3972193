#include "config/tenant/difference.hpp"

#include <algorithm>

namespace florin::config {

namespace {

struct Leaf {
  std::string path;
  std::string text;
  Where at;
};

bool is_scalar(const Node& node) { return node.kind == Node::Kind::scalar || node.kind == Node::Kind::nothing; }

std::string in_line(const Node& node) {
  if (node.kind == Node::Kind::nothing) return "null";
  if (node.kind == Node::Kind::scalar) return node.text;
  std::string text;
  for (const Node& child : node.children)
    text += (text.empty() ? "" : ", ") + (child.key.empty() ? "" : child.key + ": ") + in_line(child);
  return node.kind == Node::Kind::list ? "[" + text + "]" : "{" + text + "}";
}

void add_leaves(const Node& node, const std::string& path, std::vector<Leaf>& leaves) {
  const bool plain_list = node.kind == Node::Kind::list && std::ranges::all_of(node.children, is_scalar);
  if (is_scalar(node) || plain_list || node.children.empty()) {
    leaves.push_back({path, in_line(node), node.where(path)});
    return;
  }
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const Node& child = node.children[i];
    const std::string name = child.key.empty() ? "[" + std::to_string(i) + "]" : (path.empty() ? "" : ".") + child.key;
    add_leaves(child, path + name, leaves);
  }
}

std::vector<Leaf> leaves_of(const Node& tree) {
  std::vector<Leaf> leaves;
  add_leaves(tree, "", leaves);
  return leaves;
}

}  // namespace

std::vector<Discrepancy> discrepancies(const Node& before, const Node& after) {
  const std::vector<Leaf> old_leaves = leaves_of(before), new_leaves = leaves_of(after);
  std::vector<Discrepancy> all;
  for (const Leaf& leaf : new_leaves) {
    const auto same = std::ranges::find(old_leaves, leaf.path, &Leaf::path);
    if (same == old_leaves.end())
      all.push_back({leaf.path, "", leaf.text, leaf.at});
    else if (same->text != leaf.text)
      all.push_back({leaf.path, same->text, leaf.text, leaf.at});
  }
  for (const Leaf& leaf : old_leaves)
    if (std::ranges::find(new_leaves, leaf.path, &Leaf::path) == new_leaves.end())
      all.push_back({leaf.path, leaf.text, "", leaf.at});
  return all;
}

Errors must_stay(const Tenant& before, const Tenant& after) {
  Errors errors;
  const auto stays = [&](bool same, std::string_view block, const std::string& pointer, const std::string& why) {
    if (!same) errors.push_back({.code = "cannot_change", .message = why, .at = locate(after, block, pointer)});
  };
  const Catalog& old_one = before.catalog;
  const Catalog& next = after.catalog;
  stays(old_one.currency == next.currency, "currency", "",
        "the books are in " + std::string(old_one.currency.code()) + ", for good");
  const Node* zone_before = before.tree.child("timezone");
  const Node* zone_after = after.tree.child("timezone");
  const std::string zone = zone_before == nullptr ? "" : zone_before->text;
  stays(zone_after != nullptr && zone_after->text == zone, "timezone", "",
        "periods that run are counted in " + zone + ", for good");
  for (const CreditTypeRule& type : old_one.credits) {
    const CreditTypeRule* now = next.credit_type(type.id);
    stays(now != nullptr, "credits", "",
          "the credits '" + type.id.text() + "' are in the books: they stay declared, also when nothing uses them");
    if (now == nullptr) continue;
    stays(now->decimals == type.decimals && now->is_money == type.is_money, "credits", "/" + type.id.text(),
          "the books count '" + type.id.text() + "' with " + std::to_string(type.decimals) + " decimals, for good");
  }
  return errors;
}

}  // namespace florin::config
