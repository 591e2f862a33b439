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
      json.field("days", array: { json in for day in days { write(day, &json) } })
      json.field("contracts", days.reduce(0) { $0 + $1.contracts })
      json.field("trades", days.reduce(0) { $0 + $1.trades })
      json.field("quotes", days.reduce(0) { $0 + $1.quotes })
      json.field("bytes", days.reduce(0) { $0 + $1.bytes })
    }
  }

  private func write(_ day: Day, _ json: inout JSONWriter) {
    json.object { json in
      json.field("date", day.date.description)
      json.field("contracts", day.contracts)
      json.field("complete", day.complete)
      json.field("partial", day.partial)
      json.field("missing", day.missing)
      json.field("trades", day.trades)
      json.field("quotes", day.quotes)
      json.field("bytes", day.bytes)
      json.field("replayable", day.isReplayable)
      if let fingerprint = day.fingerprint { json.field("fingerprint", fingerprint) } else { json.nullField("fingerprint") }
    }
  }
}

extension HistoryCache {
  /// What is here, from the manifests alone.
  public func statistics() throws(HistoryError) -> CacheStatistics {
    var statistics = CacheStatistics(days: [])
    for date in try days() {
      guard let manifest = try manifest(date) else { continue }
      statistics.days.append(CacheStatistics.Day(date, manifest))
    }
    return statistics
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
