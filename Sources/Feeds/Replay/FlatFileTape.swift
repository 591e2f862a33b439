import MarketModel

/// The rows of one flat file, in memory and in the order of their times: what stands in one file at equal times keeps the
/// file's order.
struct FlatFileTape: ~Copyable {
  private static let chunkRows = 1 << 16

  /// What sorting moves: 16 bytes a row instead of the row.
  private struct Place {
    var time: Int64
    var row: UInt32
  }

  private var chunks: [UnsafeMutablePointer<MarketEvent>] = []
  private(set) var count = 0
  private(set) var isInOrder = true
  private var latest = Timestamp(nanoseconds: .min)
  private var order: [Place] = []
  private var handedOut = 0

  deinit { for chunk in chunks { chunk.deallocate() } }

  /// Whether everything was handed out.
  var isUsedUp: Bool { handedOut == count }

  mutating func append(_ event: MarketEvent, at time: Timestamp) {
    precondition(count < Int(UInt32.max), "FlatFileTape: \(count) rows")
    if count == chunks.count * Self.chunkRows { chunks.append(.allocate(capacity: Self.chunkRows)) }
    (chunks[count / Self.chunkRows] + count % Self.chunkRows).initialize(to: event)
    count += 1
    if !pass(time) { isInOrder = false }
  }

  /// Notes the time of a row; false when it lies before one that came earlier.
  mutating func pass(_ time: Timestamp) -> Bool {
    if time < latest { return false }
    latest = time
    return true
  }

  /// Puts the rows into the order of their times, if they are not; once, before the first is taken.
  mutating func sort() {
    precondition(handedOut == 0 && order.isEmpty, "FlatFileTape: sorted twice, or after rows were taken")
    guard !isInOrder else { return }
    order.reserveCapacity(count)
    for row in 0..<count { order.append(Place(time: event(row).flatFileTime.nanoseconds, row: UInt32(row))) }
    order.sort { ($0.time, $0.row) < ($1.time, $1.row) }
  }

  /// The next rows.
  /// - Returns: how many; 0 when there are no more.
  mutating func take(into events: UnsafeMutableBufferPointer<MarketEvent>) -> Int {
    let taken = min(events.count, count - handedOut)
    for i in 0..<taken {
      let row = order.isEmpty ? handedOut + i : Int(order[handedOut + i].row)
      events.initializeElement(at: i, to: event(row))
    }
    handedOut += taken
    if isUsedUp { release() }
    return taken
  }

  private func event(_ row: Int) -> MarketEvent { chunks[row / Self.chunkRows][row % Self.chunkRows] }

  /// Gives the memory back, for a long file may follow.
  private mutating func release() {
    for chunk in chunks { chunk.deallocate() }
    chunks = []
    order = []
    count = 0
    handedOut = 0
  }
}

extension MarketEvent {
  /// When a row of a flat file says that it happened.
  var flatFileTime: Timestamp {
    switch self {
    case .trade(let trade): return trade.time
    case .quote(let quote): return quote.time
    case .bar, .reference, .clock, .incident: preconditionFailure("a flat file holds trades and quotes")
    }
  }
}
