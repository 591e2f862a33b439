import MarketModel

/// Whether the files of a day are what was written.
public struct CacheVerification: Sendable {
  public var date: MarketDate
  /// Files read from end to end.
  public var files = 0
  public var events: Int64 = 0
  /// What is wrong, in words; empty: nothing.
  public var complaints: [String] = []
}

extension HistoryCache {
  /// Reads every file of a day, checks every hash and counts the rows.
  /// - Parameter progress: told bytes read and bytes in total, now and then.
  /// - Throws: `.damaged` when the manifest itself cannot be read, `.unusable` when nothing was fetched of the day.
  public func verify(
    _ date: MarketDate, progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws(HistoryError) -> CacheVerification {
    guard let manifest = try manifest(date) else {
      throw HistoryError(.unusable, "cache of \(date): there is none; marketflow fetch --date \(date) makes it")
    }
    let folder = folder(date)
    let total = CacheStatistics.Day(date, manifest).bytes
    var done: Int64 = 0
    var verification = CacheVerification(date: date)
    func check(_ path: String, _ length: Int64, rows: Int64, fingerprint: String? = nil) {
      do throws(HistoryError) {
        let reader = try EventFileReader(path: path, length: length, hashesContent: true)
        var events: Int64 = 0
        while let block = try reader.next() {
          events += Int64(block.count)
          progress(done + reader.offset, total)
        }
        verification.events += events
        if events != rows { verification.complaints.append("\(path): has \(events) events, the manifest says \(rows)") }
        if let fingerprint, UInt64(fingerprint, radix: 16) != reader.fingerprint {
          verification.complaints.append("\(path): its content is not the one the manifest names (\(fingerprint))")
        }
      } catch {
        verification.complaints.append(error.description)
      }
      verification.files += 1
      done += length
    }
    for (ticker, contract) in manifest.contracts.sorted(by: { $0.key < $1.key }) {
      for content in HistoryManifest.Content.allCases {
        guard let stream = contract[content], stream.bytes > 0 else { continue }
        check(folder.stream(ticker, content), stream.bytes, rows: stream.rows)
      }
    }
    for part in manifest.parts { check(folder.file(part.file), part.bytes, rows: part.rows) }
    if let merged = manifest.merged {
      check(
        folder.file(merged.file), merged.bytes, rows: merged.trades + merged.quotes, fingerprint: merged.fingerprint)
    }
    return verification
  }
}
