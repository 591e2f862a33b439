import FlowEngine
import JSONText
import MarketModel
import Storage

/// What came of holding one day against its copies.
struct DayVerdict: Sendable {
  /// One comparison: what follows from the journal, and what the copy has.
  struct Check: Sendable {
    /// `digest after 1200 events`, `store: prints`.
    var what: String
    var wanted: String
    var found: String
    /// How much more the copy has; nil for what is no number.
    var difference: String?
    var isEqual: Bool { wanted == found }
  }

  let date: MarketDate
  var events: Int64
  var prints: Int64
  var digest: UInt64
  var checks: [Check] = []
  /// What could not be compared, and why.
  var notes: [String] = []
  /// What is wrong without any comparison.
  var faults: [String] = []

  init(_ date: MarketDate, _ play: JournalDayPlay) {
    self.date = date
    events = play.events
    prints = play.sums.all.prints
    digest = play.digest
  }

  var isGood: Bool { faults.isEmpty && checks.allSatisfy(\.isEqual) }
  var differences: [Check] { checks.filter { !$0.isEqual } }

  // MARK: Comparing

  /// Holds the digests of a run against the journal's.
  mutating func compare(digests: [DigestRecord], with play: JournalDayPlay) {
    for record in digests {
      if let hole = play.firstHole, record.events > hole {
        notes.append("digest after \(record.events) events: not comparable, events are missing in the journal")
        continue
      }
      let wanted = play.digests[record.events].map(DigestText.text) ?? "no event \(record.events) in the journal"
      checks.append(
        Check(
          what: "digest after \(record.events) events (\(record.time.rfc3339))", wanted: wanted,
          found: DigestText.text(record.digest)))
    }
    if digests.isEmpty { notes.append("the store has no digest of the day") }
  }

  /// Holds the sums of a copy against the journal's.
  /// - Parameter cancellations: whether the copy says which prints are void.
  mutating func compare(_ copy: String, _ found: SessionSums, with wanted: SessionSums, cancellations: Bool = true) {
    func check(_ what: String, _ wanted: Int64, _ found: Int64, _ text: (Int64) -> String = { "\($0)" }) {
      checks.append(
        Check(
          what: "\(copy): \(what)", wanted: text(wanted), found: text(found),
          difference: (found > wanted ? "+" : "") + text(found - wanted)))
    }
    for (name, side) in [("sell", AggressorSide.sell), ("mid", .mid), ("buy", .buy), ("unknown", .unknown)] {
      check("\(name) prints", wanted[side].prints, found[side].prints)
      check("\(name) size", wanted[side].size, found[side].size)
      check("\(name) premium", wanted[side].premiumMicros, found[side].premiumMicros, DayVerdict.money)
    }
    if cancellations { check("cancelled prints", wanted.cancelled, found.cancelled) }
  }

  private static func money(_ micros: Int64) -> String { "$\(Price(micros: micros))" }

  // MARK: Words

  var text: String {
    let state = !isGood ? "DIFFERS" : checks.isEmpty ? "played, compared with nothing" : "ok"
    var lines = [
      "\(date): \(state); \(events) events, \(prints) prints, digest \(DigestText.text(digest)), \(checks.count) comparisons"
    ]
    lines += faults.map { "  \($0)" }
    for check in differences {
      let by = check.difference.map { " (\($0))" } ?? ""
      lines.append("  \(check.what): wanted \(check.wanted), found \(check.found)\(by)")
    }
    lines += notes.map { "  \($0)" }
    return lines.joined(separator: "\n")
  }

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("date", date.description)
      json.field("ok", isGood)
      json.field("events", events)
      json.field("prints", prints)
      json.field("digest", DigestText.text(digest))
      json.field("comparisons", checks.count)
      json.key("differences")
      json.array { json in
        for check in differences {
          json.object { json in
            json.field("what", check.what)
            json.field("wanted", check.wanted)
            json.field("found", check.found)
            if let difference = check.difference { json.field("difference", difference) }
          }
        }
      }
      json.field("faults", array: { json in for fault in faults { json.value(fault) } })
      json.field("notes", array: { json in for note in notes { json.value(note) } })
    }
  }
}
