import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Brings any number of events into the order of a day, in bounded memory: sorts stretches of them, keeps these as files and
/// merges the files. What is given in already sorted pieces, as contracts come, is sorted cheaply.
struct EventSorter: ~Copyable {
  private let folder: DayFolder
  private let runEvents: Int
  private let events: UnsafeMutablePointer<MarketEvent>
  private var count = 0
  private var runs: [String] = []
  private var runNumber = 0

  /// Events sorted in memory at once, 88 bytes each.
  static let runEvents = 1 << 20
  /// Files open at once.
  static let mostOpenRuns = 128

  /// - Parameter folder: where the runs lie meanwhile.
  init(folder: DayFolder, runEvents: Int = EventSorter.runEvents) {
    precondition(runEvents > 0 && runEvents < Int(UInt32.max), "EventSorter: runs of \(runEvents) events")
    self.folder = folder
    self.runEvents = runEvents
    events = .allocate(capacity: runEvents)
  }

  deinit {
    events.deallocate()
    for run in runs { unlink(run) }
  }

  /// Takes in a trade or a quote.
  @inline(__always)
  mutating func add(_ event: MarketEvent) throws(HistoryError) {
    if count == runEvents { try writeRun() }
    (events + count).initialize(to: event)
    count += 1
  }

  /// Writes everything in order.
  /// - Parameters:
  ///   - renumbering: the numbers that instruments get in the file; nil keeps them.
  ///   - progress: told now and then how many events are written.
  mutating func finish(
    path: String, symbols: [SymbolText], renumbering: [InstrumentID]? = nil, progress: (Int64) -> Void
  ) throws(HistoryError) -> EventFileSummary {
    let writer = try EventFileWriter(path: path, symbols: symbols)
    func write(_ event: MarketEvent) throws(HistoryError) {
      guard let renumbering else { return try writer.append(event) }
      try writer.append(event.renumbered(renumbering[event.storedInstrument.index]))
    }
    if runs.isEmpty {
      for order in sorted() { try write(events[Int(order.place)]) }
      return try writer.finish()
    }
    try writeRun()
    while runs.count > EventSorter.mostOpenRuns {
      let first = Array(runs.prefix(EventSorter.mostOpenRuns))
      let merged = nextRun()
      let run = try EventFileWriter(path: merged, symbols: [])
      try EventSorter.merge(first) { event throws(HistoryError) in try run.append(event) }
      try run.flush()
      for path in first { unlink(path) }
      // It stays in front: what came first stays first.
      runs.replaceSubrange(0..<first.count, with: [merged])
    }
    var written: Int64 = 0
    try EventSorter.merge(runs) { event throws(HistoryError) in
      try write(event)
      written += 1
      if written & 0xFFFF == 0 { progress(written) }
    }
    return try writer.finish()
  }

  private func sorted() -> [EventOrder] {
    var order: [EventOrder] = []
    order.reserveCapacity(count)
    for place in 0..<count { order.append(EventOrder(events[place], place: UInt32(place))) }
    order.sort()
    return order
  }

  private mutating func writeRun() throws(HistoryError) {
    guard count > 0 else { return }
    let path = nextRun()
    runs.append(path)
    let writer = try EventFileWriter(path: path, symbols: [])
    for order in sorted() { try writer.append(events[Int(order.place)]) }
    // Not brought to the disk: after a crash it is made anew.
    try writer.flush()
    count = 0
  }

  private mutating func nextRun() -> String {
    runNumber += 1
    return folder.file("run-\(runNumber)")
  }

  // MARK: Merging

  /// One of the files that are merged: its next event, and the block it stands in.
  private struct Cursor {
    let reader: EventFileReader
    var block: UnsafeMutableBufferPointer<MarketEvent>
    var index = 0

    init?(_ path: String) throws(HistoryError) {
      reader = try EventFileReader(path: path, instruments: Int(UInt32.max))
      guard let block = try reader.next() else { return nil }
      self.block = block
    }

    /// False at the end.
    @inline(__always)
    mutating func advance() throws(HistoryError) -> Bool {
      index += 1
      if index < block.count { return true }
      guard let next = try reader.next() else { return false }
      block = next
      index = 0
      return true
    }
  }

  /// Hands out the events of sorted files in one order.
  private static func merge(
    _ paths: [String], _ body: (MarketEvent) throws(HistoryError) -> Void
  ) throws(HistoryError) {
    var cursors: [Cursor] = []
    for path in paths {
      if let cursor = try Cursor(path) { cursors.append(cursor) }
    }
    // A heap of the cursors' next events; the place is the cursor's number.
    var heap = cursors.indices.map { EventOrder(cursors[$0].block[0], place: UInt32($0)) }
    heap.sort()
    while let least = heap.first {
      let number = Int(least.place)
      try body(cursors[number].block[cursors[number].index])
      if try cursors[number].advance() {
        heap[0] = EventOrder(cursors[number].block[cursors[number].index], place: least.place)
      } else {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
      }
      sink(&heap)
    }
  }

  /// Puts the first of a heap in its place.
  @inline(__always)
  private static func sink(_ heap: inout [EventOrder]) {
    let moved = heap[0]
    var hole = 0
    while true {
      var child = 2 * hole + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < moved else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = moved
  }
}
