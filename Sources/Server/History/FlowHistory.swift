import FlowEngine
import MarketModel
import Storage

/// What is on the disk, read on the query thread only.
protocol FlowHistory: AnyObject {
  /// The newest matching prints with an id below `before`, newest first.
  func prints(matching filter: HistoryFilter, before: Int64, limit: Int) throws -> [PrintRow]
  /// Minutes summed to steps, ascending by time, then symbol; those after `after`.
  func steps(
    _ filter: HistoryFilter, of subject: StepSubject, minutes: Int, after: FlowStep.Place?, limit: Int
  ) throws -> [FlowStep]
  /// Sums by dimensions, ascending in them.
  func totals(_ filter: HistoryFilter, by dimensions: [FlowDimension], limit: Int) throws -> [FlowTotal]
  /// The newest matching detections that stand before a place, newest first.
  func detections(matching filter: DetectionFilter, before: DetectionPlace, limit: Int) throws -> [DetectionRow]
  /// A detection of a run, or of the newest run that has it.
  func detection(_ id: DetectionID, runID: Int32?) throws -> DetectionRow?
  /// The newest prints of a detection, oldest first.
  func legs(of id: DetectionID, runID: Int32, limit: Int) throws -> [PrintRow]
}

extension StoreReader: FlowHistory {
  func prints(matching filter: HistoryFilter, before: Int64, limit: Int) throws -> [PrintRow] {
    try prints(filter, beforePrintID: before, limit: limit).map { PrintRow($0) }
  }

  func detections(matching filter: DetectionFilter, before: DetectionPlace, limit: Int) throws -> [DetectionRow] {
    try detections(filter, before: before, limit: limit).map { DetectionRow($0) }
  }

  func detection(_ id: DetectionID, runID: Int32?) throws -> DetectionRow? {
    let stored: StoredDetection? = try detection(id, runID: runID)
    return stored.map { DetectionRow($0) }
  }

  func legs(of id: DetectionID, runID: Int32, limit: Int) throws -> [PrintRow] {
    let stored: [StoredPrint] = try legs(of: id, runID: runID, limit: limit)
    return stored.map { PrintRow($0) }
  }
}

extension PrintRow {
  /// A print from the database.
  init(_ stored: StoredPrint) {
    var contract: Contract?
    if let expiry = stored.expiry, let right = stored.right, let strike = stored.strike {
      contract = Contract(expiry: expiry, right: right, strike: strike)
    }
    self.init(
      id: stored.printID, time: stored.time, symbol: stored.symbol, underlying: stored.underlying, contract: contract,
      price: stored.price, size: stored.size, premiumMicros: stored.premiumMicros, venue: stored.venue,
      conditions: stored.conditions, side: stored.side, method: stored.method,
      quote: stored.quoteTime.map { Quote(bid: stored.bid ?? .zero, ask: stored.ask ?? .zero, time: $0) },
      deltaNanos: stored.deltaNanos ?? ContractReference.unknown,
      gammaNanos: stored.gammaNanos ?? ContractReference.unknown,
      impliedVolatilityNanos: stored.impliedVolatilityNanos ?? ContractReference.unknown,
      greeksSource: stored.greeksSource, netDeltaNanos: stored.netDeltaNanos,
      underlyingPrice: stored.underlyingPrice ?? .zero, sweepID: stored.sweepID, flags: stored.flags,
      isCancelled: stored.isCancelled)
  }
}
