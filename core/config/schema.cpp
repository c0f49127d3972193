#include "config/schema.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace florin::config {

namespace {

namespace json = boost::json;

json::string_view in_json(std::string_view text) { return {text.data(), text.size()}; }

/// Each record becomes a definition, so that a type may hold itself.
class Describer {
 public:
  json::object describe(const Shape& shape, int merged_levels) {
    switch (shape.kind) {
      case Shape::Kind::written: return describe(shape.inner(), merged_levels);
      case Shape::Kind::maybe:
        if (!shape.none_is_a_word) return describe(shape.inner(), merged_levels);
        return {{"anyOf", json::array{json::object{{"const", "none"}}, describe(shape.inner(), merged_levels)}}};
      case Shape::Kind::scalar: return scalar(shape);
      case Shape::Kind::list: {
        json::object list = {{"type", "array"}, {"items", describe(shape.inner(), 0)}};
        if (!shape.one_may_stand_alone) return list;
        return {{"anyOf", json::array{describe(shape.inner(), 0), std::move(list)}}};
      }
      case Shape::Kind::table: {
        json::object table = {{"type", "object"}, {"additionalProperties", describe(shape.inner(), merged_levels - 1)}};
        const json::object key = scalar(shape.key());
        if (key.contains("pattern") || key.contains("enum")) table["propertyNames"] = key;
        if (!shape.one_may_stand_alone) return table;
        return {{"anyOf", json::array{describe(shape.inner(), 0), std::move(table)}}};
      }
      case Shape::Kind::record: return {{"$ref", in_json("#/$defs/" + define(shape, merged_levels))}};
      case Shape::Kind::one_of: break;
    }
    json::object properties;
    for (const Alternative& alternative : shape.alternatives)
      properties[in_json(alternative.name)] = describe(alternative.shape(), 0);
    return {{"type", "object"},
            {"minProperties", 1},
            {"maxProperties", 1},
            {"properties", std::move(properties)},
            {"additionalProperties", false}};
  }

  json::object definitions() {
    json::object all;
    for (Definition& definition : definitions_) all[in_json(definition.name)] = std::move(definition.schema);
    return all;
  }

 private:
  struct Definition {
    const Shape* shape;
    std::string name;
    json::object schema;
  };

  static json::object scalar(const Shape& shape) {
    json::object scalar;
    if (!shape.words.empty()) {
      json::array words;
      for (const std::string_view word : shape.words) words.emplace_back(in_json(word));
      scalar["enum"] = std::move(words);
      return scalar;
    }
    switch (shape.format.json) {
      case Format::Json::string: scalar["type"] = "string"; break;
      case Format::Json::integer: scalar["type"] = "integer"; break;
      case Format::Json::boolean: scalar["type"] = "boolean"; return scalar;
      case Format::Json::any:
      case Format::Json::raw: return scalar;
    }
    if (!shape.format.pattern.empty()) scalar["pattern"] = in_json(shape.format.pattern);
    if (shape.format.json == Format::Json::string && !shape.format.example.empty())
      scalar["examples"] = json::array{in_json(shape.format.example)};
    return scalar;
  }

  std::string define(const Shape& shape, int merged_levels) {
    const auto known = std::ranges::find(definitions_, &shape, &Definition::shape);
    if (known != definitions_.end()) return known->name;
    std::string name(shape.name);
    while (std::ranges::count(definitions_, name, &Definition::name) != 0) name += '_';
    const std::size_t place = definitions_.size();
    definitions_.push_back({.shape = &shape, .name = name, .schema = {}});
    json::object properties;
    json::array required;
    for (const Field& field : shape.fields) {
      json::object member = describe(field.shape(), merged_levels - 1);
      if (!field.says.empty()) member["description"] = in_json(field.says);
      properties[in_json(field.name)] = std::move(member);
      if (field.required && merged_levels <= 0) required.emplace_back(in_json(field.name));
    }
    json::object record = {{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) record["required"] = std::move(required);
    record["additionalProperties"] = shape.rest != nullptr;
    definitions_[place].schema = std::move(record);
    return name;
  }

  std::vector<Definition> definitions_;
};

/// Short parts on one line, long ones a member a line.
void append_pretty(std::string& out, const json::value& value, std::size_t indent) {
  const std::string line = json::serialize(value);
  const bool object = value.is_object();
  if ((!object && !value.is_array()) || indent + line.size() <= 100) {
    out += line;
    return;
  }
  const std::string blanks(indent + 2, ' ');
  bool first = true;
  const auto next = [&] {
    out += (first ? "\n" : ",\n") + blanks;
    first = false;
  };
  out += object ? '{' : '[';
  if (object) {
    for (const auto& member : value.get_object()) {
      next();
      out += json::serialize(member.key()) + ": ";
      append_pretty(out, member.value(), indent + 2);
    }
  } else {
    for (const json::value& item : value.get_array()) {
      next();
      append_pretty(out, item, indent + 2);
    }
  }
  out += "\n" + std::string(indent, ' ') + (object ? '}' : ']');
}

}  // namespace

std::string detail::schema(const Shape& shape, std::string_view title, int merged_levels) {
  Describer describer;
  json::object root = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", in_json(title)}};
  for (auto& member : describer.describe(shape, merged_levels)) root[member.key()] = std::move(member.value());
  root["$defs"] = describer.definitions();
  std::string out;
  append_pretty(out, root, 0);
  return out + "\n";
}

}  // namespace florin::config
