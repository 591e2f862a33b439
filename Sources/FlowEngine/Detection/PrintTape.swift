import MarketModel

/// What detectors may look back at: the newest prints of the day, all contracts, in order, chained backwards by contract.
struct TapePrint: BitwiseCopyable {
  /// Within the day, from 1.
  var number: Int64
  /// Stream time when it was booked.
  var time: Timestamp
  var price: Price
  var premiumMicros: Int64
  var netDeltaNanos: Int64
  var instrument: InstrumentID
  var size: UInt32
  /// How many prints back the contract's print before this one is; 0 when there is none within reach.
  var previousDistance: UInt32
  var venue: VenueID
  var flags: PrintFlags
  var side: AggressorSide
  var method: LabelMethod
  var isVoid: Bool
}

/// A ring of `TapePrint`; its memory is taken as prints come.
struct PrintTape: ~Copyable {
  private let storage: UnsafeMutablePointer<TapePrint>
  private let capacity: Int
  /// Number of the newest print of each contract, 0 for none; grows with the contracts.
  private var newestOfContract: UnsafeMutablePointer<Int64>
  private var contractCapacity = 1024
  /// Prints of the source before the day: `LabeledPrint.number` is this plus the number within the day.
  private(set) var printsBefore: Int64 = 0
  /// Number of the newest print; 0 before the first.
  private(set) var newest: Int64 = 0
  private var pages = PagesAhead()

  init(capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "PrintTape: capacity \(capacity), a power of two")
    self.capacity = capacity
    // A print is a cache line.
    storage = UnsafeMutableRawPointer.allocate(
      byteCount: capacity * MemoryLayout<TapePrint>.stride, alignment: MemoryLayout<TapePrint>.stride
    ).bindMemory(to: TapePrint.self, capacity: capacity)
    newestOfContract = .allocate(capacity: contractCapacity)
    newestOfContract.initialize(repeating: 0, count: contractCapacity)
  }

  deinit {
    storage.deallocate()
    newestOfContract.deallocate()
  }

  /// Oldest print that is still there.
  var oldest: Int64 { max(1, newest - Int64(capacity) + 1) }

  /// The print of that number; nil when it is older than the tape reaches or not there yet.
  @inline(__always)
  func find(_ number: Int64) -> UnsafePointer<TapePrint>? {
    guard number > 0, number <= newest, number > newest &- Int64(capacity) else { return nil }
    return UnsafePointer(storage + (Int(truncatingIfNeeded: number) & (capacity &- 1)))
  }

  /// The contract's newest print.
  @inline(__always)
  func newest(of instrument: InstrumentID) -> UnsafePointer<TapePrint>? {
    instrument.index < contractCapacity ? find(newestOfContract[instrument.index]) : nil
  }

  /// The contract's print before this one.
  @inline(__always)
  func previous(_ print: UnsafePointer<TapePrint>) -> UnsafePointer<TapePrint>? {
    print.pointee.previousDistance == 0 ? nil : find(print.pointee.number &- Int64(print.pointee.previousDistance))
  }

  /// - Parameter number: the day's number of the print; above the newest. Those between are prints that detectors do not see.
  @inline(__always)
  mutating func append(_ seen: borrowing SeenPrint, number: Int64) {
    let print = seen.print
    let instrument = print.trade.instrument
    while newest &+ 1 < number { skip() }
    if instrument.index >= contractCapacity { growContracts(past: instrument.index) }
    let before = newestOfContract[instrument.index]
    let distance = before == 0 ? 0 : number &- before
    storage[Int(truncatingIfNeeded: number) & (capacity &- 1)] = TapePrint(
      number: number, time: seen.time, price: print.trade.price, premiumMicros: print.premiumMicros,
      netDeltaNanos: print.netDeltaNanos, instrument: instrument, size: print.trade.size,
      previousDistance: UInt32(exactly: distance) ?? 0, venue: print.trade.venue, flags: print.flags, side: print.side,
      method: print.method, isVoid: false)
    newestOfContract[instrument.index] = number
    newest = number
  }

  private mutating func skip() {
    newest += 1
    storage[Int(truncatingIfNeeded: newest) & (capacity - 1)] = TapePrint(
      number: newest, time: .none, price: .zero, premiumMicros: 0, netDeltaNanos: 0, instrument: InstrumentID(0),
      size: 0,
      previousDistance: 0, venue: VenueID(0), flags: [], side: .unknown, method: .offMarket, isVoid: true)
  }

  /// Makes the memory of the prints that may come next.
  mutating func makeRoom() {
    let stride = MemoryLayout<TapePrint>.stride
    // Number 1 stands in the second place.
    pages.make(storage, used: min(capacity, Int(newest) + 1) * stride, capacity: capacity * stride)
  }

  /// The venue took it back.
  /// - Returns: the print, if the tape still has it.
  mutating func void(_ number: Int64) -> TapePrint? {
    guard find(number) != nil else { return nil }
    let slot = storage + (Int(truncatingIfNeeded: number) & (capacity - 1))
    slot.pointee.isVoid = true
    return slot.pointee
  }

  mutating func beginDay(printsBefore before: Int64) {
    printsBefore = before
    newest = 0
    newestOfContract.update(repeating: 0, count: contractCapacity)
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(printsBefore)
    snapshot.add(newest)
    // The ring as two pieces, oldest first: no copy of it is made.
    let count = Int(newest - oldest + 1)
    let start = Int(truncatingIfNeeded: oldest) & (capacity - 1)
    let first = min(count, capacity - start)
    snapshot.add(UnsafeBufferPointer(start: storage + start, count: first))
    snapshot.add(UnsafeBufferPointer(start: storage, count: count - first))
  }

  /// Into an empty one.
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    printsBefore = try reader.read()
    newest = try reader.read()
    try restorePrints(&reader)
    try restorePrints(&reader)
  }

  private mutating func restorePrints(_ reader: inout SnapshotReader) throws(SnapshotError) {
    for print in try reader.readArray(of: TapePrint.self) {
      guard print.number >= oldest, print.number <= newest else {
        throw .damaged(words: "print \(print.number) on a tape from \(oldest) to \(newest)")
      }
      storage[Int(truncatingIfNeeded: print.number) & (capacity - 1)] = print
      if print.time == .none { continue }
      if print.instrument.index >= contractCapacity { growContracts(past: print.instrument.index) }
      newestOfContract[print.instrument.index] = print.number
    }
  }

  @inline(never)
  private mutating func growContracts(past index: Int) {
    var grown = contractCapacity
    while grown <= index { grown *= 2 }
    let larger = UnsafeMutablePointer<Int64>.allocate(capacity: grown)
    larger.update(from: newestOfContract, count: contractCapacity)
    (larger + contractCapacity).initialize(repeating: 0, count: grown - contractCapacity)
    newestOfContract.deallocate()
    newestOfContract = larger
    contractCapacity = grown
  }
}
