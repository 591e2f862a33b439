"""Answers of /health that a demo cannot give: a live feed in trouble, with everything else that may be switched on."""

import copy

TIME = "2026-11-20T15:10:00.000Z"

LIVE = {
    "sockets": [
        {
            "stream": "options", "state": "refused", "since": TIME, "dials": 3, "frames": 10234, "bytes": 48211333,
            "channels": 412, "acknowledged": 380, "quoted_contracts": 980, "left_out_quotes": 120, "refused": 32,
            "refusal": "not authorized", "overflow": 2, "trouble": "the key is not allowed to stream",
        },
        {
            "stream": "stocks", "state": "streaming", "since": TIME, "dials": 1, "frames": 93412, "bytes": 9348211,
            "channels": 5, "acknowledged": 5, "quoted_contracts": 0, "left_out_quotes": 0, "refused": 0,
            "refusal": None, "overflow": 0, "trouble": None,
        },
    ],
    "windows": [
        {
            "underlying": "SPY", "spot": 674.2, "spot_origin": "previous_close", "stale": True, "expiry": "2026-11-20",
            "center": 674, "step": 1, "contracts": 42,
        }
    ],
    "chains": [{"underlying": "SPY", "contracts": 306, "age_seconds": 75.2, "stale": True}],
    "rest": {
        "requests": 812, "retries": 14, "rate_limited": 3, "failures": 2, "held_back": True, "trouble": "connect timed out",
    },
    "gaps": {"found": 3, "filled": 1, "unfilled": 1, "open": 1, "recovered_prints": 1822},
    "duplicates": 12,
    "filtered_out": 77,
    "market_closed": False,
    "still_seconds": 22.1,
}

JOURNAL = {
    "path": "/data/journal", "appended": 812345, "durable": 812001, "held_bytes": 0, "missing": 0, "segments": 3,
    "bytes": 98123456, "sync_age_seconds": 0.8, "error": None, "recorded_before": 120000, "recovered": 120000,
    "recovered_share": 1, "snapshot_events": None,
}

LAKE = {
    "path": "/data/lake", "parts": 41, "rows": 9312345, "bytes": 312345678, "rows_written": 91234, "flushes": 12,
    "last_flush_time": TIME, "waiting_rows": 812, "waiting_seconds": 14.2, "error": None, "compaction_error": None,
    "uploads": {
        "place": "s3://bucket/flow", "waiting": 2, "waiting_seconds": 31, "uploaded": 39, "last_upload_time": TIME,
        "error": "403 Forbidden",
    },
}

SLACK = {
    "name": "desk-slack", "kind": "slack", "breaker": "open", "waiting": 12, "delivered": 310, "dead": 4,
    "dead_within_day": 2, "failed_tries": 9, "last_error": "HTTP 500", "last_error_time": TIME, "last_delivery_time": TIME,
}

GAPS = {
    "columns": [],
    "rows": [
        ["options", "2026-11-20T15:10:00.000Z", "2026-11-20T15:11:30.000Z", "open", 0],
        ["everything", "2026-11-20T14:50:00.000Z", "2026-11-20T14:50:12.000Z", "unfilled", 0],
        ["options", "2026-11-20T14:40:00.000Z", "2026-11-20T14:41:00.000Z", "filled", 1822],
    ],
    "row_count": 3,
    "truncated": False,
    "note": None,
}


def in_trouble(health):
    """The health of a live feed whose vendor has shut the door, made from that of a demo."""
    spoilt = copy.deepcopy(health)
    spoilt.update(status="down", mode="live", live=LIVE, journal=JOURNAL, lake=LAKE)
    spoilt["reasons"] = ["options socket refused: the key is not allowed to stream", "storage is 6200 ms behind"]
    spoilt["ingest"].update(data_age_seconds=72.4, bad_frames=3)
    spoilt["queues"]["events"].update(depth=31000, capacity=32768)
    spoilt["storage"]["lag_milliseconds"] = 6200
    spoilt["alerts"]["channels"].append(SLACK)
    return spoilt
