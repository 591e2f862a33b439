/** The stream's messages as types, and the door through which they come in. */

/** @typedef {"demo" | "replay" | "live" | "delayed" | "endpoint" | string} Mode */
/** @typedef {"buy" | "sell" | "mid" | "unknown"} Side */
/** @typedef {"call" | "put"} OptionType */

/**
 * @typedef {object} Leg
 * @property {string} symbol
 * @property {number} volume
 * @property {number} premium
 * @property {number | null} bought_share
 * @property {number} net_delta
 * @property {number | null} last
 * @property {number | null} bid
 * @property {number | null} ask
 * @property {number | null} delta
 * @property {number | null} iv
 * @property {number | null} open_interest
 */

/** @typedef {{ strike: number, call: Leg | null, put: Leg | null }} GridRow */

/**
 * @typedef {object} Grid
 * @property {string} underlying
 * @property {number | null} spot
 * @property {string | null} spot_time
 * @property {string} expiry
 * @property {number | null} atm_strike
 * @property {GridRow[]} rows descending by strike
 */

/**
 * @typedef {object} Contract
 * @property {string} symbol
 * @property {string} underlying
 * @property {string} expiry
 * @property {OptionType} type
 * @property {number} strike
 * @property {number} trades
 * @property {number} volume
 * @property {number} premium
 * @property {number | null} bought_share
 * @property {number} net_delta
 * @property {number | null} last
 * @property {string | null} last_trade_time
 * @property {number | null} bid
 * @property {number | null} ask
 * @property {number | null} iv
 * @property {number | null} open_interest
 * @property {number} sweeps
 * @property {number} blocks
 */

/**
 * @typedef {object} Print
 * @property {number} id
 * @property {string} time
 * @property {string} symbol
 * @property {string} underlying
 * @property {string | null} expiry
 * @property {OptionType | null} type
 * @property {number | null} strike
 * @property {number} price
 * @property {number} size
 * @property {number} premium
 * @property {number} venue
 * @property {string} venue_name
 * @property {number[]} conditions
 * @property {string[]} condition_names
 * @property {Side} side
 * @property {string} method
 * @property {number | null} bid
 * @property {number | null} ask
 * @property {number | null} quote_age_ms
 * @property {number | null} delta
 * @property {number | null} gamma
 * @property {number | null} iv implied volatility, a fraction
 * @property {"none" | "own_quote" | "vendor" | "vendor_stale"} greeks_source
 * @property {number} net_delta
 * @property {number | null} underlying_price
 * @property {number | null} sweep_id
 * @property {string[]} flags
 * @property {boolean} injected
 * @property {boolean} backfilled
 * @property {boolean} cancelled
 */

/**
 * @typedef {object} ConfidenceFactor
 * @property {string} factor
 * @property {number} weight 0 to 1
 * @property {number} score 0 to 1
 * @property {number} value in `unit`
 * @property {string} unit
 */

/**
 * @typedef {object} Detection
 * @property {string} id
 * @property {number} run
 * @property {string} kind
 * @property {"open" | "closed" | "withdrawn"} state
 * @property {Side} side
 * @property {string} effect
 * @property {string} symbol
 * @property {string} underlying
 * @property {string | null} expiry
 * @property {OptionType | null} type
 * @property {number | null} strike
 * @property {number} contracts
 * @property {number} confidence 0 to 1
 * @property {ConfidenceFactor[]} breakdown
 * @property {string} first_time
 * @property {string} last_time
 * @property {number} first_print_id
 * @property {number} last_print_id
 * @property {number} prints
 * @property {number} size
 * @property {number} premium
 * @property {number} net_delta
 * @property {number | null} underlying_price
 */

/** @typedef {Detection & { legs: Print[], legs_left_out: number }} DetectionWithLegs */

/**
 * @typedef {object} Minute
 * @property {string} time
 * @property {number} trades
 * @property {number} call_volume
 * @property {number} put_volume
 * @property {number} call_premium
 * @property {number} put_premium
 * @property {number} net_premium
 * @property {number | null} underlying_price the last one
 * @property {number | null} underlying_open
 * @property {number | null} underlying_high
 * @property {number | null} underlying_low
 */

/**
 * @typedef {object} Underlying
 * @property {string} symbol
 * @property {number | null} price
 * @property {number} trades
 * @property {number} call_premium
 * @property {number} put_premium
 * @property {number} net_premium
 * @property {number} net_delta
 * @property {number} five_minute_trades
 */

/**
 * @typedef {object} Health
 * @property {"ok" | "degraded" | "down"} status
 * @property {string[]} reasons
 * @property {"starting" | "recovering" | "streaming" | "ended" | "failed"} ingest_status
 * @property {number | null} data_age_seconds
 * @property {number} events_per_second
 * @property {number} trades_five_minutes
 * @property {number} queue_share
 * @property {number | null} storage_lag_milliseconds
 * @property {number} bad_events
 * @property {number} publisher_skipped
 * @property {number} clients
 * @property {Mode} mode
 * @property {string} source
 * @property {string | null} session
 * @property {number | null} gaps_open stretches of a live feed being filled from history; null elsewhere
 * @property {number | null} gaps_unfilled
 * @property {number | null} alerts_new alerts that nobody has looked at; null when none are kept
 * @property {number | null} messages_waiting
 * @property {number | null} messages_dead given up within a day
 */

/**
 * @typedef {object} Hello
 * @property {"hello"} type
 * @property {string} epoch changes with each start of the server, and with it the print ids
 * @property {string} version
 * @property {Mode} mode
 * @property {boolean} resumed true: the prints missed since `after` follow
 * @property {number} last_print_id
 */
/**
 * @typedef {object} State
 * @property {"state"} type
 * @property {string} epoch
 * @property {number} sequence
 * @property {string | null} time
 * @property {string} wall_time
 * @property {Health} health
 * @property {string | null} watched the underlying this page asked for; null: the leading one
 * @property {Grid | null} grid of the watched underlying
 * @property {Underlying[]} underlyings
 * @property {Contract[]} top
 * @property {Minute[]} minutes
 */
/**
 * @typedef {object} Prints
 * @property {"prints"} type
 * @property {string} epoch
 * @property {number} missed prints this page did not get since the last batch
 * @property {number[]} [cancelled] ids of prints, here or earlier, cancelled since the last batch
 * @property {Print[]} rows oldest first
 */
/**
 * @typedef {object} Detections
 * @property {"detections"} type
 * @property {string} epoch
 * @property {number} missed news this page did not get since the last batch
 * @property {Detection[]} rows each as it is now
 */
/** @typedef {"CRITICAL" | "HIGH" | "MEDIUM" | "LOW" | "INFO"} Severity */

/**
 * @typedef {object} Alert
 * @property {number} id
 * @property {string} rule
 * @property {"detection" | "print" | "level" | "incident"} subject
 * @property {string} kind
 * @property {string | null} detection_id
 * @property {Severity} severity
 * @property {{ total: number, premium: number, confidence: number, count: number }} score
 * @property {string} title
 * @property {string} text
 * @property {string} symbol
 * @property {string} underlying
 * @property {Side} side
 * @property {number} premium
 * @property {number} occurrences
 * @property {string} first_time
 * @property {string} last_time
 * @property {string} created_time
 * @property {"new" | "acknowledged" | "resolved" | "expired"} state
 * @property {string} changed_time
 * @property {string | null} changed_by
 */
/**
 * @typedef {object} AlertsMessage
 * @property {"alerts"} type
 * @property {string} epoch
 * @property {number} missed changes this page did not get since the last such message
 * @property {Alert[]} rows oldest change first
 */
/** @typedef {Hello | State | Prints | Detections | AlertsMessage} Message */

/**
 * Reads one frame. What is not a message of this contract gives null: the caller counts it and shows the count.
 * An unknown `type` is not damage but a newer server, and is reported as such.
 * @param {unknown} data
 * @returns {Message | "unknown" | null}
 */
export function parseMessage(data) {
  if (typeof data !== "string") return null;
  /** @type {any} */
  let message;
  try {
    message = JSON.parse(data);
  } catch (_syntaxError) {
    return null;
  }
  if (typeof message !== "object" || message === null || typeof message.type !== "string") return null;
  // An epoch is compared, never computed with: text or number, it is text from here on.
  if (typeof message.epoch === "number") message.epoch = String(message.epoch);
  if (typeof message.epoch !== "string") return message.type === "error" ? "unknown" : null;
  switch (message.type) {
    case "hello":
      return message;
    case "state":
      return isObject(message.health) && lists(message, ["underlyings", "top", "minutes"]) ? message : null;
    case "prints":
    case "detections":
    case "alerts":
      return lists(message, ["rows"]) ? message : null;
    default:
      return "unknown";
  }
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null;
}

/**
 * @param {Record<string, unknown>} message
 * @param {string[]} names
 */
function lists(message, names) {
  return names.every((name) => Array.isArray(message[name]));
}
