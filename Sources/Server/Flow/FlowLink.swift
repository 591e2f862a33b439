import FlowEngine
import MarketModel

/// The address of the prints behind a row of an order-flow report: `/prints` with filters that let through exactly what the
/// row counted. A print that was taken back since the report is left out there.
struct FlowLink {
  let symbol: String
  let from: Timestamp
  let to: Timestamp
  /// Ids for users of the first print that may be in, and the first that is too late.
  let firstID: Int64
  let endID: Int64

  init(_ report: FlowReport, _ span: FlowSpan, symbol: String, printBase: Int64) {
    self.symbol = symbol
    (from, to) = report.bounds(of: span)
    firstID = printBase + report.firstPrint
    endID = printBase + report.lastPrint + 1
  }

  /// - Parameter leastPremiumMicros: only those prints of the row that have it; nil for all.
  func address(of group: FlowGroup, leastPremiumMicros: Int64? = nil) -> String {
    var (from, to) = (from, to)
    var filters: [(String, String)] = []
    switch group {
    case .all: break
    case .strike(let strike): filters = [("min_strike", "\(strike)"), ("max_strike", "\(strike)")]
    case .expiry(let expiry): filters = [("expiry", "\(expiry)")]
    case .kind(let kind): filters = [("trade_type", kind.apiName)]
    case .side(let side): filters = [("side", side.apiName)]
    case .interval(let start, let end): (from, to) = (start, end)
    }
    if let leastPremiumMicros { filters.append(("min_premium", "\(Price(micros: leastPremiumMicros))")) }
    let all =
      [("symbol", symbol), ("counted", "true"), ("from", from.rfc3339), ("to", to.rfc3339)] + filters
      + [("from_id", "\(firstID)"), ("cursor", "\(endID)"), ("limit", "\(Limits.answerRows)")]
    return "/prints?" + all.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
  }
}
