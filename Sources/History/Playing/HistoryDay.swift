import Feeds
import MarketModel

/// A day of the cache, ready to be replayed.
public struct HistoryDay: Sendable {
  public let date: MarketDate
  /// What the cache has of it, contract by contract.
  public let manifest: HistoryManifest
  private let merged: HistoryManifest.Merged
  private let folder: DayFolder

  init(folder: DayFolder, manifest: HistoryManifest) throws(HistoryError) {
    guard let merged = manifest.merged else {
      throw HistoryError(
        .incomplete,
        "cache of \(folder.date): its fetch has not come to an end; give the same marketflow fetch again, it goes on")
    }
    date = folder.date
    self.manifest = manifest
    self.merged = merged
    self.folder = folder
  }

  /// `cache 2025-12-16`.
  public var summary: String { "cache \(date)" }
  /// Hash of what is replayed, whatever the packing and the road it came.
  public var fingerprint: String { merged.fingerprint }
  public var trades: Int64 { merged.trades }
  public var quotes: Int64 { merged.quotes }
  /// Time of the first event; `.none` when there is none.
  public var first: Timestamp { Timestamp(nanoseconds: merged.first) }
  /// Time of the last event; `.none` when there is none.
  public var last: Timestamp { Timestamp(nanoseconds: merged.last) }
  /// Everything that was ever asked for of the day is here to the end of its session.
  public var isComplete: Bool {
    manifest.isMergedCurrent && manifest.contracts.values.allSatisfy { $0.state == .complete }
  }

  /// The day's events in order, for one replay: all of them, for labels rest on everything that came before.
  /// - Parameter instruments: symbols are interned into it as their first events come, on the thread that pulls.
  /// - Throws: `.damaged` when the file is not what was written, `.incomplete` when a newer fetch has replaced the file since the
  ///   day was asked for.
  public func makeSource(instruments: InstrumentTable) throws(HistoryError) -> HistorySource {
    do throws(HistoryError) {
      return try HistorySource(
        summary: summary, path: folder.file(merged.file), length: merged.bytes, instruments: instruments)
    } catch {
      guard error.kind == .damaged, let now = try folder.readManifest()?.merged, now.file != merged.file else {
        throw error
      }
      throw HistoryError(.incomplete, "\(summary): a newer fetch has replaced what was asked for; open the day again")
    }
  }
}
