import Foundation
import JSONText
import MarketModel

/// The manifest as a file. Written by hand: with ten thousand contracts it is written often while a day is fetched.
enum ManifestText {
  static func write(_ manifest: HistoryManifest) -> [UInt8] {
    var json = JSONWriter(reservingBytes: 1024 + 256 * manifest.contracts.count)
    json.object { json in
      json.field("version", manifest.version)
      json.field("date", manifest.date)
      json.field("revision", manifest.revision)
      json.field("lastFile", manifest.lastFile)
      json.field("listings") { json in
        for (underlying, listing) in manifest.listings.sorted(by: { $0.key < $1.key }) {
          json.field(underlying) { json in
            json.field("contracts", listing.contracts)
            json.field("fetched", listing.fetched)
            json.field("isFinal", listing.isFinal)
          }
        }
      }
      json.field("parts", array: { json in for part in manifest.parts { write(part, &json) } })
      if let merged = manifest.merged {
        json.key("merged")
        write(merged, &json)
      }
      json.field("contracts") { json in
        for (ticker, contract) in manifest.contracts.sorted(by: { $0.key < $1.key }) {
          json.field(ticker) { json in
            json.key("trades")
            write(contract.trades, &json)
            guard let quotes = contract.quotes else { return }
            json.key("quotes")
            write(quotes, &json)
          }
        }
      }
    }
    return json.bytes
  }

  /// - Throws: `.damaged` when it is no manifest of that day.
  static func read(_ bytes: [UInt8], path: String, date: MarketDate) throws(HistoryError) -> HistoryManifest {
    func damaged(_ words: String) -> HistoryError {
      HistoryError(
        .damaged, "cache manifest \(path): \(words); restore it, or delete the folder of the day and fetch it again")
    }
    let manifest: HistoryManifest
    do {
      manifest = try JSONDecoder().decode(HistoryManifest.self, from: Data(bytes))
    } catch {
      throw damaged("\(bytes.count) bytes that are no manifest")
    }
    guard manifest.version == HistoryManifest.currentVersion else {
      throw damaged("has version \(manifest.version), this program knows \(HistoryManifest.currentVersion)")
    }
    guard manifest.date == date.description else { throw damaged("speaks of \(manifest.date), wanted \(date)") }
    return manifest
  }

  // MARK: Pieces

  private static func write(_ stream: HistoryManifest.Stream, _ json: inout JSONWriter) {
    json.object { json in
      json.field("state", stream.state.rawValue)
      json.field("rows", stream.rows)
      json.field("corrected", stream.corrected)
      json.field("refused", stream.refused)
      json.field("bytes", stream.bytes)
      if let resume = stream.resume {
        json.field("resume") { json in
          json.field("nanoseconds", resume.nanoseconds)
          json.field("rows", resume.rows)
        }
      }
      if let fetched = stream.fetched { json.field("fetched", fetched) }
      if let source = stream.source { json.field("source", source) }
      if let part = stream.part { json.field("part", part) }
    }
  }

  private static func write(_ part: HistoryManifest.Part, _ json: inout JSONWriter) {
    json.object { json in
      json.field("file", part.file)
      json.field("content", part.content.rawValue)
      json.field("rows", part.rows)
      json.field("bytes", part.bytes)
      json.field("source", part.source)
      json.field("sourceFingerprint", part.sourceFingerprint)
      json.field("fetched", part.fetched)
      json.field("underlyings", array: { json in for name in part.underlyings { json.value(name) } })
    }
  }

  private static func write(_ merged: HistoryManifest.Merged, _ json: inout JSONWriter) {
    json.object { json in
      json.field("file", merged.file)
      json.field("trades", merged.trades)
      json.field("quotes", merged.quotes)
      json.field("bytes", merged.bytes)
      json.field("fingerprint", merged.fingerprint)
      json.field("first", merged.first)
      json.field("last", merged.last)
      json.field("revision", merged.revision)
    }
  }
}

extension JSONWriter {
  fileprivate mutating func field(_ name: String, _ body: (inout JSONWriter) -> Void) { field(name, object: body) }
}
