import FlowEngine
import MarketModel

// What a run has left of one trading day, to hold against the same day played again.

/// Sums over the prints of a run's trading day.
public struct SessionSums: Sendable, Equatable {
  /// Of one side, or of all.
  public struct Part: Sendable, Equatable {
    public var prints: Int64 = 0
    /// Contracts and shares.
    public var size: Int64 = 0
    public var premiumMicros: Int64 = 0

    public init(prints: Int64 = 0, size: Int64 = 0, premiumMicros: Int64 = 0) {
      self.prints = prints
      self.size = size
      self.premiumMicros = premiumMicros
    }

    public mutating func add(_ other: Part) {
      prints += other.prints
      size &+= other.size
      premiumMicros &+= other.premiumMicros
    }
  }

  public var sell = Part()
  public var mid = Part()
  public var buy = Part()
  public var unknown = Part()
  /// Prints that the venue has declared void; they are in the sums.
  public var cancelled: Int64 = 0

  public init() {}

  public var all: Part {
    var all = sell
    for part in [mid, buy, unknown] { all.add(part) }
    return all
  }

  public subscript(side: AggressorSide) -> Part {
    get {
      switch side {
      case .sell: sell
      case .mid: mid
      case .buy: buy
      case .unknown: unknown
      }
    }
    set {
      switch side {
      case .sell: sell = newValue
      case .mid: mid = newValue
      case .buy: buy = newValue
      case .unknown: unknown = newValue
      }
    }
  }
}

extension StoreReader {
  /// The digests a run left of a trading day, in the order of their events.
  /// - Throws: `.timedOut`, `.statement`.
  public func digests(ofRun runID: Int32, session: MarketDate) throws(StorageError) -> [DigestRecord] {
    try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var records: [DigestRecord] = []
      try connection.query(
        "SELECT ts, events, prints, digest FROM main.state_digests WHERE run_id = $1 AND session = $2 ORDER BY events",
        [.integer(Int64(runID)), .date(daysSinceEpoch: session.daysSinceEpoch)]
      ) { chunk in
        for row in 0..<chunk.count {
          // Nobody but this program writes here: what is no digest equals none.
          let digest = chunk.text(3, row).flatMap { DigestText.digest($0) } ?? 0
          records.append(
            DigestRecord(
              session: session, time: Timestamp(nanoseconds: chunk.required(0, row)), events: chunk.required(1, row),
              prints: chunk.required(2, row), digest: digest))
        }
      }
      return records
    }
  }

  /// Sums over the prints that a run gave out in a trading day; nil when it does not have the day. Exact for a journal and for
  /// what was stored in one go; where prints were entered by hand into a recording that was stored in several goes, ids do not
  /// tell days apart.
  /// - Throws: `.timedOut`, `.statement`.
  public func sums(ofRun runID: Int32, session: MarketDate) throws(StorageError) -> SessionSums? {
    precondition(profile == .full, "StoreReader.sums: the reference profile keeps no print ids")
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      guard let (first, end) = try printIDs(ofRun: runID, session) else { return nil }
      return try sums(ofPrints: first..<end)
    }
  }

  /// Sums over the prints with these ids.
  func sums(ofPrints ids: Range<Int64>) throws(StorageError) -> SessionSums {
    var sums = SessionSums()
    try connection.query(
      """
      SELECT side, count(*), sum(size)::BIGINT, (sum(premium) * 1000000)::BIGINT, count(*) FILTER (cancelled) \
      FROM base.trades_labeled WHERE print_id >= $1 AND print_id < $2 GROUP BY side
      """, [.integer(ids.lowerBound), .integer(ids.upperBound)]
    ) { chunk in
      for row in 0..<chunk.count {
        guard let side = AggressorSide(storedPosition: chunk.required(0, row)) else {
          preconditionFailure("StoreReader: a side this program does not know, in a file whose version it knows")
        }
        sums[side] = SessionSums.Part(
          prints: chunk.required(1, row), size: chunk.required(2, row), premiumMicros: chunk.required(3, row))
        sums.cancelled += chunk.required(4, row)
      }
    }
    return sums
  }

  /// Ids of the day's prints, from the first to before the next day's first.
  func printIDs(
    ofRun runID: Int32, _ session: MarketDate
  ) throws(StorageError) -> (first: Int64, end: Int64)? {
    var found: (first: Int64, end: Int64)?
    let block = PrintNumbering.firstPrintID(ofRun: runID)
    try connection.query(
      """
      SELECT prints_before, (SELECT min(prints_before) FROM main.ingest_days WHERE run_id = $1 AND session > $2) \
      FROM main.ingest_days WHERE run_id = $1 AND session = $2
      """, [.integer(Int64(runID)), .date(daysSinceEpoch: session.daysSinceEpoch)]
    ) { chunk in
      guard chunk.count > 0 else { return }
      let next = chunk.integer(1, 0).map { block + $0 } ?? PrintNumbering.firstPrintID(ofRun: runID + 1)
      found = (block + chunk.required(0, 0), next)
    }
    return found
  }
}
