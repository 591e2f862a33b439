import FlowEngine
import MarketModel
import Storage

/// What the network thread knows: the newest prints and the newest snapshot. One owner, no locks.
final class ReadModel {
  let directory: SymbolDirectory
  /// Users see `printBase + LabeledPrint.number`, so that ids go on where the last run stopped.
  let printBase: Int64
  private(set) var prints: RecentPrints
  private(set) var detections: RecentDetections
  private(set) var index: SnapshotIndex
  /// Changes with every print and cancellation taken over.
  private(set) var printGeneration: UInt64 = 0
  /// Changes with every snapshot taken over; 0 before the first.
  private(set) var snapshotGeneration: UInt64 = 0
  /// Prints that never came because the publisher ring was full.
  private(set) var missingPrints: Int64 = 0
  /// Time of the newest print; `.none` before the first.
  private(set) var lastTradeTime = Timestamp.none
  /// Cancellations taken over, and those that never came because the publisher ring was full: prints that are void and not
  /// shown so.
  private var cancellations: Int64 = 0
  private(set) var missedCancellations: Int64 = 0
  /// How often the source has begun again.
  private(set) var restarts: Int64 = 0
  /// Cancelled prints since `takeCancellations`, as ids for users.
  private var freshCancellations = PendingCancellations()
  /// What is new since `takeDetections`.
  private var freshDetections = WaitingDetections()
  /// Outputs that never came, as the engine's thread counts them.
  private var skippedOutputs: Int64 = 0
  private var rate = EventRate()

  /// - Parameter before: what the engine had given out before its first output that will come here.
  init(
    instruments: InstrumentTable, printBase: Int64, recentPrints: Int = Limits.recentPrints,
    before: OutputsBefore = OutputsBefore()
  ) {
    directory = SymbolDirectory(table: instruments)
    self.printBase = printBase
    prints = RecentPrints(capacity: recentPrints, after: before.lastPrint)
    detections = RecentDetections(capacity: Limits.recentDetections, after: before.lastPrint)
    cancellations = before.cancellations
    index = SnapshotIndex(FlowSnapshot(), directory: directory)
  }

  var snapshot: FlowSnapshot { index.snapshot }
  /// The store's run; 0 without a store.
  var runID: Int32 { IngestRun.runID(ofPrint: printBase) }
  /// Events a second of wall time over the last seconds.
  var eventsPerSecond: Double { rate.perSecond }

  // MARK: Taking over

  func absorb(_ outputs: UnsafeBufferPointer<FlowOutput>) {
    for output in outputs { absorb(output) }
  }

  func absorb(_ output: FlowOutput) {
    switch output {
    case .print(let print):
      let missing = prints.append(print)
      if missing > 0 { detections.doubt(through: print.number - 1) }
      missingPrints = missingPrints.addingSaturating(missing)
      lastTradeTime = max(lastTradeTime, print.trade.time)
      printGeneration += 1
    case .cancellation(let cancellation):
      cancellations += 1
      guard cancellation.cancelledNumber > 0 else { return }
      _ = prints.void(cancellation.cancelledNumber)
      freshCancellations.add(printBase + cancellation.cancelledNumber)
      printGeneration += 1
    case .incident(let incident) where incident.kind == .restarted: startAgain(restarts + 1)
    case .detection(let detection):
      detections.note(detection)
      freshDetections.add(detection.id)
    case .detectionLeg(let leg): detections.note(leg)
    case .sessionReset: detections.beginDay()
    case .minuteBar, .openInterest, .incident, .digest:
      // The snapshot has their effect.
      break
    }
  }

  /// The source begins again: what is known is of a time that has not come yet.
  private func startAgain(_ count: Int64) {
    restarts = count
    prints = RecentPrints(capacity: prints.capacity)
    detections = RecentDetections(capacity: detections.capacity)
    freshDetections.removeAll()
    lastTradeTime = .none
    cancellations = 0
    freshCancellations.removeAll()
    printGeneration += 1
  }

  /// Takes over a filled snapshot and gives back the one it replaces, for the next request.
  /// - Parameter time: on a clock that never goes back.
  func adopt(_ snapshot: FlowSnapshot, atNanoseconds time: Int64) -> FlowSnapshot {
    let old = index.snapshot
    directory.grow()
    index = SnapshotIndex(snapshot, directory: directory)
    snapshotGeneration += 1
    rate.note(events: snapshot.counters.events, atNanoseconds: time)
    return old
  }

  /// Compares with the engine's own counts. The ring must have been emptied since the snapshot came: a print that has not come
  /// by then found it full, and without a later print nothing else would tell.
  func reconcile() {
    let counters = snapshot.counters
    // The word that the source began again found the ring full.
    if counters.restarts > restarts { startAgain(counters.restarts) }
    // A snapshot from before it began again counts what is void.
    guard counters.restarts == restarts else { return }
    let missing = prints.skip(through: counters.lastPrint)
    if missing > 0 {
      missingPrints = missingPrints.addingSaturating(missing)
      detections.doubt(through: counters.lastPrint)
      printGeneration += 1
    }
    missedCancellations = max(missedCancellations, counters.cancellations.subtractingSaturating(cancellations))
  }

  /// Outputs of any kind never came: which, nobody knows, so that what was found up to now is to be had from the store alone.
  func note(skippedOutputs count: Int64) {
    guard count > skippedOutputs else { return }
    skippedOutputs = count
    detections.doubt(through: prints.nextNumber - 1)
  }

  func takeDetections() -> WaitingDetections {
    defer { freshDetections.removeAll() }
    return freshDetections
  }

  func takeCancellations() -> PendingCancellations {
    defer { freshCancellations.removeAll() }
    return freshCancellations
  }

  /// Ids of the cancelled prints that memory has, up to an id, ascending.
  func cancelledIDs(through id: Int64) -> [Int64] {
    let last = min(id.subtractingSaturating(printBase), prints.nextNumber - 1)
    guard last >= prints.firstNumber else { return [] }
    return (prints.firstNumber...last).filter { prints.isVoid($0) }.map { printBase + $0 }
  }

  // MARK: Rows

  func row(_ number: Int64) -> PrintRow {
    let print = prints[number]
    return PrintRow(
      print, id: printBase + number, entry: directory[print.trade.instrument], isCancelled: prints.isVoid(number))
  }

  func row(_ detection: Detection) -> DetectionRow {
    DetectionRow(
      detection, runID: runID, printBase: printBase, entry: directory[detection.instrument],
      underlying: directory[detection.underlying].symbol)
  }

  func row(_ contract: ContractSnapshot) -> ContractRow {
    let entry = directory[contract.instrument]
    return ContractRow(
      contract: contract, instrument: entry.instrument, symbol: entry.symbol, underlying: entry.underlying)
  }
}

/// Events a second from a counter that is read now and then: over the last two to four seconds.
struct EventRate {
  private var anchor: (events: Int64, time: Int64)?
  private var middle: (events: Int64, time: Int64)?
  private(set) var perSecond: Double = 0

  mutating func note(events: Int64, atNanoseconds time: Int64) {
    guard let from = anchor else {
      anchor = (events, time)
      middle = (events, time)
      return
    }
    let elapsed = time - from.time
    guard elapsed > 0 else { return }
    perSecond = Double(max(0, events.subtractingSaturating(from.events))) * 1e9 / Double(elapsed)
    if let half = middle, time - half.time >= 2_000_000_000 {
      anchor = half
      middle = (events, time)
    }
  }
}
