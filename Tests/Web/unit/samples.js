/** Records for the tests. */

/**
 * @param {number} id
 * @param {Partial<import("../../../Web/modules/protocol.js").Print>} [change]
 * @returns {import("../../../Web/modules/protocol.js").Print}
 */
export function makePrint(id, change = {}) {
  return {
    id,
    time: "2026-11-20T15:42:17.376Z",
    symbol: "O:SPY261120C00672000",
    underlying: "SPY",
    expiry: "2026-11-20",
    type: "call",
    strike: 672,
    price: 1.2,
    size: 10,
    premium: 1_200,
    venue: 316,
    venue_name: "Cboe",
    conditions: [209],
    condition_names: [],
    side: "buy",
    method: "quote",
    bid: 1.1,
    ask: 1.2,
    quote_age_ms: 3,
    delta: 0.5,
    gamma: 0.05,
    iv: 0.2,
    greeks_source: "own_quote",
    net_delta: 5,
    underlying_price: 671.5,
    sweep_id: null,
    flags: [],
    injected: false,
    backfilled: false,
    cancelled: false,
    ...change,
  };
}

/**
 * @param {Partial<import("../../../Web/modules/protocol.js").Health>} [change]
 * @returns {import("../../../Web/modules/protocol.js").Health}
 */
export function makeHealth(change = {}) {
  return {
    status: "ok",
    reasons: [],
    ingest_status: "streaming",
    data_age_seconds: 0.1,
    events_per_second: 100,
    trades_five_minutes: 10,
    queue_share: 0,
    storage_lag_milliseconds: 10,
    bad_events: 0,
    publisher_skipped: 0,
    clients: 1,
    mode: "demo",
    source: "demo",
    session: "2026-11-20",
    gaps_open: null,
    gaps_unfilled: null,
    alerts_new: null,
    messages_waiting: null,
    messages_dead: null,
    ...change,
  };
}

/**
 * @param {string} epoch
 * @param {number} sequence
 * @param {Partial<import("../../../Web/modules/protocol.js").Health>} [health]
 * @returns {import("../../../Web/modules/protocol.js").State}
 */
export function makeState(epoch, sequence, health = {}) {
  return {
    type: "state",
    epoch,
    sequence,
    time: "2026-11-20T15:42:17.000Z",
    wall_time: "2026-11-20T15:42:17.000Z",
    health: makeHealth(health),
    watched: null,
    grid: null,
    underlyings: [],
    top: [],
    minutes: [],
  };
}

/**
 * @param {string} id
 * @param {Partial<import("../../../Web/modules/protocol.js").Detection>} [change]
 * @returns {import("../../../Web/modules/protocol.js").Detection}
 */
export function makeDetection(id, change = {}) {
  return {
    id,
    run: 1,
    kind: "intermarket_sweep",
    state: "closed",
    side: "buy",
    effect: "unknown",
    symbol: "O:SPY261120C00672000",
    underlying: "SPY",
    expiry: "2026-11-20",
    type: "call",
    strike: 672,
    contracts: 1,
    confidence: 0.872,
    breakdown: [
      { factor: "legs", weight: 0.6, score: 0.9, value: 7, unit: "prints" },
      { factor: "premium", weight: 0.4, score: 0.83, value: 1_250_000, unit: "USD" },
    ],
    first_time: "2026-11-20T15:42:17.376Z",
    last_time: "2026-11-20T15:42:17.912Z",
    first_print_id: 1,
    last_print_id: 2,
    prints: 2,
    size: 20,
    premium: 1_250_000,
    net_delta: 12,
    underlying_price: 671.5,
    ...change,
  };
}

/**
 * @param {number} id
 * @param {Partial<import("../../../Web/modules/protocol.js").Alert>} [change]
 * @returns {import("../../../Web/modules/protocol.js").Alert}
 */
export function makeAlert(id, change = {}) {
  return {
    id,
    rule: "sweep",
    subject: "detection",
    kind: "sweep",
    detection_id: `20261120-sweep-${id}`,
    severity: "HIGH",
    score: { total: 57, premium: 17, confidence: 32, count: 8 },
    title: "Sweep: SPY 2026-11-20 672 call bought, $250 k",
    text: "4 prints, size 40, premium $250 k, confidence 80 %.",
    symbol: "O:SPY261120C00672000",
    underlying: "SPY",
    side: "buy",
    premium: 250_000,
    occurrences: 1,
    first_time: "2026-11-20T15:42:17.376Z",
    last_time: "2026-11-20T15:42:17.912Z",
    created_time: "2026-11-20T15:42:18.001Z",
    state: "new",
    changed_time: "2026-11-20T15:42:18.001Z",
    changed_by: null,
    ...change,
  };
}
