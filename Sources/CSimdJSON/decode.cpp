#include "CSimdJSON.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

using namespace simdjson;

struct csj_decoder {
  ondemand::parser parser;
  std::vector<csj_event> events;
  std::string status_text;
};

namespace {

// The rule of MarketModel.TradeLimits; a test holds both doors against it.
constexpr int64_t earliest_ms = 631152000000;  // 1990-01-01
constexpr int64_t latest_ms = 4102444800000;  // 2100-01-01: a larger "millisecond" is another unit
constexpr int64_t largest_price_micros = 1'000'000'000'000'000;  // $1e9
constexpr size_t largest_object_bytes = 64 * 1024;
constexpr int deepest_nesting = 64;

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && (token.back() == ' ' || token.back() == '\t' || token.back() == '\n' || token.back() == '\r')) token.remove_suffix(1);
  return token;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// RFC 8259 number grammar; splits into digits so that decimal money stays exact. `rounded` says whether digits beyond the
/// wanted decimals were lost.
bool decimal(std::string_view t, unsigned decimals, int64_t &out, bool &rounded) {
  t = trimmed(t);
  size_t i = 0;
  bool negative = false;
  if (i < t.size() && t[i] == '-') { negative = true; i++; }
  if (i >= t.size() || !is_digit(t[i])) return false;
  if (t[i] == '0' && i + 1 < t.size() && is_digit(t[i + 1])) return false;
  uint64_t value = 0;
  size_t digits = 0;
  while (i < t.size() && is_digit(t[i])) {
    if (++digits > 18) return false;
    value = value * 10 + uint64_t(t[i++] - '0');
  }
  bool exact = true, has_exponent = false;
  rounded = false;
  unsigned fraction = 0;
  if (i < t.size() && t[i] == '.') {
    i++;
    if (i >= t.size() || !is_digit(t[i])) return false;
    while (i < t.size() && is_digit(t[i])) {
      if (fraction < decimals && digits < 18) {
        value = value * 10 + uint64_t(t[i] - '0');
        fraction++;
        digits++;
      } else if (t[i] != '0') {
        exact = false;
      }
      i++;
    }
  }
  if (i < t.size() && (t[i] == 'e' || t[i] == 'E')) {
    i++;
    if (i < t.size() && (t[i] == '+' || t[i] == '-')) i++;
    if (i >= t.size() || !is_digit(t[i])) return false;
    while (i < t.size() && is_digit(t[i])) i++;
    exact = false;
    has_exponent = true;
  }
  if (i != t.size()) return false;
  if (!exact) {
    char buffer[64];
    if (t.size() >= sizeof buffer) return false;
    memcpy(buffer, t.data(), t.size());
    buffer[t.size()] = 0;
    double scaled = strtod(buffer, nullptr) * std::pow(10.0, decimals);
    if (!(std::fabs(scaled) < 9e18)) return false;
    out = int64_t(std::llround(scaled));
    // Beyond 2^53 a double cannot say whether there was a fraction.
    rounded = !has_exponent || double(out) != scaled || std::fabs(scaled) > 9007199254740992.0;
    return true;
  }
  for (; fraction < decimals; fraction++) {
    if (value > uint64_t(INT64_MAX) / 10) return false;
    value *= 10;
  }
  if (value > uint64_t(INT64_MAX)) return false;
  out = negative ? -int64_t(value) : int64_t(value);
  return true;
}

/// Millionths, rounded to the nearest.
bool price_in_range(std::string_view token, int64_t lowest, int64_t highest, int64_t &out) {
  bool rounded;
  return decimal(token, 6, out, rounded) && out >= lowest && out <= highest;
}

/// A whole number: `100`, `100.0` and `1e2` are one, `0.5` is none.
bool in_range(std::string_view token, int64_t lowest, int64_t highest, int64_t &out) {
  bool rounded;
  return decimal(token, 0, out, rounded) && !rounded && out >= lowest && out <= highest;
}

/// Bytes a symbol may have; anything else would be an escape, a blank or a control character.
bool symbol_byte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) || c == ':' || c == '.' || c == '-' || c == '_' || c == '/';
}

bool set_symbol(std::string_view text, csj_event &e) {
  if (text.empty() || text.size() > 32) return false;
  for (char c : text)
    if (!symbol_byte(c)) return false;
  memcpy(e.symbol, text.data(), text.size());
  return true;
}

/// ConditionSet's bit of a vendor condition id.
uint64_t condition_bit(int64_t id) {
  if (id >= 201 && id <= 262) return uint64_t(1) << (id - 201);
  if (id >= 0 && id <= 62) return uint64_t(1) << id;
  return uint64_t(1) << 63;
}

/// The fields of one event object, each still as text; which ones matter follows from `ev`, which may come last.
struct Fields {
  std::string_view ev, sym, x, p, s, t, q, bx, ax, bp, ap, bs, as, o, h, l, c_number, v, e, trfi, status, message;
  uint64_t conditions = 0;
  bool conditions_bad = false;
};

/// Which field a key names, found by its bytes.
constexpr uint32_t key_code(std::string_view k) {
  uint32_t code = 0;
  for (char c : k) code = code << 8 | uint8_t(c);
  return k.size() <= 4 ? code : 0;
}

/// A number as text, cut out of the frame and not yet validated; what is no number becomes a text that is none either.
/// The type is asked first: where a value is missing, simdjson's token may reach outside the frame.
error_code read_number(ondemand::value value, std::string_view &out) {
  ondemand::json_type type;
  if (auto error = value.type().get(type)) return error;
  out = type == ondemand::json_type::number ? value.raw_json_token() : std::string_view("not a number");
  return SUCCESS;
}

error_code read_conditions(ondemand::value value, Fields &f) {
  ondemand::json_type type;
  if (auto error = value.type().get(type)) return error;
  if (type == ondemand::json_type::null) return SUCCESS;
  if (type == ondemand::json_type::number) {  // a stock quote has one condition id here, a bar its closing price
    f.c_number = value.raw_json_token();
    return SUCCESS;
  }
  if (type != ondemand::json_type::array) {
    f.conditions_bad = true;
    return SUCCESS;
  }
  ondemand::array array;
  if (auto error = value.get_array().get(array)) return error;
  for (auto item : array) {
    ondemand::value element;
    if (auto error = item.get(element)) return error;
    std::string_view token;
    if (auto error = read_number(element, token)) return error;
    int64_t id;
    if (in_range(token, 0, INT32_MAX, id)) f.conditions |= condition_bit(id);
    else f.conditions_bad = true;
  }
  return SUCCESS;
}

/// A string field's text; empty and unescaped into the parser's buffer.
error_code read_string(ondemand::value value, std::string_view &out) {
  ondemand::json_type type;
  if (auto error = value.type().get(type)) return error;
  if (type != ondemand::json_type::string) {
    out = {};
    return SUCCESS;
  }
  return value.get_string().get(out);
}

error_code read_fields(ondemand::object object, Fields &f) {
  for (auto item : object) {
    ondemand::field field;
    if (auto error = std::move(item).get(field)) return error;
    std::string_view key;
    if (auto error = field.unescaped_key().get(key)) return error;
    ondemand::value value = field.value();
    if (key == "status") {
      if (auto error = read_string(value, f.status)) return error;
      continue;
    }
    if (key == "message") {
      if (auto error = read_string(value, f.message)) return error;
      continue;
    }
    switch (key_code(key)) {
      case key_code("ev"): if (auto error = read_string(value, f.ev)) return error; break;
      case key_code("sym"): if (auto error = read_string(value, f.sym)) return error; break;
      case key_code("c"): if (auto error = read_conditions(value, f)) return error; break;
      case key_code("x"): if (auto error = read_number(value, f.x)) return error; break;
      case key_code("p"): if (auto error = read_number(value, f.p)) return error; break;
      case key_code("s"): if (auto error = read_number(value, f.s)) return error; break;
      case key_code("t"): if (auto error = read_number(value, f.t)) return error; break;
      case key_code("q"): if (auto error = read_number(value, f.q)) return error; break;
      case key_code("bx"): if (auto error = read_number(value, f.bx)) return error; break;
      case key_code("ax"): if (auto error = read_number(value, f.ax)) return error; break;
      case key_code("bp"): if (auto error = read_number(value, f.bp)) return error; break;
      case key_code("ap"): if (auto error = read_number(value, f.ap)) return error; break;
      case key_code("bs"): if (auto error = read_number(value, f.bs)) return error; break;
      case key_code("as"): if (auto error = read_number(value, f.as)) return error; break;
      case key_code("o"): if (auto error = read_number(value, f.o)) return error; break;
      case key_code("h"): if (auto error = read_number(value, f.h)) return error; break;
      case key_code("l"): if (auto error = read_number(value, f.l)) return error; break;
      case key_code("v"): if (auto error = read_number(value, f.v)) return error; break;
      case key_code("e"): if (auto error = read_number(value, f.e)) return error; break;
      case key_code("trfi"): if (auto error = read_number(value, f.trfi)) return error; break;
      default: break;  // a field we do not use; simdjson steps over it
    }
  }
  return SUCCESS;
}

/// The event as a bad one; keeps its symbol, for the log.
csj_event bad(uint8_t reason, csj_event e = {}) {
  e.kind = CSJ_BAD;
  e.bad_reason = reason;
  return e;
}

bool optional_integer(std::string_view token, int64_t highest, int64_t &out) {
  out = 0;
  return token.empty() || in_range(token, 0, highest, out);
}

csj_event trade(const Fields &f) {
  csj_event e{};
  int64_t venue, facility;
  if (!set_symbol(f.sym, e)) return bad(CSJ_SYMBOL);
  if (!in_range(f.t, earliest_ms, latest_ms, e.time_ms)) return bad(CSJ_TIME, e);
  if (!price_in_range(f.p, 1, largest_price_micros, e.price_a)) return bad(CSJ_PRICE, e);
  if (!in_range(f.s, 1, UINT32_MAX, e.size_a)) return bad(CSJ_SIZE, e);
  if (!optional_integer(f.x, UINT16_MAX, venue) || !optional_integer(f.trfi, UINT16_MAX, facility)) return bad(CSJ_VENUE, e);
  if (!optional_integer(f.q, INT64_MAX, e.sequence)) return bad(CSJ_SEQUENCE, e);
  if (f.conditions_bad || !f.c_number.empty()) return bad(CSJ_CONDITIONS, e);
  e.venue_a = uint16_t(venue);
  e.reporting_facility = uint16_t(facility);
  e.conditions = f.conditions;
  e.kind = CSJ_TRADE;
  return e;
}

csj_event quote(const Fields &f) {
  csj_event e{};
  int64_t bid_venue, ask_venue;
  if (!set_symbol(f.sym, e)) return bad(CSJ_SYMBOL);
  if (!in_range(f.t, earliest_ms, latest_ms, e.time_ms)) return bad(CSJ_TIME, e);
  // A side nobody quotes is 0 or left out.
  if (!f.bp.empty() && !price_in_range(f.bp, 0, largest_price_micros, e.price_a)) return bad(CSJ_PRICE, e);
  if (!f.ap.empty() && !price_in_range(f.ap, 0, largest_price_micros, e.price_b)) return bad(CSJ_PRICE, e);
  if (!optional_integer(f.bs, UINT32_MAX, e.size_a) || !optional_integer(f.as, UINT32_MAX, e.size_b)) return bad(CSJ_SIZE, e);
  if (!optional_integer(f.bx, UINT16_MAX, bid_venue) || !optional_integer(f.ax, UINT16_MAX, ask_venue)) return bad(CSJ_VENUE, e);
  if (!optional_integer(f.q, INT64_MAX, e.sequence)) return bad(CSJ_SEQUENCE, e);
  e.venue_a = uint16_t(bid_venue);
  e.venue_b = uint16_t(ask_venue);
  e.kind = CSJ_QUOTE;
  return e;
}

csj_event bar(const Fields &f, uint8_t seconds) {
  csj_event e{};
  if (!set_symbol(f.sym, e)) return bad(CSJ_SYMBOL);
  if (!in_range(f.s, earliest_ms, latest_ms, e.time_ms)) return bad(CSJ_TIME, e);
  if (!price_in_range(f.o, 0, largest_price_micros, e.price_a) || !price_in_range(f.h, 0, largest_price_micros, e.price_b) ||
      !price_in_range(f.l, 0, largest_price_micros, e.price_c) || !price_in_range(f.c_number, 0, largest_price_micros, e.price_d))
    return bad(CSJ_PRICE, e);
  // A sum that may hold fractions of shares.
  bool rounded;
  if (!decimal(f.v, 0, e.size_a, rounded) || e.size_a < 0) return bad(CSJ_SIZE, e);
  e.bar_seconds = seconds;
  e.kind = CSJ_BAR;
  return e;
}

csj_event status(csj_decoder &d, const Fields &f) {
  csj_event e{};
  e.status_offset = uint32_t(d.status_text.size());
  e.status_length = uint32_t(f.status.size());
  d.status_text.append(f.status);
  e.message_offset = uint32_t(d.status_text.size());
  e.message_length = uint32_t(f.message.size());
  d.status_text.append(f.message);
  e.kind = CSJ_STATUS;
  return e;
}

csj_event build(csj_decoder &d, const Fields &f) {
  if (f.ev == "T") return trade(f);
  if (f.ev == "Q") return quote(f);
  if (f.ev == "A") return bar(f, 1);
  if (f.ev == "AM") return bar(f, 60);
  if (f.ev == "status") return status(d, f);
  if (f.ev.empty()) return bad(CSJ_NO_TYPE);
  csj_event e{};
  e.kind = CSJ_UNKNOWN;
  return e;
}

error_code decode_object(csj_decoder &d, ondemand::object object) {
  Fields f;
  if (auto error = read_fields(object, f)) return error;
  d.events.push_back(build(d, f));
  return SUCCESS;
}

/// Whether nothing but blanks follows the value just read.
bool ended(ondemand::document &document) { return document.current_location().error() == OUT_OF_BOUNDS; }

/// The whole frame in one pass; any error means that the frame is not the JSON it should be.
error_code decode_frame(csj_decoder &d, const uint8_t *bytes, size_t length, size_t readable) {
  ondemand::document document;
  if (auto error = d.parser.iterate(bytes, length, readable).get(document)) return error;
  ondemand::json_type type;
  if (auto error = document.type().get(type)) return error;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (auto error = document.get_object().get(object)) return error;
    if (auto error = decode_object(d, object)) return error;
    return ended(document) ? SUCCESS : TRAILING_CONTENT;
  }
  ondemand::array array;
  if (auto error = document.get_array().get(array)) return error;
  for (auto item : array) {
    ondemand::value value;
    if (auto error = std::move(item).get(value)) return error;
    ondemand::json_type element;
    if (auto error = value.type().get(element)) return error;
    if (element != ondemand::json_type::object) {
      d.events.push_back(bad(CSJ_NOT_JSON));
      continue;
    }
    ondemand::object object;
    if (auto error = value.get_object().get(object)) return error;
    if (auto error = decode_object(d, object)) return error;
  }
  return ended(document) ? SUCCESS : TRAILING_CONTENT;
}

/// End of the object that starts at `begin`, by braces outside strings; 0 when there is none within bounds.
size_t object_end(const uint8_t *bytes, size_t begin, size_t length, size_t &budget) {
  size_t limit = begin + std::min(std::min(length - begin, largest_object_bytes), budget);
  int depth = 0;
  bool in_string = false;
  size_t i = begin, end = 0;
  for (; i < limit && !end; i++) {
    uint8_t c = bytes[i];
    if (in_string) {
      if (c == '\\') i++;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > deepest_nesting) break;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) end = i + 1;
    }
  }
  budget -= std::min(budget, i - begin);
  return end;
}

/// Reads the object at `begin`; false, and nothing added, when it is not JSON.
bool read_object(csj_decoder &d, const uint8_t *bytes, size_t begin, size_t end, size_t readable) {
  size_t before = d.events.size();
  ondemand::document document;
  ondemand::object object;
  if (!d.parser.iterate(bytes + begin, end - begin, readable - begin).get(document) && !document.get_object().get(object) &&
      !decode_object(d, object))
    return true;
  d.events.resize(before);
  return false;
}

/// A damaged frame, object by object: what parses is kept, what does not is counted, whatever the damage did to the JSON
/// around it. `budget` bounds the work that hostile input can cause.
void recover(csj_decoder &d, const uint8_t *bytes, size_t length, size_t readable) {
  constexpr size_t next_object = SIZE_MAX;
  d.events.clear();
  d.status_text.clear();
  size_t budget = 16 * length + (1 << 20);
  size_t counted_until = 0;  // bytes before this belong to a bad event that is counted already
  bool garbage = false;      // bytes between objects that do not belong there
  int commas = 0, wanted_commas = 0;
  size_t i = 0;
  while (i < length) {
    uint8_t c = bytes[i];
    if (c != '{') {
      if (i >= counted_until) {
        if (c == ',') commas++;
        else if (c > ' ' && c != '[' && c != ']') garbage = true;
      }
      i++;
      continue;
    }
    bool is_inside = i < counted_until && counted_until != next_object;
    if (!is_inside) {
      if (counted_until != next_object && (garbage || commas != wanted_commas)) d.events.push_back(bad(CSJ_NOT_JSON));
      garbage = false;
      commas = 0;
      wanted_commas = 1;
      counted_until = 0;
    }
    size_t end = object_end(bytes, i, length, budget);
    bool is_json = end && read_object(d, bytes, i, end, readable);
    if (is_json && d.events.back().kind != CSJ_BAD) {
      i = end;
      continue;
    }
    if (is_inside) {
      if (is_json) d.events.pop_back();
    } else if (is_json) {
      // A known event that lacks a field may have swallowed its neighbour's opening: look inside it, too.
      counted_until = end;
    } else {
      d.events.push_back(bad(CSJ_NOT_JSON));
      counted_until = next_object;
    }
    i++;
    if (budget == 0) {
      // The rest is not searched; it counts as one.
      if (i < length) d.events.push_back(bad(CSJ_NOT_JSON));
      return;
    }
  }
  bool is_counted = std::any_of(d.events.begin(), d.events.end(), [](const csj_event &e) { return e.kind == CSJ_BAD; });
  // Something was wrong with the frame, if only a bracket: it shows as one bad event at least.
  if ((counted_until != next_object && (garbage || commas != 0)) || !is_counted) d.events.push_back(bad(CSJ_NOT_JSON));
}

}  // namespace

csj_decoder *csj_create(void) { return new csj_decoder; }
void csj_destroy(csj_decoder *decoder) { delete decoder; }

bool csj_decode(csj_decoder *decoder, const uint8_t *bytes, size_t length, size_t readable,
                const csj_event *CSJ_MAYBE_NULL *CSJ_NOT_NULL events, size_t *count) {
  decoder->events.clear();
  decoder->status_text.clear();
  bool well_formed = decode_frame(*decoder, bytes, length, readable) == SUCCESS;
  if (!well_formed) recover(*decoder, bytes, length, readable);
  *events = decoder->events.data();
  *count = decoder->events.size();
  return well_formed;
}

const char *csj_status_text(const csj_decoder *decoder) { return decoder->status_text.data(); }

const char *csj_reason_text(uint8_t reason) {
  // In the order of the CSJ_ reasons.
  static const char *const texts[] = {
      "unknown",
      "not a JSON object",
      "no event type (ev)",
      "symbol (sym) missing or malformed",
      "time (t) missing or not in milliseconds",
      "price missing or out of range",
      "size missing, not whole or out of range",
      "venue out of range",
      "conditions (c) not a list of numbers",
      "sequence number (q) out of range",
  };
  return texts[reason < sizeof texts / sizeof *texts ? reason : 0];
}

const char *csj_version(void) { return SIMDJSON_STRINGIFY(SIMDJSON_VERSION); }
