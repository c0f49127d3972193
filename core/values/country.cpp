#include "florin/country.hpp"

#include <algorithm>

namespace florin {

namespace {

// ISO 3166-1 (2025), officially assigned; XK is user-assigned and in use everywhere.
constexpr std::string_view countries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA "
    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS "
    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW "
    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW ";

/// What people write for a country, and its code.
constexpr std::pair<std::string_view, std::string_view> meant[] = {
    {"UK", "GB"},  {"EN", "GB"},  {"EL", "GR"},    {"USA", "US"},     {"GBR", "GB"},    {"DEU", "DE"},
    {"FRA", "FR"}, {"IND", "IN"}, {"INDIA", "IN"}, {"GERMANY", "DE"}, {"FRANCE", "FR"}, {"UNITED STATES", "US"}};

}  // namespace

bool is_country(std::string_view code) {
  if (code.size() != 2) return false;
  for (std::size_t at = 0; at < countries.size(); at += 3)
    if (countries.substr(at, 2) == code) return true;
  return false;
}

std::string no_country(std::string_view written) {
  std::string capitals(written.substr(0, 40));
  std::ranges::transform(capitals, capitals.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  std::string said = "'" + std::string(written.substr(0, 40)) + "' is no country of ISO 3166";
  for (const auto& [word, code] : meant)
    if (word == capitals) return said + " (did you mean '" + std::string(code) + "'?)";
  if (is_country(capitals)) return said + " (did you mean '" + capitals + "'?)";
  return said + ", which has two letters such as US or IN";
}

}  // namespace florin
