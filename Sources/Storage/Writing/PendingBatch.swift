import FlowEngine
import MarketModel

/// What has been taken from the queue and is not on the disk yet. Bounded: one flush's worth.
final class PendingBatch {
  /// Rows of each smaller kind a batch holds before it is full.
  static let otherCapacity = 1 << 15

  /// Prints with which the batch is full.
  private(set) var printLimit: Int
  private(set) var isEnlarged = false
  private let ordinaryPrintLimit: Int
  private let printCapacity: Int
  let barCapacity: Int
  private let rows: UnsafeMutablePointer<PendingPrint>
  private(set) var printCount = 0
  private(set) var cancellations: [PendingCancellation] = []
  /// Ids of prints that are on the disk already and have become void.
  private(set) var cancelledOnDisk: [Int64] = []
  private(set) var bars: [PendingBar] = []
  private var barPositions: [BarKey: Int] = [:]
  private(set) var openInterest = KeyedRows<OpenInterestKey, PendingOpenInterest>()
  private(set) var detections = KeyedRows<DetectionID, PendingDetection>()
  private(set) var legs = KeyedRows<LegKey, PendingLeg>()
  private(set) var incidents: [PendingIncident] = []
  private(set) var days: [SessionReset] = []
  private(set) var digests: [DigestRecord] = []
  /// Outputs in the batch, also those that leave no row.
  private(set) var outputs: Int64 = 0

  private struct BarKey: Hashable {
    var databaseID: Int32
    var minute: Timestamp
  }
  struct OpenInterestKey: Hashable {
    var databaseID: Int32
    var day: MarketDate
  }
  struct LegKey: Hashable {
    var detection: DetectionID
    var printID: Int64
  }

  /// - Parameters:
  ///   - printLimit: prints with which the batch is full.
  ///   - printCapacity: the same once `enlarge` was called.
  init(printLimit: Int, printCapacity: Int, barCapacity: Int = PendingBatch.otherCapacity) {
    self.printLimit = printLimit
    ordinaryPrintLimit = printLimit
    self.printCapacity = max(printLimit, printCapacity)
    self.barCapacity = barCapacity
    rows = .allocate(capacity: self.printCapacity)
  }

  deinit { rows.deallocate() }

  var prints: UnsafeBufferPointer<PendingPrint> { UnsafeBufferPointer(start: rows, count: printCount) }
  var isEmpty: Bool { outputs == 0 }
  /// Outputs that fit for certain, whatever they are.
  var room: Int {
    let others = max(
      cancellations.count, openInterest.rows.count, incidents.count, digests.count, detections.rows.count,
      legs.rows.count)
    return min(printLimit - printCount, barCapacity - bars.count, PendingBatch.otherCapacity - others)
  }

  /// Takes more prints than ordinarily, until it is cleared.
  func enlarge() {
    printLimit = printCapacity
    isEnlarged = true
  }

  @inline(__always)
  func countOutputs(_ count: Int) { outputs += Int64(count) }

  @inline(__always)
  func add(_ print: PendingPrint) {
    rows[printCount] = print
    printCount += 1
  }

  /// - Parameter marksPrint: whether the void print has a row with a mark to set.
  func add(_ cancellation: PendingCancellation, marksPrint: Bool) {
    cancellations.append(cancellation)
    guard marksPrint, let id = cancellation.cancelledPrintID else { return }
    if let position = position(ofPrint: id) { rows[position].cancelled = true } else { cancelledOnDisk.append(id) }
  }

  /// Marks a print of the batch as void, if it is there.
  func markCancelled(_ printID: Int64) {
    if let position = position(ofPrint: printID) { rows[position].cancelled = true }
  }

  /// A row of a table without a key.
  func append(_ bar: PendingBar) { bars.append(bar) }

  /// A minute twice in one batch keeps the newest row: rows of one batch do not replace each other.
  func add(_ bar: PendingBar) {
    let key = BarKey(databaseID: bar.databaseID, minute: bar.bar.minute)
    if let position = barPositions[key] {
      bars[position] = bar
    } else {
      barPositions[key] = bars.count
      bars.append(bar)
    }
  }

  func add(_ row: PendingOpenInterest) {
    openInterest.add(
      row, OpenInterestKey(databaseID: row.databaseID, day: marketDay(of: row.openInterest.time)))
  }

  func add(_ row: PendingDetection) { detections.add(row, row.detection.id) }

  func add(_ row: PendingLeg) { legs.add(row, LegKey(detection: row.leg.detection, printID: row.printID)) }

  /// Few, so looking through them costs nothing.
  func add(_ incident: PendingIncident) {
    let isKnown = incidents.contains {
      $0.time == incident.time && $0.kind == incident.kind && $0.scope == incident.scope && $0.gap == incident.gap
    }
    if isKnown { return }
    incidents.append(incident)
  }

  func add(_ day: SessionReset) {
    days.removeAll { $0.session == day.session }
    days.append(day)
  }

  func add(_ digest: DigestRecord) {
    digests.removeAll { $0.session == digest.session && $0.events == digest.events }
    digests.append(digest)
  }

  /// The rows are on the disk. Bars stay when they were held back.
  func clear(keepingBars: Bool) {
    printCount = 0
    printLimit = ordinaryPrintLimit
    isEnlarged = false
    outputs = 0
    cancellations.removeAll(keepingCapacity: true)
    cancelledOnDisk.removeAll(keepingCapacity: true)
    openInterest.removeAll()
    detections.removeAll()
    legs.removeAll()
    incidents.removeAll(keepingCapacity: true)
    days.removeAll(keepingCapacity: true)
    digests.removeAll(keepingCapacity: true)
    guard !keepingBars else { return }
    bars.removeAll(keepingCapacity: true)
    barPositions.removeAll(keepingCapacity: true)
  }

  /// Ids grow within a batch.
  private func position(ofPrint id: Int64) -> Int? {
    var low = 0
    var high = printCount
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].printID < id { low = middle + 1 } else { high = middle }
    }
    return low < printCount && rows[low].printID == id ? low : nil
  }
}
