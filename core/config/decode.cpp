#include "config/decode.hpp"

#include <algorithm>

#include "config/hint.hpp"

namespace florin::config {

namespace {

std::string inside(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

std::string_view what_it_is(const Node& node) {
  switch (node.kind) {
    case Node::Kind::nothing: return "nothing";
    case Node::Kind::scalar: return "a single value";
    case Node::Kind::list: return "a list";
    case Node::Kind::map: break;
  }
  return "a map";
}

/// Walks a shape and a tree side by side.
class Decoder {
 public:
  explicit Decoder(Errors& errors) : errors_(errors) {}

  void decode(const Node& node, const std::string& path, const Shape& shape, void* into) {
    switch (shape.kind) {
      case Shape::Kind::written:
        if (shape.at != nullptr) shape.at(into) = node.where(path);
        return decode(node, path, shape.inner(), shape.held(into));
      case Shape::Kind::maybe:
        if (shape.none_is_a_word && node.kind == Node::Kind::scalar && node.text == "none") return;
        return decode(node, path, shape.inner(), shape.emplace(into));
      case Shape::Kind::scalar: return scalar(node, path, shape, into);
      case Shape::Kind::list: return list(node, path, shape, into);
      case Shape::Kind::table: return table(node, path, shape, into);
      case Shape::Kind::record: return record(node, path, shape, into);
      case Shape::Kind::one_of: return one_of(node, path, shape, into);
    }
  }

 private:
  void add(std::string code, std::string message, Where at) {
    errors_.push_back({.code = std::move(code), .message = std::move(message), .at = std::move(at)});
  }

  /// Says what is wrong when the value is not of the kind that belongs here.
  bool is(Node::Kind kind, const Node& node, const std::string& path, std::string_view wanted) {
    if (node.kind == kind) return true;
    if (node.kind == Node::Kind::nothing)
      add("empty_value", "a value is missing: " + std::string(wanted) + " belongs here, or leave the key out",
          node.where(path));
    else
      add("wrong_kind", std::string(wanted) + " belongs here, not " + std::string(what_it_is(node)), node.where(path));
    return false;
  }

  void scalar(const Node& node, const std::string& path, const Shape& shape, void* into) {
    std::string wanted = "a value";
    if (!shape.words.empty())
      wanted = choice({shape.words.begin(), shape.words.end()});
    else if (!shape.format.example.empty())
      wanted = "a value such as '" + std::string(shape.format.example) + "'";
    if (!is(Node::Kind::scalar, node, path, wanted)) return;
    if (auto error = shape.parse(node.text, into)) add(std::move(error->code), error->message, node.where(path));
  }

  void list(const Node& node, const std::string& path, const Shape& shape, void* into) {
    if (shape.one_may_stand_alone && node.kind != Node::Kind::list)
      return decode(node, path, shape.inner(), shape.append(into).value);
    if (!is(Node::Kind::list, node, path, "a list")) return;
    for (std::size_t i = 0; i < node.children.size(); ++i)
      decode(node.children[i], path + "[" + std::to_string(i) + "]", shape.inner(), shape.append(into).value);
  }

  void table(const Node& node, const std::string& path, const Shape& shape, void* into) {
    if (shape.one_may_stand_alone && node.kind == Node::Kind::scalar)
      return decode(node, path, shape.inner(), shape.append(into).value);
    const std::string_view wanted = shape.one_may_stand_alone ? "a value, or a map of them" : "a map of names";
    if (!is(Node::Kind::map, node, path, wanted)) return;
    for (const Node& child : node.children) {
      const std::string here = inside(path, child.key);
      const Item item = shape.append(into);
      if (auto error = shape.key().parse(child.key, item.key))
        add(std::move(error->code), error->message, child.where_key(here));
      decode(child, here, shape.inner(), item.value);
    }
  }

  void record(const Node& node, const std::string& path, const Shape& shape, void* into) {
    if (shape.at != nullptr) shape.at(into) = node.key_line == 0 ? node.where(path) : node.where_key(path);
    std::vector<std::string_view> known;
    for (const Field& field : shape.fields) known.push_back(field.name);
    if (!is(Node::Kind::map, node, path, known.empty() ? "{}" : "a map with " + choice(known))) return;
    if (shape.rest != nullptr) {
      Node& rest = shape.rest(into).node;
      rest = node;
      std::erase_if(rest.children, [&](const Node& child) { return std::ranges::count(known, child.key) != 0; });
    }
    for (const Field& field : shape.fields) {
      const Node* child = node.child(field.name);
      if (child != nullptr)
        decode(*child, inside(path, field.name), field.shape(), field.in(into));
      else if (field.required)
        add("missing_key",
            "'" + std::string(field.name) + "' is missing" + may_be(field.shape()) + meant_for(field.name, shape, into),
            node.where_key(path));
    }
    if (shape.rest != nullptr) return;
    for (const Node& child : node.children) {
      if (std::ranges::count(known, child.key) != 0) continue;
      const std::string hint = did_you_mean(child.key, known);
      const bool of_number = child.kind == Node::Kind::nothing && !child.key.empty() && child.key.front() >= '0' &&
                             child.key.front() <= '9';
      add("unknown_key",
          "'" + child.key.substr(0, 80) + "' is not known here" +
              (of_number       ? ": a comma ends a value inside { }; write numbers without one, as 1020.00"
               : !hint.empty() ? hint
               : known.empty() ? std::string(": nothing more is to be said")
                               : ": write " + choice(known)),
          child.where_key(inside(path, child.key)));
    }
  }

  void one_of(const Node& node, const std::string& path, const Shape& shape, void* into) {
    std::vector<std::string_view> known;
    for (const Alternative& alternative : shape.alternatives) known.push_back(alternative.name);
    if (!is(Node::Kind::map, node, path, "a map with one of " + choice(known))) return;
    if (node.children.size() != 1)
      return add("one_key", "exactly one key belongs here: " + choice(known), node.where(path));
    const Node& child = node.children.front();
    const std::string here = inside(path, child.key);
    for (const Alternative& alternative : shape.alternatives)
      if (alternative.name == child.key) return decode(child, here, alternative.shape(), alternative.emplace(into));
    add("unknown_key", "'" + child.key.substr(0, 80) + "' is not known here" + did_you_mean(child.key, known),
        child.where_key(here));
  }

  /// Names the key that was passed on to somebody else and looks like the one that is missing.
  static std::string meant_for(std::string_view missing, const Shape& shape, void* into) {
    if (shape.rest == nullptr) return {};
    std::vector<std::string_view> passed_on;
    for (const Node& child : shape.rest(into).node.children) passed_on.push_back(child.key);
    const std::string meant = nearest(missing, passed_on);
    return meant.empty() ? meant : " (is '" + meant + "' meant?)";
  }

  /// What may be written where a key is missing.
  static std::string may_be(const Shape& shape) {
    switch (shape.kind) {
      case Shape::Kind::written: return may_be(shape.inner());
      case Shape::Kind::maybe: return may_be(shape.inner()) + (shape.none_is_a_word ? " or 'none'" : "");
      case Shape::Kind::list: return ": a list" + (shape.inner().words.empty() ? "" : " of " + words(shape.inner()));
      case Shape::Kind::table: return ": a map of names";
      case Shape::Kind::one_of: return ": a map with one key";
      case Shape::Kind::record: {
        std::vector<std::string_view> known;
        for (const Field& field : shape.fields) known.push_back(field.name);
        return ": a map with " + choice(known);
      }
      case Shape::Kind::scalar: break;
    }
    if (!shape.words.empty()) return ": write " + words(shape);
    return shape.format.example.empty() ? std::string() : ": write it as '" + std::string(shape.format.example) + "'";
  }
  static std::string words(const Shape& shape) { return choice({shape.words.begin(), shape.words.end()}); }

  Errors& errors_;
};

}  // namespace

void detail::decode(const Node& node, const std::string& path, const Shape& shape, void* into, Errors& errors) {
  Decoder(errors).decode(node, path, shape, into);
}

}  // namespace florin::config
