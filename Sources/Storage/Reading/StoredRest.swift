import FlowEngine
import MarketModel

// What a run has left of a trading day beside its prints, to hold against the same day played again.

/// Sums over the minutes of contracts.
public struct BarSums: Sendable, Equatable {
  public var bars: Int64 = 0
  public var trades: Int64 = 0
  /// Contracts and shares.
  public var volume: Int64 = 0
  public var premiumMicros: Int64 = 0
  public var buyVolume: Int64 = 0
  public var sellVolume: Int64 = 0

  public init() {}
}

/// Open interest of a contract on a market day, as it is in the file: the newest report.
public struct StoredOpenInterest: Sendable, Equatable {
  public var contract: SymbolText
  public var day: MarketDate
  public var time: Timestamp
  public var contracts: Int64
}

extension StoreReader {
  /// Sums over a run's minutes that begin in a stretch of time.
  /// - Throws: `.timedOut`, `.statement`.
  public func barSums(ofRun runID: Int32, in stretch: Range<Timestamp>) throws(StorageError) -> BarSums {
    try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var sums = BarSums()
      try connection.query(
        """
        SELECT count(*), coalesce(sum(trades), 0)::BIGINT, coalesce(sum(volume), 0)::BIGINT, \
        (coalesce(sum(premium), 0) * 1000000)::BIGINT, coalesce(sum(buy_volume), 0)::BIGINT, \
        coalesce(sum(sell_volume), 0)::BIGINT FROM base.rollups_min \
        WHERE run_id = $1 AND minute >= make_timestamp_ns($2) AND minute < make_timestamp_ns($3)
        """,
        [
          .integer(Int64(runID)), .integer(stretch.lowerBound.nanoseconds), .integer(stretch.upperBound.nanoseconds),
        ]
      ) { chunk in
        guard chunk.count > 0 else { return }
        sums.bars = chunk.required(0, 0)
        sums.trades = chunk.required(1, 0)
        sums.volume = chunk.required(2, 0)
        sums.premiumMicros = chunk.required(3, 0)
        sums.buyVolume = chunk.required(4, 0)
        sums.sellVolume = chunk.required(5, 0)
      }
      return sums
    }
  }

  /// Open interest that was reported on some market days, whatever run brought it.
  /// - Throws: `.timedOut`, `.statement`.
  public func openInterest(reportedOn days: ClosedRange<MarketDate>) throws(StorageError) -> [StoredOpenInterest] {
    try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var rows: [StoredOpenInterest] = []
      try connection.query(
        """
        SELECT symbol, reported_on, ts, open_interest FROM base.open_interest_eod \
        JOIN base.instruments ON id = instrument WHERE reported_on BETWEEN $1 AND $2
        """,
        [
          .date(daysSinceEpoch: days.lowerBound.daysSinceEpoch), .date(daysSinceEpoch: days.upperBound.daysSinceEpoch),
        ]
      ) { chunk in
        for row in 0..<chunk.count {
          guard let symbol = chunk.text(0, row).flatMap({ SymbolText($0) }) else { continue }
          rows.append(
            StoredOpenInterest(
              contract: symbol,
              day: MarketDate(daysSinceEpoch: Int32(truncatingIfNeeded: chunk.required(1, row))),
              time: Timestamp(nanoseconds: chunk.required(2, row)), contracts: chunk.required(3, row)))
        }
      }
      return rows
    }
  }

  /// A run's incidents of a stretch of time, without the beginnings of days.
  /// - Throws: `.timedOut`, `.statement`.
  public func incidents(ofRun runID: Int32, in stretch: ClosedRange<Timestamp>) throws(StorageError) -> [FeedIncident] {
    try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var rows: [FeedIncident] = []
      try connection.query(
        """
        SELECT kind, ts, scope, gap, recovered FROM base.feed_incidents WHERE run_id = $1 AND session IS NULL \
        AND ts BETWEEN make_timestamp_ns($2) AND make_timestamp_ns($3)
        """,
        [
          .integer(Int64(runID)), .integer(stretch.lowerBound.nanoseconds), .integer(stretch.upperBound.nanoseconds),
        ]
      ) { chunk in
        for row in 0..<chunk.count {
          guard let kind = FeedIncident.Kind(storedPosition: chunk.required(0, row)),
            let scope = FeedIncident.Scope(rawValue: UInt8(truncatingIfNeeded: chunk.required(2, row)))
          else { continue }
          rows.append(
            FeedIncident(
              kind: kind, time: Timestamp(nanoseconds: chunk.required(1, row)), scope: scope,
              gap: UInt32(truncatingIfNeeded: chunk.required(3, row)),
              count: UInt32(truncatingIfNeeded: chunk.required(4, row))))
        }
      }
      return rows
    }
  }
}
