import Clocks
import Feeds
import Journal
import Logging
import MarketModel

/// Plays what an earlier life of the process recorded into the engine's ring, and learns from it what the live source has to
/// know. On the feed's thread.
struct JournalRecovery: Sendable {
  let record: LiveRecord
  let log: Log

  private var plan: RecoveryPlan { record.plan }
  private var progress: RecoveryProgress { record.progress }

  /// At least so many events before a snapshot are looked through for prints that may come again.
  private static let handedOverEvents = Int64(Limits.handedOverPrints / 4)
  private static let reportNanoseconds: Int64 = 5_000_000_000

  /// - Parameter isStopping: asked between blocks; what is left then is left to the next start.
  /// - Returns: what the events say about the live stream.
  func play(
    through door: borrowing EventDoor, into instruments: InstrumentTable, isStopping: () -> Bool
  ) throws(JournalError) -> LiveMemory {
    var standing = plan.snapshot?.standing ?? LiveStanding()
    standing.noteGaps(through: record.highestGap)
    var memory = LiveMemory(instruments: instruments, standing: standing)
    guard !plan.days.isEmpty else { return memory }
    let archive = record.journal.archive
    let start = SystemClock.monotonicNanoseconds
    var report = start
    let sizes = Dictionary(try archive.days().map { ($0.date, $0.bytes) }, uniquingKeysWith: { $1 })
    let total = plan.days.reduce(0) { $0 + (sizes[$1] ?? 0) }
    var before: Int64 = 0
    log.info(
      "journal", "playing what was recorded",
      [
        "days": plan.days.map(\.description).joined(separator: " "), "bytes": "\(total)",
        "from_event": "\(plan.snapshot?.events ?? 0)",
      ])
    for (index, day) in plan.days.enumerated() {
      let first = index == 0 ? plan.snapshot?.events ?? 0 : 0
      let ledgerFirst = try firstForLedger(day, before: first, memory.neededFrom)
      var reader = try archive.read(day, from: ledgerFirst, into: instruments)
      var mustForget = ledgerFirst > 0
      var holes = JournalHoles()
      while !isStopping(), let block = try reader.next() {
        if mustForget { mustForget = !forget(block.events, &memory) }
        // What the snapshot has went through this engine before: only its prints are of interest.
        let known = Int(clamping: max(0, min(first - block.firstEvent, Int64(block.events.count))))
        memory.noteHandedOver(UnsafeBufferPointer(rebasing: block.events[..<known]))
        let rest = UnsafeBufferPointer(rebasing: block.events[known...])
        // A hole that the snapshot has not seen.
        if block.missingBefore > 0, block.firstEvent - block.missingBefore >= first {
          holes.incidents(until: holes.end(before: block.events)).withUnsafeBufferPointer { door.handOver($0) }
        }
        holes.pass(block.events)
        memory.note(rest, receivedNanoseconds: block.receivedNanoseconds)
        door.handOver(rest)
        progress.notePlayed(rest.count)
        progress.note(bytes: before + reader.bytesRead, of: total)
        if SystemClock.monotonicNanoseconds - report >= JournalRecovery.reportNanoseconds {
          report = SystemClock.monotonicNanoseconds
          log.info(
            "journal", "playing what was recorded",
            ["events": "\(progress.events)", "percent": "\(Int(progress.share * 100))"])
        }
      }
      progress.note(eventsOfDay: reader.eventsRead)
      before += sizes[day] ?? 0
    }
    progress.note(bytes: total, of: total)
    let seconds = Double(SystemClock.monotonicNanoseconds - start) / 1e9
    log.info(
      "journal", "played what was recorded",
      [
        "events": "\(progress.events)", "seconds": "\((seconds * 1000).rounded() / 1000)",
        "open_gaps": "\(memory.standing.openGaps.count)",
      ])
    return memory
  }

  /// Which event to begin with, so that the prints of gaps that are still open are known: twice as far back until it is enough.
  private func firstForLedger(
    _ day: MarketDate, before first: Int64, _ neededFrom: Timestamp?
  ) throws(JournalError) -> Int64 {
    var count = JournalRecovery.handedOverEvents
    while count < first {
      guard let neededFrom, let time = try timeOfPrint(day, from: first - count) else { return first - count }
      if time < neededFrom { return first - count }
      count *= 2
    }
    return 0
  }

  /// Time of the first print from an event on.
  private func timeOfPrint(_ day: MarketDate, from event: Int64) throws(JournalError) -> Timestamp? {
    // The symbols are known to the reader that plays them; this one needs none of them later.
    var reader = try record.journal.archive.read(day, from: event, into: InstrumentTable())
    while let block = try reader.next() {
      for case .trade(let trade) in block.events where trade.flags.isEmpty { return trade.time }
    }
    return nil
  }

  /// Prints from before the first one that is looked at are not known.
  private func forget(_ events: UnsafeBufferPointer<MarketEvent>, _ memory: inout LiveMemory) -> Bool {
    for case .trade(let trade) in events where trade.flags.isEmpty {
      memory.forget(until: trade.time)
      return true
    }
    return false
  }
}
