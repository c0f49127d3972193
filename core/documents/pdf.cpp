#include "documents/pdf.hpp"

#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "documents/qr.hpp"
#include "documents/words.hpp"

namespace florin::documents {

namespace {

constexpr double margin = 42.52;  // 15 mm, in points
constexpr double gap = 14;
constexpr int most_lines = 30;  // of 500 characters that are as wide as they come

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
template <class T>
using Held = std::unique_ptr<T, Unref>;

/// Only these folders, and families in this order: what else is installed does not matter. Pictures of a fixed size, as
/// of emoji, are scaled to that of the letters around them.
constexpr const char* font_rules = R"(<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>/usr/share/fonts/truetype/noto</dir><dir>/usr/share/fonts/opentype/noto</dir><dir>/usr/share/fonts/truetype/dejavu</dir>
<cachedir>/var/cache/fontconfig</cachedir>
<alias binding="same"><family>Florin</family><prefer><family>Noto Sans</family><family>DejaVu Sans</family><family>Noto Sans Hebrew</family>
<family>Noto Sans Arabic</family><family>Noto Sans Devanagari</family><family>Noto Sans Thai</family><family>Noto Sans CJK JP</family></prefer></alias>
<match target="font"><test name="outline" compare="eq"><bool>false</bool></test><edit name="pixelsizefixupfactor" mode="assign">
<divide><name target="pattern">pixelsize</name><name target="font">pixelsize</name></divide></edit></match>
<match target="font"><test name="outline" compare="eq"><bool>false</bool></test><edit name="matrix" mode="assign">
<times><name>matrix</name><matrix><name>pixelsizefixupfactor</name><double>0</double><double>0</double><name>pixelsizefixupfactor</name></matrix></times></edit>
<edit name="size" mode="assign"><divide><name>size</name><name>pixelsizefixupfactor</name></divide></edit></match>
</fontconfig>)";

/// One for the process; who uses it holds the lock.
PangoFontMap* font_map() {
  static PangoFontMap* const map = []() -> PangoFontMap* {
    FcConfig* config = FcConfigCreate();
    if (config == nullptr) return nullptr;
    FcConfigParseAndLoadFromMemory(config, reinterpret_cast<const FcChar8*>(font_rules), FcTrue);
    FcConfigBuildFonts(config);
    const FcFontSet* fonts = FcConfigGetFonts(config, FcSetSystem);
    if (fonts == nullptr || fonts->nfont == 0) return nullptr;
    PangoFontMap* made = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(made), config);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(made), 72);
    return made;
  }();
  return map;
}
std::mutex& drawing() {
  static std::mutex mutex;
  return mutex;
}

struct Style {
  double size = 9.5;
  bool bold = false, soft = false, right = false;
  int lines = 12;  ///< what is longer ends with an ellipsis
};

cairo_status_t write(void* into, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(into)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

/// One pass over a document. The first counts pages, the second knows how many there are.
class Sheets {
 public:
  Sheets(const DocumentPage& page, int pages) : page_(page), pages_(pages) {
    const bool letter = page.paper == "letter";
    width_ = letter ? 612 : 595.28;
    height_ = letter ? 792 : 841.89;
    surface_.reset(cairo_pdf_surface_create_for_stream(&write, &pdf_.bytes, width_, height_));
    cairo_pdf_surface_restrict_to_version(surface_.get(), CAIRO_PDF_VERSION_1_5);
    const std::string title = page.title + " " + page.number;
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, title.c_str());
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_AUTHOR, page.seller.name.c_str());
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE, page.issued_at.text().c_str());
    cairo_.reset(cairo_create(surface_.get()));
    context_.reset(pango_font_map_create_context(font_map()));
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(context_.get(), options);
    cairo_font_options_destroy(options);
    pango_context_set_language(context_.get(), pango_language_from_string(page.language.c_str()));
  }

  Pdf draw() {
    pdf_.pages = 1;
    heading();
    items();
    sums();
    notes();
    foot();
    cairo_show_page(cairo_.get());
    cairo_surface_finish(surface_.get());
    return std::move(pdf_);
  }
  bool failed() const { return cairo_surface_status(surface_.get()) != CAIRO_STATUS_SUCCESS; }

 private:
  /// Draws at `x` and the present height; returns how high it is.
  double text(double x, double width, const std::string& what, const Style& style, bool draws = true) {
    Held<PangoLayout> layout(pango_layout_new(context_.get()));
    pango_layout_set_text(layout.get(), what.data(), static_cast<int>(what.size()));
    PangoFontDescription* font = pango_font_description_new();
    pango_font_description_set_family(font, "Florin, Noto Sans, DejaVu Sans");
    pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_size(font, static_cast<int>(style.size * PANGO_SCALE));
    pango_layout_set_font_description(layout.get(), font);
    pango_font_description_free(font);
    PangoAttrList* features = pango_attr_list_new();
    pango_attr_list_insert(features, pango_attr_font_features_new("tnum=1"));
    pango_attr_list_insert(features, pango_attr_insert_hyphens_new(FALSE));  // a long name has none of its own
    pango_layout_set_attributes(layout.get(), features);
    pango_attr_list_unref(features);
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_height(layout.get(), -style.lines);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_auto_dir(layout.get(), FALSE);
    pango_layout_set_alignment(layout.get(), style.right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    int high = 0;
    pango_layout_get_size(layout.get(), nullptr, &high);
    if (draws) {
      pdf_.unknown_glyphs += pango_layout_get_unknown_glyphs_count(layout.get());
      const double grey = style.soft ? 0.36 : 0.1;
      cairo_set_source_rgb(cairo_.get(), grey, grey, grey + 0.02);
      cairo_move_to(cairo_.get(), x, y_);
      pango_cairo_show_layout(cairo_.get(), layout.get());
    }
    return high / static_cast<double>(PANGO_SCALE);
  }

  void line(double thick = 0.5) {
    cairo_set_source_rgb(cairo_.get(), 0.75, 0.77, 0.8);
    cairo_set_line_width(cairo_.get(), thick);
    cairo_move_to(cairo_.get(), margin, y_);
    cairo_line_to(cairo_.get(), width_ - margin, y_);
    cairo_stroke(cairo_.get());
  }

  double bottom() const { return height_ - margin - 30; }
  double inner() const { return width_ - 2 * margin; }

  void foot() {
    y_ = height_ - margin - 16;
    const std::string count =
        filled(words_in(page_.language).page_of_pages, {std::to_string(pdf_.pages), std::to_string(pages_)});
    text(margin, inner() - 90, page_.footer, {.size = 7.5, .soft = true, .lines = 2});
    text(width_ - margin - 80, 80, count, {.size = 7.5, .soft = true, .right = true, .lines = 1});
  }
  void next_page() {
    foot();
    cairo_show_page(cairo_.get());
    ++pdf_.pages;
    y_ = margin;
  }

  double party(double x, double width, const std::string& title, const PageParty& whom) {
    const double top = y_;
    if (!title.empty()) y_ += text(x, width, title, {.size = 8, .soft = true, .lines = 1}) + 2;
    y_ += text(x, width, whom.name, {.size = 10, .bold = true, .lines = most_lines});
    for (const std::string& one : whom.lines) y_ += text(x, width, one, {.lines = most_lines}) + 1;
    return std::exchange(y_, top) - top;
  }
  /// The same over the whole width, and over as many pages as it needs.
  void buyer(double width) {
    const auto below = [&](const std::string& what, const Style& style, double gap_below) {
      if (y_ + text(margin, width, what, style, false) > bottom()) next_page();
      y_ += text(margin, width, what, style) + gap_below;
    };
    if (!page_.buyer_title.empty()) below(page_.buyer_title, {.size = 8, .soft = true, .lines = 1}, 2);
    below(page_.buyer.name, {.size = 10, .bold = true, .lines = most_lines}, 0);
    for (const std::string& one : page_.buyer.lines) below(one, {.lines = most_lines}, 1);
  }
  double rows(double x, double width, const std::vector<PageRow>& all) {
    const double top = y_;
    const double first = words_in(page_.language).label;
    for (const PageRow& row : all) {
      const double left = text(x, first - 6, row.name, {.soft = true, .lines = 2});
      y_ += std::max(left, text(x + first, width - first, row.text, {.lines = 3})) + 2;
    }
    return std::exchange(y_, top) - top;
  }

  void heading() {
    y_ = margin;
    y_ += text(margin, inner(), page_.title + "  " + page_.number, {.size = 17, .bold = true, .lines = 2}) + gap;
    const double half = inner() / 2 - gap;
    const double seller = party(margin, half, "", page_.seller);
    y_ += std::max(seller, rows(margin + half + gap, half + gap, page_.about)) + gap;
    buyer(half);
    y_ += gap * 1.5;
  }

  struct Columns {
    double text, quantity, price, net;  ///< widths
  };
  Columns columns() const {
    const double quantity = page_.columns.empty() || !page_.columns[1].empty() ? 55 : 0;
    return {inner() - quantity - 95 - 105, quantity, 95, 105};
  }

  void row(const PageItem& item, const Style& style) {
    const Columns wide = columns();
    double x = margin;
    double high =
        text(x, wide.text - 8, item.text, {.size = style.size, .bold = style.bold, .soft = style.soft, .lines = 5});
    x += wide.text;
    for (const auto& [width, what] : {std::pair(wide.quantity, &item.quantity), std::pair(wide.price, &item.price),
                                      std::pair(wide.net, &item.net)}) {
      if (width > 0)
        high =
            std::max(high, text(x, width, *what, {.size = style.size, .soft = style.soft, .right = true, .lines = 2}));
      x += width;
    }
    y_ += high;
    if (!item.note.empty()) y_ += text(margin, wide.text - 8, item.note, {.size = 8, .soft = true, .lines = 3});
    y_ += 5;
  }
  double height_of(const PageItem& item) {
    const double width = columns().text - 8;
    double high = text(margin, width, item.text, {.lines = 5}, false) + 10;
    if (!item.note.empty()) high += text(margin, width, item.note, {.size = 8, .lines = 3}, false);
    return high;
  }
  void head_of_items() {
    const Words& words = words_in(page_.language);
    PageItem titles{std::string(words.description), "", std::string(words.quantity), std::string(words.price),
                    std::string(words.net)};
    if (!page_.columns.empty()) titles = {page_.columns[0], "", page_.columns[1], page_.columns[2], page_.columns[3]};
    row(titles, {.size = 8, .soft = true});
    line(0.8);
    y_ += 5;
  }

  /// A line is never cut, and the sums stay with the last one.
  void items() {
    if (page_.items.empty()) return;
    head_of_items();
    for (std::size_t i = 0; i < page_.items.size(); ++i) {
      const double after = i + 1 == page_.items.size() ? height_of_sums() : 0;
      if (y_ + height_of(page_.items[i]) + after > bottom()) {
        next_page();
        head_of_items();
      }
      row(page_.items[i], {});
      line();
      y_ += 5;
    }
  }
  double height_of_sums() const { return static_cast<double>(page_.sums.size()) * 16 + gap; }
  void sums() {
    if (y_ + height_of_sums() > bottom()) next_page();
    y_ += 4;
    const double left = margin + inner() * 0.4;
    const double names = inner() * 0.6 - 125;
    for (const PageSum& sum : page_.sums) {
      const Style style{.size = sum.strong ? 10.5 : 9.5, .bold = sum.strong, .right = true, .lines = 2};
      const double high = text(left, names, sum.name, style);
      y_ += std::max(high, text(left + names, 125, sum.text, style)) + 3;
    }
    y_ += gap;
  }
  void notes() {
    const double rows_high = static_cast<double>(page_.pay_to.size()) * 18 + 20;
    if (y_ + 20 * static_cast<double>(page_.notes.size()) + rows_high > bottom()) next_page();
    for (const std::string& note : page_.notes) y_ += text(margin, inner(), note, {.lines = 4}) + 4;
    qr();
    if (page_.pay_to.empty()) return;
    y_ += 6;
    y_ += text(margin, inner(), std::string(words_in(page_.language).pay_by_transfer),
               {.size = 10, .bold = true, .lines = 1}) +
          4;
    y_ += rows(margin, inner(), page_.pay_to);
  }

  /// 45 mm wide, with the margin of four squares that a reader needs.
  void qr() {
    const auto rows = qr_of(page_.qr);
    if (rows.empty()) return;
    constexpr double wide = 127.5;
    if (y_ + wide > bottom()) next_page();
    const double square = wide / static_cast<double>(rows.size() + 8);
    for (std::size_t y = 0; y < rows.size(); ++y)
      for (std::size_t x = 0; x < rows.size(); ++x)
        if (rows[y][x])
          cairo_rectangle(cairo_.get(), margin + square * static_cast<double>(x + 4),
                          y_ + square * static_cast<double>(y + 4), square, square);
    cairo_fill(cairo_.get());
    y_ += wide;
  }

  const DocumentPage& page_;
  const int pages_;
  double width_ = 0, height_ = 0, y_ = 0;
  Pdf pdf_;
  Held<cairo_surface_t> surface_;
  Held<cairo_t> cairo_;
  Held<PangoContext> context_;
};

}  // namespace

Result<Pdf> pdf_of(const DocumentPage& page) {
  const std::lock_guard lock(drawing());
  if (font_map() == nullptr)
    return Error{.code = "no_fonts", .message = "no font is installed: install fonts-noto-core or fonts-dejavu-core"};
  const int pages = Sheets(page, 1).draw().pages;
  Sheets sheets(page, pages);
  Pdf pdf = sheets.draw();
  if (sheets.failed()) return Error{.code = "cannot_draw", .message = "the page cannot be drawn"};
  return pdf;
}

}  // namespace florin::documents
