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

/// A digest as text: JSON and most notebooks do not keep 64-bit numbers exactly.
enum DigestText {
  static func text(_ digest: UInt64) -> String {
    let digits = String(digest, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  static func digest(_ text: String) -> UInt64? { UInt64(text, radix: 16) }
}
