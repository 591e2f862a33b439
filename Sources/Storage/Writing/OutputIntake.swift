import Clocks
import FlowEngine
import MarketModel

/// Turns outputs into rows of the batch: finds file ids, skips what is stored already. Writer thread only.
final class OutputIntake {
  let batch: PendingBatch
  let dictionary: InstrumentDictionary
  var ledger: IngestLedger?
  private let profile: StoreProfile
  private let counters: StoreCounters

  /// Minutes the reference profile holds back until the end.
  private static let heldBackBars = 1 << 16

  init(_ options: StoreOptions, _ dictionary: InstrumentDictionary, _ counters: StoreCounters) {
    profile = options.profile
    self.dictionary = dictionary
    self.counters = counters
    batch = PendingBatch(
      printLimit: options.flushPrints, printCapacity: options.flushPrintsUnderLoad,
      barCapacity: options.profile == .reference ? OutputIntake.heldBackBars : PendingBatch.otherCapacity)
  }

  /// Takes a run of outputs; the caller made sure of the room.
  /// - Returns: how many of them were skipped because they are stored already or cannot be.
  func take(_ outputs: UnsafeBufferPointer<FlowOutput>) -> Int64 {
    guard var ledger = ledger else { preconditionFailure("OutputIntake: outputs before begin") }
    self.ledger = nil
    var skipped: Int64 = 0
    for i in 0..<outputs.count where !take(outputs[i], &ledger) { skipped += 1 }
    self.ledger = ledger
    batch.countOutputs(outputs.count - Int(skipped))
    return skipped
  }

  /// - Returns: false when the output is stored already, or cannot be.
  @inline(__always)
  private func take(_ output: FlowOutput, _ ledger: inout IngestLedger) -> Bool {
    guard case .print(let print) = output else { return takeOther(output, &ledger) }
    let isInjected = print.flags.contains(.injected) || print.trade.flags.contains(.injected)
    guard let printID = ledger.assign(number: print.number, isInjected: isInjected) else { return false }
    batch.add(
      PendingPrint(
        print: print, printID: printID, contract: dictionary.contract(print.trade.instrument), cancelled: false))
    return true
  }

  @inline(never)
  private func takeOther(_ output: FlowOutput, _ ledger: inout IngestLedger) -> Bool {
    if case .cancellation(let cancellation) = output {
      guard ledger.admitsCancellation() else { return false }
      takeCancellation(cancellation, ledger)
      return true
    }
    if ledger.run.isComplete { return false }
    switch output {
    case .print, .cancellation: preconditionFailure("OutputIntake: a print or a cancellation among the others")
    case .minuteBar(let bar):
      let row = PendingBar(bar: bar, databaseID: dictionary.contract(bar.instrument).databaseID)
      if profile == .full { batch.add(row) } else { batch.append(row) }
    case .openInterest(let row):
      batch.add(PendingOpenInterest(openInterest: row, databaseID: dictionary.contract(row.instrument).databaseID))
    case .sessionReset(let reset):
      ledger.noteDay(reset)
      batch.add(
        PendingIncident(
          time: reset.time, kind: Enumerations.sessionStartPosition, session: reset.session,
          recordedNanoseconds: SystemClock.wallNanoseconds))
      batch.add(reset)
    case .digest(let digest): batch.add(digest)
    case .detection(let detection):
      guard profile == .full else { return false }
      batch.add(row(detection, ledger))
    case .detectionLeg(let leg):
      guard profile == .full, let printID = ledger.numbering.printID(number: leg.print) else { return false }
      batch.add(PendingLeg(leg: leg, printID: printID, toldAfter: ledger.newestNumber))
    case .incident(let incident):
      batch.add(
        PendingIncident(
          time: incident.time, kind: incident.kind.storedPosition, session: nil, scope: incident.scope,
          gap: incident.gap, from: incident.from, count: incident.count,
          recordedNanoseconds: SystemClock.wallNanoseconds))
    }
    return true
  }

  private func row(_ detection: Detection, _ ledger: IngestLedger) -> PendingDetection {
    PendingDetection(
      detection: detection, databaseID: dictionary.contract(detection.instrument).databaseID,
      underlyingID: dictionary.contract(detection.underlying).databaseID,
      firstPrintID: ledger.numbering.printID(number: detection.firstPrint) ?? 0,
      lastPrintID: ledger.numbering.printID(number: detection.lastPrint) ?? 0, toldAfter: ledger.newestNumber)
  }

  private func takeCancellation(_ cancellation: Cancellation, _ ledger: IngestLedger) {
    let printID = ledger.numbering.printID(number: cancellation.cancelledNumber)
    if printID == nil { counters.noteUnmatched(1) }
    batch.add(
      PendingCancellation(
        trade: cancellation.trade, cancelledPrintID: printID,
        databaseID: dictionary.contract(cancellation.trade.instrument).databaseID),
      marksPrint: profile == .full)
  }
}
