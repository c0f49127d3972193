#include "config/write_json.hpp"

namespace florin::config {

namespace {

class Writer {
 public:
  Writer(std::string& out, bool whole) : out_(out), whole_(whole) {}

  void write(const Shape& shape, void* value) {
    switch (shape.kind) {
      case Shape::Kind::written: return write(shape.inner(), shape.held(value));
      case Shape::Kind::maybe: {
        void* held = shape.held(value);
        if (held != nullptr) return write(shape.inner(), held);
        out_ += shape.none_is_a_word ? "\"none\"" : "null";
        return;
      }
      case Shape::Kind::scalar: {
        if (shape.unset != nullptr && shape.unset(value)) {
          out_ += "null";
          return;
        }
        const std::string text = shape.text(value);
        if (shape.format.json == Format::Json::string || shape.format.json == Format::Json::any)
          append_json_string(out_, text);
        else
          out_ += text;
        return;
      }
      case Shape::Kind::list:
      case Shape::Kind::table: return list(shape, value);
      case Shape::Kind::record: return record(shape, value);
      case Shape::Kind::one_of: {
        const Alternative& alternative = shape.alternatives[shape.index(value)];
        out_ += '{';
        key(alternative.name);
        write(alternative.shape(), shape.chosen(value));
        out_ += '}';
        return;
      }
    }
  }

 private:
  void key(std::string_view name) {
    append_json_string(out_, name);
    out_ += ':';
  }

  void list(const Shape& shape, void* value) {
    const bool table = shape.kind == Shape::Kind::table;
    out_ += table ? '{' : '[';
    for (std::size_t i = 0; i < shape.size(value); ++i) {
      if (i != 0) out_ += ',';
      const Item item = shape.item(value, i);
      if (table) key(shape.key().text(item.key));
      write(shape.inner(), item.value);
    }
    out_ += table ? '}' : ']';
  }

  static bool nothing(const Shape& shape, void* value) {
    if (shape.kind == Shape::Kind::maybe) return !shape.none_is_a_word && shape.held(value) == nullptr;
    return (shape.kind == Shape::Kind::list || shape.kind == Shape::Kind::table) && shape.size(value) == 0;
  }

  void record(const Shape& shape, void* value) {
    out_ += '{';
    bool first = true;
    for (const Field& field : shape.fields) {
      void* member = field.in(value);
      if (!whole_ && !field.required && nothing(field.shape(), member)) continue;
      if (!first) out_ += ',';
      first = false;
      key(field.name);
      write(field.shape(), member);
    }
    if (shape.rest != nullptr) {
      for (const Node& child : shape.rest(value).node.children) {
        if (!first) out_ += ',';
        first = false;
        key(child.key);
        out_ += json_text(child);
      }
    }
    out_ += '}';
  }

  std::string& out_;
  const bool whole_;
};

}  // namespace

void detail::write_json(std::string& out, const Shape& shape, const void* value, bool whole) {
  // A shape's functions serve reading and writing alike; writing JSON changes nothing behind them.
  Writer(out, whole).write(shape, const_cast<void*>(value));
}

}  // namespace florin::config
