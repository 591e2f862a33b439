import MarketModel

/// Prints of one contract, minute, kind and side. Additive: a print taken back may stand in a cell of its own, with sums below
/// zero.
struct MinuteCell: BitwiseCopyable {
  /// Minutes since 1970 of the prints' own times, and of the stream when the cell was made: not before the former.
  var minute: Int32
  var bookedMinute: Int32
  /// How many cells back the contract's cell before this one is; 0 when there is none within reach.
  var previousDistance: UInt32
  var place: UInt8
  var sums: FlowSums
}

/// The cells of one contract.
struct CellChain: BitwiseCopyable {
  /// Number of the newest one, 0 for none.
  var newest: Int64 = 0
  /// Its `MinuteCell.bookedMinute`.
  var bookedMinute = Int32.min
}

/// The newest cells of all contracts in one ring, chained backwards by contract; its memory is taken as they come.
struct MinuteCells: ~Copyable {
  private let storage: UnsafeMutablePointer<MinuteCell>
  private let capacity: Int
  /// Number of the newest cell, from 1.
  private(set) var newest: Int64 = 0
  /// Minutes from here on have all their cells: the ring has dropped none of them.
  private(set) var wholeFrom = Int32.min
  private var pages = PagesAhead()
  /// Steps back that a print looks for its cell: kinds x sides of its minute, and as many of the one before.
  private static let search = 40

  init(capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "MinuteCells: capacity \(capacity), a power of two")
    self.capacity = capacity
    storage = .allocate(capacity: capacity)
  }

  deinit { storage.deallocate() }

  @inline(__always)
  private func find(_ number: Int64) -> UnsafeMutablePointer<MinuteCell>? {
    guard number > 0, number > newest &- Int64(capacity) else { return nil }
    return storage + (Int(truncatingIfNeeded: number) & (capacity &- 1))
  }

  @inline(__always)
  private func previous(of cell: UnsafeMutablePointer<MinuteCell>, _ number: Int64) -> Int64 {
    cell.pointee.previousDistance == 0 ? 0 : number &- Int64(cell.pointee.previousDistance)
  }

  /// Adds to the contract's cell, or to a new one.
  /// - Parameters:
  ///   - streamMinute: minute of the stream; never goes back.
  ///   - chain: the contract's cells.
  @inline(__always)
  mutating func add(_ sums: FlowSums, minute: Int32, place: UInt8, streamMinute: Int32, to chain: inout CellChain) {
    // Of a minute that has no cell nothing needs to be looked up.
    if chain.bookedMinute >= minute {
      var number = chain.newest
      for _ in 0..<MinuteCells.search {
        guard let cell = find(number), cell.pointee.bookedMinute >= minute else { break }
        if cell.pointee.minute == minute, cell.pointee.place == place {
          cell.pointee.sums += sums
          return
        }
        number = previous(of: cell, number)
      }
    }
    append(sums, minute, place, max(minute, streamMinute), to: &chain)
  }

  private mutating func append(
    _ sums: FlowSums, _ minute: Int32, _ place: UInt8, _ bookedMinute: Int32, to chain: inout CellChain
  ) {
    newest += 1
    let slot = storage + (Int(truncatingIfNeeded: newest) & (capacity - 1))
    if newest > Int64(capacity) { wholeFrom = max(wholeFrom, slot.pointee.minute + 1) }
    let distance = chain.newest == 0 ? 0 : newest - chain.newest
    slot.initialize(
      to: MinuteCell(
        minute: minute, bookedMinute: bookedMinute, previousDistance: UInt32(exactly: distance) ?? 0, place: place,
        sums: sums))
    chain = CellChain(newest: newest, bookedMinute: bookedMinute)
  }

  /// Makes the memory of the cells that may come next.
  mutating func makeRoom() {
    let stride = MemoryLayout<MinuteCell>.stride
    pages.make(storage, used: min(capacity, Int(newest) + 1) * stride, capacity: capacity * stride)
  }

  /// Calls for each cell of the contract whose minute is not before `first`.
  func forEach(_ chain: CellChain, from first: Int32, _ body: (borrowing MinuteCell) -> Void) {
    var number = chain.newest
    // What was booked before the first minute is from before it.
    while let cell = find(number), cell.pointee.bookedMinute >= first {
      if cell.pointee.minute >= first { body(cell.pointee) }
      number = previous(of: cell, number)
    }
  }

  mutating func removeAll() {
    newest = 0
    wholeFrom = .min
  }

  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(newest)
    snapshot.add(wholeFrom)
    let first = max(1, newest - Int64(capacity) + 1)
    snapshot.add(
      newest == 0 ? [] : (first...newest).map { storage[Int(truncatingIfNeeded: $0) & (capacity - 1)] })
  }

  /// Into new ones.
  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    newest = try reader.read()
    wholeFrom = try reader.read()
    let cells = try reader.readArray(of: MinuteCell.self)
    guard newest >= 0, Int64(cells.count) == min(newest, Int64(capacity)) else {
      throw .damaged(words: "\(cells.count) cells of order flow, the newest is number \(newest)")
    }
    for (i, cell) in cells.enumerated() {
      let number = newest - Int64(cells.count - 1 - i)
      (storage + (Int(truncatingIfNeeded: number) & (capacity - 1))).initialize(to: cell)
    }
  }
}
