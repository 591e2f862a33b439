import Foundation
import Storage
import Testing

/// A print by its name, as the simulator played it or as the store has it.
struct PlayedPrint {
  var key: String
  var milliseconds: Int64

  /// What a simulator has played so far.
  static func all(at port: Int) throws -> [PlayedPrint] {
    let url = try #require(URL(string: "http://127.0.0.1:\(port)/simulator/trades.ndjson"))
    return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let row = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
        let symbol = row["sym"] as? String, let sequence = row["q"] as? Int, let time = row["t"] as? Int64
      else { return nil }
      return PlayedPrint(key: "\(symbol) \(sequence)", milliseconds: time)
    }
  }

  static func stored(at path: String) throws -> [PlayedPrint] {
    let reader = try Store(StoreOptions(path: path)).makeReader()
    var prints: [PlayedPrint] = []
    var before: Int64?
    while true {
      let page = try reader.prints(beforePrintID: before, limit: 5000)
      prints += page.map { PlayedPrint(key: "\($0.symbol) \($0.sequence)", milliseconds: $0.time.milliseconds) }
      guard let last = page.last, page.count == 5000 else { return prints }
      before = last.printID
    }
  }
}
