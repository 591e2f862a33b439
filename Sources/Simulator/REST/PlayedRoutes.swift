import JSONText
import MarketModel
import Transport

/// `/simulator`: what was really played, for those who compare it with what they have. Not the vendor's.
struct PlayedRoutes {
  let market: PlayedMarket
  let facts: @Sendable () -> SimulatorSummary

  func summary() -> HTTPResponse {
    var json = JSONWriter()
    facts().write(to: &json)
    return RESTEnvelope.plain(json)
  }

  /// One line a print, by ticker, then in the order of time. `sym` and `after` (nanoseconds) narrow it.
  func trades(_ query: RESTQuery) throws(RESTProblem) -> HTTPResponse {
    let range = try query.range("timestamp", RESTValue.time)
    let parts = market.withState { state in
      state.histories.filter { query["sym"] == nil || $0.symbol == query["sym"] }.map { history in
        let first = history.trades.firstIndex(from: range.lowerBound) { $0.time.nanoseconds }
        let end = history.trades.firstIndex(from: range.upperBound) { $0.time.nanoseconds }
        return (history.symbol, history.record.kind, Array(history.trades[first..<max(first, end)]))
      }
    }
    var lines: [UInt8] = []
    var json = JSONWriter()
    for (symbol, kind, trades) in parts {
      for trade in trades {
        json.removeAll()
        json.object { write(trade, symbol, kind, &$0) }
        lines += json.bytes
        lines.append(UInt8(ascii: "\n"))
      }
    }
    return HTTPResponse(status: 200, contentType: "application/x-ndjson", body: lines)
  }

  private func write(_ trade: Trade, _ symbol: String, _ kind: Instrument.Kind, _ json: inout JSONWriter) {
    json.field("sym", symbol)
    json.field("q", trade.sequence)
    json.field("p", micros: trade.price.micros)
    json.field("s", trade.size)
    json.field("c", array: { json in for id in trade.conditions.ids(of: kind) { json.value(id) } })
    json.field("x", trade.venue.rawValue)
    json.field("t", trade.time.milliseconds)
  }
}
