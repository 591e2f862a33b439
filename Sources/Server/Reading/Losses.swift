import FlowEngine

/// What did not arrive where it belongs, or not as it was sent; counts since the start.
struct Losses: Sendable {
  var unmatchedCancellations: Int64 = 0
  var unrepairedMinutes: Int64 = 0
  var doubtedTimes: Int64 = 0
  var refusedSweeps: Int64 = 0
  var refusedLines: Int64 = 0
  var correctedRows: Int64 = 0
  var storedBefore: Int64 = 0
  var storeWaits: Int64 = 0
  var storeDropped: Int64 = 0
  var missedCancellations: Int64 = 0

  init(_ facts: HealthFacts, _ counters: FlowCounters, missedCancellations: Int64) {
    unmatchedCancellations = counters.unmatchedCancellations
    unrepairedMinutes = counters.unrepairedMinutes
    doubtedTimes = counters.doubtedTimes
    refusedSweeps = counters.refusedSweeps
    refusedLines = facts.ingest.refusedLines
    correctedRows = facts.ingest.correctedRows
    storedBefore = facts.storage.storedBefore
    storeWaits = facts.storage.waits
    storeDropped = facts.storage.dropped
    self.missedCancellations = missedCancellations
  }

  static let schema = Schema<Losses>(
    "Losses", "What did not arrive where it belongs, or not as it was sent; counts since the start.",
    [
      .integer(
        "unmatched_cancellations", "Cancellations whose print is not remembered: if it was seen, it still counts."
      ) {
        $0.unmatchedCancellations
      },
      .integer("unrepaired_minutes", "Minute bars that still hold a cancelled print: too many prints have followed.") {
        $0.unrepairedMinutes
      },
      .integer("doubted_times", "Times far ahead of the stream that no second event confirmed.") { $0.doubtedTimes },
      .integer("refused_sweeps", "Sweeps that found no room; their prints count.") { $0.refusedSweeps },
      .integer("refused_lines", "Lines of a recording refused as a whole.") { $0.refusedLines },
      .integer("corrected_rows", "Rows taken with a correction.") { $0.correctedRows },
      .integer("stored_before", "Rows not written because an earlier run had stored them.") { $0.storedBefore },
      .integer("store_waits", "How often the engine waited for room in the queue to the database.") { $0.storeWaits },
      .integer("store_dropped", "Outputs that are not in the database: its queue was full.") { $0.storeDropped },
      .integer("missed_cancellations", "Cancellations that found the publisher queue full: void prints not shown so.") {
        $0.missedCancellations
      },
    ])
}

/// Which losses have grown in the last seconds.
struct RecentLosses {
  private var prints = RecentIncrease()
  private var cancellations = RecentIncrease()
  private var minutes = RecentIncrease()
  private var sweeps = RecentIncrease()

  /// Takes a reading; returns the growing ones in words.
  mutating func note(_ losses: Losses, publisherSkipped: Int64, atNanoseconds time: Int64) -> [String] {
    var reasons: [String] = []
    if prints.note(publisherSkipped, atNanoseconds: time) {
      reasons.append("publisher queue was full: the stream misses prints (they are in the store)")
    }
    if cancellations.note(losses.missedCancellations, atNanoseconds: time) {
      reasons.append(
        "publisher queue was full: some cancelled prints are not shown as cancelled (the store knows them)")
    }
    if minutes.note(losses.unrepairedMinutes, atNanoseconds: time) {
      reasons.append("a cancelled print could not be taken out of its minute bar: too many have followed it")
    }
    if sweeps.note(losses.refusedSweeps, atNanoseconds: time) {
      reasons.append("a sweep was not recognised: no more can be kept in this session")
    }
    return reasons
  }
}
