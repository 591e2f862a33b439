import MarketModel

/// The cancellations of a journal's run that are in the file, as far as they matter to some that are about to be written. A journal
/// that is played again tells them again, and where outputs were lost their count does not say which are new. So they are told
/// apart by the print they void, which is voided once, and those whose print was not found by what they say.
struct StoredCancellations {
  private var printIDs: Set<Int64> = []
  private var unmatched: Set<Message> = []

  /// What the venue said. The same words twice are one message.
  private struct Message: Hashable {
    var nanoseconds: Int64
    var sequence: Int64
    var databaseID: Int64
    var venue: Int64
    var priceMicros: Int64
    var size: Int64
  }

  /// Reads what `cancellations` may repeat.
  init(
    like cancellations: [PendingCancellation], ofRun runID: Int32, _ connection: Connection
  ) throws(StorageError) {
    let ids = cancellations.compactMap(\.cancelledPrintID)
    if let first = ids.min(), let last = ids.max() {
      printIDs = try StoredCancellations.printIDs(in: first...last, connection)
    }
    let times = cancellations.filter { $0.cancelledPrintID == nil }.map(\.trade.time.nanoseconds)
    guard let first = times.min(), let last = times.max() else { return }
    var found: Set<Message> = []
    try connection.query(
      """
      SELECT epoch_ns(ts), seq, instrument, exchange, price, size FROM base.cancellations \
      WHERE run_id = $1 AND print_id IS NULL AND ts BETWEEN make_timestamp_ns($2) AND make_timestamp_ns($3)
      """, [.integer(Int64(runID)), .integer(first), .integer(last)]
    ) { chunk in
      for row in 0..<chunk.count {
        found.insert(
          Message(
            nanoseconds: chunk.required(0, row), sequence: chunk.required(1, row), databaseID: chunk.required(2, row),
            venue: chunk.required(3, row), priceMicros: chunk.required(4, row), size: chunk.required(5, row)))
      }
    }
    unmatched = found
  }

  /// - Returns: whether the cancellation was new.
  mutating func insert(_ cancellation: PendingCancellation) -> Bool {
    if let printID = cancellation.cancelledPrintID { return printIDs.insert(printID).inserted }
    let trade = cancellation.trade
    return unmatched.insert(
      Message(
        nanoseconds: trade.time.nanoseconds, sequence: trade.sequence, databaseID: Int64(cancellation.databaseID),
        venue: Int64(trade.venue.rawValue), priceMicros: decimal18(trade.price.micros), size: Int64(trade.size))
    ).inserted
  }

  /// The prints among these that a stored cancellation voids.
  static func printIDs(
    in range: ClosedRange<Int64>, _ connection: Connection
  ) throws(StorageError) -> Set<Int64> {
    var ids: Set<Int64> = []
    try connection.query(
      "SELECT print_id FROM base.cancellations WHERE print_id BETWEEN $1 AND $2",
      [.integer(range.lowerBound), .integer(range.upperBound)]
    ) { chunk in
      for row in 0..<chunk.count { ids.insert(chunk.required(0, row)) }
    }
    return ids
  }
}
