import Feeds
import FlowEngine
import JSONText
import MarketModel

/// Sums over the outputs of a replay.
struct ReplaySums: Sendable {
  var prints: Int64 = 0
  /// Contracts and shares of all prints.
  var size: Int64 = 0
  var premiumMicros: Int64 = 0
  var multiLeg: Int64 = 0
  var multiLegUnknown: Int64 = 0
  var offExchange: Int64 = 0
  var injected: Int64 = 0
  var minuteBars: Int64 = 0
  var detections = DetectionCounts()
  var netDeltaNanos: Int64 = 0
  var firstTime = Timestamp.none
  var lastTime = Timestamp.none

  mutating func add(_ output: FlowOutput, _ instruments: InstrumentTable) {
    switch output {
    case .minuteBar: minuteBars += 1
    case .detection(let detection): detections.add(detection)
    case .print(let print):
      prints += 1
      size &+= Int64(print.trade.size)
      premiumMicros &+= print.premiumMicros
      netDeltaNanos &+= print.netDeltaNanos
      if print.flags.contains(.multiLeg) {
        multiLeg += 1
        if print.side == .unknown { multiLegUnknown += 1 }
      }
      if print.flags.contains(.offExchange) { offExchange += 1 }
      if print.flags.contains(.injected) { injected += 1 }
      if firstTime == .none { firstTime = print.trade.time }
      lastTime = max(lastTime, print.trade.time)
    case .cancellation, .openInterest, .sessionReset, .incident, .digest, .detectionLeg: break
    }
  }
}

/// What a replay came to.
struct ReplaySummary: Sendable {
  var source: String
  var decoded: DecodeCounters
  var refusedLines: Int
  var firstRefusal: String?
  var correctedRows: Int
  /// Events that came live and that the journal does not have.
  var missingEvents: Int64
  var counters: FlowCounters
  var sums: ReplaySums
  var digest: UInt64

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("source", source)
      json.field("frames", decoded.frames)
      json.field("events", counters.events)
      json.field("bad_frames", decoded.badFrames)
      json.field("bad_events", decoded.badEvents)
      json.field("unknown_events", decoded.unknownEvents)
      json.field("refused_lines", refusedLines)
      json.field("corrected_rows", correctedRows)
      json.field("missing_events", missingEvents)
      json.field("trades", counters.trades)
      json.field("quotes", counters.quotes)
      json.field("prints", sums.prints)
      json.field("excluded", counters.excludedTrades)
      json.field("size", sums.size)
      json.field("premium", micros: sums.premiumMicros)
      json.field("net_delta", Double(sums.netDeltaNanos) / 1e9)
      json.field("multi_leg", sums.multiLeg)
      json.field("multi_leg_unknown", sums.multiLegUnknown)
      json.field("off_exchange", sums.offExchange)
      json.key("sides")
      json.object { json in
        json.field("buy", counters.sideBuy)
        json.field("sell", counters.sideSell)
        json.field("mid", counters.sideMid)
        json.field("unknown", counters.sideUnknown)
      }
      json.key("methods")
      json.object { json in
        for method in LabelMethod.allCases where counters.byMethod[Int(method.rawValue)] > 0 {
          json.field(method.name, counters.byMethod[Int(method.rawValue)])
        }
      }
      json.field("sweeps", counters.sweeps)
      json.field("blocks", counters.blocks)
      json.field("cancellations", counters.cancellations)
      json.field("minute_bars", sums.minuteBars)
      json.key("detections")
      sums.detections.write(to: &json)
      if sums.prints > 0 {
        json.field("first_time", sums.firstTime.rfc3339)
        json.field("last_time", sums.lastTime.rfc3339)
      }
      json.field("digest", DigestText.text(digest))
    }
  }

  /// The same for people.
  var text: String {
    var lines = [
      "\(source): \(decoded.frames > 0 ? "\(decoded.frames) frames" : "\(counters.events) events"), \(counters.trades) trades, \(counters.quotes) quotes",
      "\(sums.prints) prints of \(sums.size) contracts or shares for $\(Price(micros: sums.premiumMicros).doubleValue)",
      "sides: \(counters.sideBuy) buy, \(counters.sideSell) sell, \(counters.sideMid) mid, \(counters.sideUnknown) unknown",
      "\(counters.sweeps) sweeps, \(counters.blocks) blocks, \(counters.cancellations) cancellations, \(sums.minuteBars) minute bars",
    ]
    if let found = sums.detections.text { lines.append("detections: \(found)") }
    if sums.prints > 0 { lines.append("from \(sums.firstTime.newYorkText) to \(sums.lastTime.newYorkText)") }
    if decoded.badEvents + decoded.badFrames > 0 {
      lines.append(
        "\(decoded.badEvents) bad events skipped in \(decoded.badFrames) bad frames; last: \(decoded.lastBadReason ?? "") \(decoded.lastBadDetail ?? "")"
      )
    }
    if let firstRefusal { lines.append("\(refusedLines) lines skipped; first: \(firstRefusal)") }
    if missingEvents > 0 {
      lines.append("\(missingEvents) events are missing in the recording; the live session had them, its totals differ")
    }
    lines.append("digest \(DigestText.text(digest))")
    return lines.joined(separator: "\n")
  }
}
