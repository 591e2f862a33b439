/** Judgement of where the data are kept: database, journal, lake. The limits are those of the server. */
import {
  formatAge,
  formatCompact,
  formatCount,
  formatEastern,
  formatMilliseconds,
  formatShare,
  MISSING,
} from "./format.js";
import { bytesOf, count, errorLine, goodIf, line } from "./health-report.js";

/** @typedef {import("./health-report.js").HealthReport} HealthReport */
/** @typedef {import("./health-report.js").Section} Section */

/** How long rows may wait for the disk: worth a look, and bad. */
export const [LATE_MILLISECONDS, TOO_LATE_MILLISECONDS] = [2_000, 5_000];

/**
 * @param {HealthReport} health
 * @returns {Section}
 */
export function storageSection({ storage, losses }) {
  const meaning = "Prints, minutes, detections and positioning on disk.";
  if (!storage.enabled) {
    return {
      title: "Database",
      meaning,
      lines: [line("State", "off", "Nothing is kept: started without a database.")],
    };
  }
  const lag = storage.lag_milliseconds;
  const lines = [
    errorLine("Error", storage.error, "What the writer cannot do.", "See free space and rights of the folder."),
    line(
      "Lag",
      formatMilliseconds(lag),
      "How long the oldest output that is not on disk has waited.",
      lag > TOO_LATE_MILLISECONDS ? "bad" : goodIf(lag <= LATE_MILLISECONDS, "warn"),
      "The disk does not keep up: see whether another program uses it, or put the data folder on a faster one.",
    ),
    count(
      "Not stored",
      storage.dropped,
      "Outputs that are not in the database because its queue was full.",
      "With a journal the next start fills them in; without one they are lost. See Lag.",
    ),
    line("Rows", formatCompact(storage.rows_written), `Written since the start: ${formatCount(storage.rows_written)}.`),
    line("Flushes", formatCount(storage.flushes), "How often rows reached the disk."),
    line(
      "Last flush",
      formatEastern(storage.last_flush_time),
      "When rows last reached the disk, New York.",
      "none",
      "",
      {
        time: storage.last_flush_time ?? undefined,
      },
    ),
    line("Had already", formatCount(losses.stored_before), "Rows not written because an earlier run had stored them."),
    line("Tables", `version ${storage.schema_version}`, "Version of the tables."),
    line("File", fileOf(storage.path), storage.path ?? ""),
  ];
  return { title: "Database", meaning, lines };
}

/**
 * @param {HealthReport} health
 * @returns {Section | null}
 */
export function journalSection({ journal, ingest }) {
  if (!journal) return null;
  const behind = journal.appended - journal.durable;
  const lines = [
    errorLine("Error", journal.error, "Why nothing is written.", "Make room on the disk: it goes on by itself."),
    line(
      "Held in memory",
      bytesOf(journal.held_bytes),
      "Events that wait because the disk refuses them.",
      goodIf(journal.held_bytes === 0),
      "Make room before memory is full: then events are lost.",
    ),
    count(
      "Not recorded",
      journal.missing,
      "Events that the disk did not take and memory had no room for.",
      "They are lost to the record: playing the day again will differ from what was shown.",
    ),
    line(
      "Recorded",
      formatCount(journal.appended),
      "Events since the start: a crash of the process loses none of them.",
    ),
    line("Not yet on disk", formatCount(behind), "Of them, those that a loss of power would take."),
    line("Synced", formatAge(journal.sync_age_seconds), "Since the disk itself was reached last."),
    line("Files", `${formatCount(journal.segments)}, ${bytesOf(journal.bytes)}`, "Written since the start."),
    line(
      "Played at start",
      `${formatCount(journal.recovered)} of ${formatCount(journal.recorded_before)}`,
      `Events of today that an earlier life recorded; ${formatShare(journal.recovered_share)} done.`,
      ingest.status === "recovering" ? "warn" : "none",
      "Nothing shown is live before it is done.",
    ),
    line("Snapshot", formatCount(journal.snapshot_events), "Events of the day that the newest snapshot holds."),
    line("Folder", fileOf(journal.path), journal.path),
  ];
  return { title: "Journal", meaning: "The record of what a live feed brings, written before anything else.", lines };
}

/**
 * @param {HealthReport} health
 * @returns {Section | null}
 */
export function lakeSection({ lake }) {
  if (!lake) return null;
  const lines = [
    errorLine("Error", lake.error, "Why nothing is written.", "See free space and rights of the folder."),
    errorLine(
      "Compaction",
      lake.compaction_error,
      "Why small files stay small.",
      "Reading gets slower, nothing is lost. See free space.",
    ),
    line("Files", `${formatCount(lake.parts)}, ${bytesOf(lake.bytes)}`, `${formatCount(lake.rows)} prints in them.`),
    line(
      "Waiting",
      `${formatCount(lake.waiting_rows)} for ${formatAge(lake.waiting_seconds)}`,
      "Prints in the database and not yet in the lake.",
    ),
    line(
      "Written",
      `${formatCount(lake.rows_written)} in ${formatCount(lake.flushes)}`,
      "Prints since the start, in so many flushes.",
    ),
    line(
      "Last flush",
      formatEastern(lake.last_flush_time),
      "When prints last reached the lake, New York.",
      "none",
      "",
      {
        time: lake.last_flush_time ?? undefined,
      },
    ),
    line("Folder", fileOf(lake.path), lake.path),
  ];
  if (lake.uploads) lines.push(...uploadLines(lake.uploads));
  return { title: "Lake", meaning: "Prints as Parquet files, and their copy in a bucket.", lines };
}

/** @param {import("./health-report.js").Uploads} uploads */
function uploadLines(uploads) {
  return [
    errorLine(
      "Upload",
      uploads.error,
      "Why nothing is uploaded.",
      "See keys, address and network: it tries again by itself.",
    ),
    line(
      "To upload",
      `${formatCount(uploads.waiting)} for ${formatAge(uploads.waiting_seconds)}`,
      `Objects that are not in ${uploads.place} as they should be.`,
    ),
    line("Uploaded", formatCount(uploads.uploaded), "Since the start."),
    line("Last upload", formatEastern(uploads.last_upload_time), "When one last arrived, New York.", "none", "", {
      time: uploads.last_upload_time ?? undefined,
    }),
  ];
}

/** @param {string | null} path */
function fileOf(path) {
  return path?.split("/").filter(Boolean).at(-1) ?? MISSING;
}
