import JSONText
import MarketModel

/// What a simulator has played and what went wrong on purpose.
public struct SimulatorSummary: Sendable {
  /// `demo seed 1`, `replay day.ndjson.gz`.
  public var source: String
  /// `waiting for clients`, `playing`, `ended` …
  public var status: String
  /// Stream time of the latest event; `.none` before the first.
  public var time: Timestamp
  public var trades: Int
  public var quotes: Int
  /// No longer in REST.
  public var droppedTrades: Int
  public var droppedQuotes: Int
  /// Prints by ticker; those without any are left out.
  public var tradesByTicker: [(symbol: String, trades: Int)]
  /// Data frames handed to connections, control messages not counted.
  public var framesSent: Int
  /// Every step of the stream was handed to its readers.
  public var isSent: Bool
  public var connections: Int
  public var subscribers: Int
  public var slowConsumers: Int
  public var requests: Int
  let faults: FaultCounters

  public func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("source", source)
      json.field("status", status)
      json.field("ended", status == Playback.Status.ended.name)
      json.field("sent", isSent)
      if time == .none { json.nullField("time") } else { json.field("time", time.rfc3339) }
      json.field("trades", trades)
      json.field("quotes", quotes)
      json.field("dropped_trades", droppedTrades)
      json.field("dropped_quotes", droppedQuotes)
      json.field("frames", framesSent)
      json.field("connections", connections)
      json.field("subscribers", subscribers)
      json.field("slow_consumers", slowConsumers)
      json.field("requests", requests)
      json.key("faults")
      faults.write(to: &json)
      json.key("trades_by_ticker")
      json.object { json in for row in tradesByTicker { json.field(row.symbol, row.trades) } }
    }
  }

  /// The same for people.
  public var text: String {
    var lines = [
      "\(source): \(trades) trades and \(quotes) quotes played, \(framesSent) frames sent, \(requests) requests"
    ]
    if time != .none { lines.append("played until \(time.newYorkText)") }
    if slowConsumers > 0 { lines.append("\(slowConsumers) slow consumers were closed") }
    if droppedTrades + droppedQuotes > 0 {
      lines.append("\(droppedTrades) trades and \(droppedQuotes) quotes made room in REST for newer ones")
    }
    let made = faults.named.filter { $0.count > 0 }.map { "\($0.count) \($0.name)" }
    if !made.isEmpty { lines.append("faults made: \(made.joined(separator: ", "))") }
    return lines.joined(separator: "\n")
  }
}
