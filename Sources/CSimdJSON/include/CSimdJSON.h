// C face of the simdjson decoder for Polygon/Massive WebSocket frames (massive.com/docs/websocket). Sans-I/O: bytes in, records out.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifdef __clang__
#pragma clang assume_nonnull begin
#define CSJ_MAYBE_NULL _Nullable
#define CSJ_NOT_NULL _Nonnull
#else
#define CSJ_MAYBE_NULL
#define CSJ_NOT_NULL
#endif

typedef struct csj_decoder csj_decoder;

enum {
  CSJ_TRADE = 1,
  CSJ_QUOTE = 2,
  CSJ_BAR = 3,
  CSJ_STATUS = 4,
  /// An event type we do not use: tolerated and counted.
  CSJ_UNKNOWN = 5,
  /// A known event with a field missing, of the wrong type or out of range; or bytes that are no JSON object.
  CSJ_BAD = 6,
};

/// Why an event is bad; names in csj_reason_text.
enum {
  CSJ_NOT_JSON = 1,
  CSJ_NO_TYPE,
  CSJ_SYMBOL,
  CSJ_TIME,
  CSJ_PRICE,
  CSJ_SIZE,
  CSJ_VENUE,
  CSJ_CONDITIONS,
  CSJ_SEQUENCE,
};

/// One event of a frame. Prices in millionths of the currency, times in Unix milliseconds, as the fields below say.
typedef struct {
  /// Zero-padded symbol; a bad event's when it was readable.
  uint64_t symbol[4];
  int64_t time_ms;
  int64_t sequence;
  /// Trade: price. Quote: bid. Bar: open.
  int64_t price_a;
  /// Quote: ask. Bar: high.
  int64_t price_b;
  /// Bar: low.
  int64_t price_c;
  /// Bar: close.
  int64_t price_d;
  /// Trade: size. Quote: bid size. Bar: volume.
  int64_t size_a;
  /// Quote: ask size.
  int64_t size_b;
  /// Trade: one bit a condition, as MarketModel.ConditionSet.
  uint64_t conditions;
  /// Status: offset and length of status and message in csj_status_text.
  uint32_t status_offset, status_length, message_offset, message_length;
  /// Trade: venue. Quote: bid venue.
  uint16_t venue_a;
  /// Quote: ask venue.
  uint16_t venue_b;
  uint16_t reporting_facility;
  uint8_t kind;
  /// Bar: 1 or 60.
  uint8_t bar_seconds;
  uint8_t bad_reason;
} csj_event;

csj_decoder *csj_create(void);
void csj_destroy(csj_decoder *decoder);

/// Decodes one frame: an array of events, or one event object.
/// `readable` bytes from `bytes` may be read; at least `length` + 64.
/// Returns true when the whole frame was well-formed JSON. Otherwise it was taken apart object by object, bad ones are
/// CSJ_BAD (at least one) and their neighbours are there. `events` (null when there are none) stays valid until the next call.
bool csj_decode(csj_decoder *decoder, const uint8_t *bytes, size_t length, size_t readable,
                const csj_event *CSJ_MAYBE_NULL *CSJ_NOT_NULL events, size_t *count);

/// Text that status events point into; valid until the next csj_decode.
const char *csj_status_text(const csj_decoder *decoder);
const char *csj_reason_text(uint8_t reason);
/// simdjson's version, `3.0.1`.
const char *csj_version(void);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#ifdef __cplusplus
}
#endif
