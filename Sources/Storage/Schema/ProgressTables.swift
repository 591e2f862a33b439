import FlowEngine
import MarketModel

/// The tables that say how far the file has come and what the engine knew there. Keyed: a source that is played again tells the
/// same again.
enum ProgressTables {
  static let days = TableLayout<SessionReset>(
    schema: "main", name: "ingest_days", comment: "Where each trading day begins among the prints of a run",
    columns: [
      .value("run_id", .integer, "ingest_runs.run_id") { _, context in context.runID },
      .value("session", .date, "The trading day") { row, _ in row.pointee.session.daysSinceEpoch },
      .value("prints_before", .bigint, "Prints of the run before the day") { row, _ in row.pointee.printsBefore },
      .value("cancellations_before", .bigint, "Cancellations of the run before the day") { row, _ in
        row.pointee.cancellationsBefore
      },
    ],
    primaryKey: ["run_id", "session"])

  /// No key: rows are removed and added within one transaction.
  static let holes = TableLayout<Range<Int64>>(
    schema: "main", name: "ingest_holes",
    comment: "Prints of a journal that were lost on the way to this file, until the journal is played again",
    columns: [
      .value("run_id", .integer, "ingest_runs.run_id") { _, context in context.runID },
      .value("first_number", .bigint, "First missing print of the run, counted from 1") { row, _ in
        row.pointee.lowerBound
      },
      .value("last_number", .bigint, "Last missing print; below the first when none is, but what came between") {
        row, _ in
        row.pointee.upperBound - 1
      },
    ])

  static let digests = TableLayout<DigestRecord>(
    schema: "main", name: "state_digests",
    comment: "The engine's state in one number, each hour and at a day's end: who plays the events again gets the same",
    columns: [
      .value("run_id", .integer, "ingest_runs.run_id") { _, context in context.runID },
      .value("session", .date, "The trading day") { row, _ in row.pointee.session.daysSinceEpoch },
      .value("ts", .timestamp, "Stream time, UTC") { row, _ in row.pointee.time.nanoseconds },
      .value("events", .bigint, "Events of the day so far") { row, _ in row.pointee.events },
      .value("prints", .bigint, "Prints of the day so far") { row, _ in row.pointee.prints },
      .text("digest", "16 hexadecimal digits") { row, _ in DigestText.text(row.pointee.digest) },
    ],
    primaryKey: ["run_id", "session", "events"])
}
