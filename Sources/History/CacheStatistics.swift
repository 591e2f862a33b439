import JSONText
import MarketModel

/// What the cache has, day by day.
public struct CacheStatistics: Sendable {
  public struct Day: Sendable {
    public var date: MarketDate
    /// Contracts and stocks.
    public var contracts = 0
    public var complete = 0
    public var partial = 0
    /// Listed, and not asked for yet.
    public var missing = 0
    public var trades: Int64 = 0
    public var quotes: Int64 = 0
    /// On the disk, the file that is replayed included.
    public var bytes: Int64 = 0
    /// The file that is replayed holds everything that was fetched.
    public var isReplayable = false
    /// Of what is replayed; nil when there is nothing.
    public var fingerprint: String?
  }

  /// Ascending.
  public var days: [Day]

  public func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("days", array: { json in for day in days { day.write(to: &json) } })
      json.field("contracts", days.reduce(0) { $0 + $1.contracts })
      json.field("trades", days.reduce(0) { $0 + $1.trades })
      json.field("quotes", days.reduce(0) { $0 + $1.quotes })
      json.field("bytes", days.reduce(0) { $0 + $1.bytes })
    }
  }

  public init(days: [Day]) { self.days = days }
}

extension CacheStatistics.Day {
  public func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("date", date.description)
      json.field("contracts", contracts)
      json.field("complete", complete)
      json.field("partial", partial)
      json.field("missing", missing)
      json.field("trades", trades)
      json.field("quotes", quotes)
      json.field("bytes", bytes)
      json.field("replayable", isReplayable)
      if let fingerprint { json.field("fingerprint", fingerprint) } else { json.nullField("fingerprint") }
    }
  }
}

extension HistoryCache {
  /// What is here of a day, from its manifest alone.
  public func statistics(of date: MarketDate) throws(HistoryError) -> CacheStatistics.Day {
    guard let manifest = try manifest(date) else { return CacheStatistics.Day(date: date) }
    return CacheStatistics.Day(date, manifest)
  }
}

extension CacheStatistics.Day {
  init(_ date: MarketDate, _ manifest: HistoryManifest) {
    self.init(date: date)
    contracts = manifest.contracts.count
    for contract in manifest.contracts.values {
      switch contract.state {
      case .complete: complete += 1
      case .partial: partial += 1
      case .missing: missing += 1
      }
      trades += contract.trades.rows
      quotes += contract.quotes?.rows ?? 0
      bytes += contract.trades.bytes + (contract.quotes?.bytes ?? 0)
    }
    bytes += manifest.parts.reduce(0) { $0 + $1.bytes } + (manifest.merged?.bytes ?? 0)
    isReplayable = manifest.isMergedCurrent
    fingerprint = manifest.merged?.fingerprint
  }
}
