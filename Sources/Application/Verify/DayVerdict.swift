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

  /// Whether the journal has the day.
  enum Record: Sendable {
    case played(events: Int64, prints: Int64, digest: UInt64)
    /// It is damaged.
    case unplayable
    /// The journal keeps it no longer, the store still does.
    case missing
  }

  let date: MarketDate
  let record: Record
  var checks: [Check] = []
  /// What could not be compared, and why.
  var notes: [String] = []
  /// What is wrong without any comparison.
  var faults: [String] = []

  init(_ date: MarketDate, _ play: JournalDayPlay) {
    self.date = date
    record = .played(events: play.events, prints: play.prints, digest: play.digest)
  }

  /// A day that the journal keeps no longer.
  init(unrecorded date: MarketDate) {
    self.date = date
    record = .missing
  }

  /// A day that is damaged.
  init(_ date: MarketDate, unplayable words: String) {
    self.date = date
    record = .unplayable
    faults = [words]
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
    for (name, side) in [("sell", AggressorSide.sell), ("mid", .mid), ("buy", .buy), ("unknown", .unknown)] {
      check("\(copy): \(name) prints", wanted[side].prints, found[side].prints)
      check("\(copy): \(name) size", wanted[side].size, found[side].size)
      check("\(copy): \(name) premium", wanted[side].premiumMicros, found[side].premiumMicros, DayVerdict.money)
    }
    if cancellations { check("\(copy): cancelled prints", wanted.cancelled, found.cancelled) }
  }

  /// Holds the sums of a run's minutes against the journal's.
  mutating func compare(bars found: BarSums, with wanted: BarSums) {
    check("store: minutes", wanted.bars, found.bars)
    check("store: trades of the minutes", wanted.trades, found.trades)
    check("store: volume of the minutes", wanted.volume, found.volume)
    check("store: premium of the minutes", wanted.premiumMicros, found.premiumMicros, DayVerdict.money)
    check("store: buy volume of the minutes", wanted.buyVolume, found.buyVolume)
    check("store: sell volume of the minutes", wanted.sellVolume, found.sellVolume)
  }

  /// Holds open interest against the journal's. A report that a later one has replaced is there.
  mutating func compare(
    openInterest found: [StoredOpenInterest], with wanted: [PlayedRest.ReportKey: PlayedRest.Report]
  ) {
    var (reports, contracts): (Int64, Int64) = (0, 0)
    for row in found {
      guard let report = wanted[PlayedRest.ReportKey(contract: row.contract, day: row.day)] else { continue }
      reports += 1
      contracts += row.time > report.time ? report.contracts : row.contracts
    }
    check("store: open interest, reports", Int64(wanted.count), reports)
    check("store: open interest, contracts", wanted.values.reduce(0) { $0 + $1.contracts }, contracts)
  }

  /// Holds incidents against the journal's. Those that other days have brought about the same time are not its concern.
  mutating func compare(incidents found: [FeedIncident], with wanted: Set<FeedIncident>) {
    let common = wanted.intersection(found)
    check("store: incidents", Int64(wanted.count), Int64(common.count))
  }

  private mutating func check(
    _ what: String, _ wanted: Int64, _ found: Int64, _ text: (Int64) -> String = { "\($0)" }
  ) {
    checks.append(
      Check(
        what: what, wanted: text(wanted), found: text(found),
        difference: (found > wanted ? "+" : "") + text(found - wanted)))
  }

  private static func money(_ micros: Int64) -> String { "$\(Price(micros: micros))" }

  // MARK: Words

  private var headline: String {
    switch record {
    case .missing: return "\(date): recorded in the store, no journal to play"
    case .unplayable: return "\(date): DAMAGED, not compared"
    case .played(let events, let prints, let digest):
      let state = !isGood ? "DIFFERS" : checks.isEmpty ? "played, compared with nothing" : "ok"
      return "\(date): \(state); \(events) events, \(prints) prints, digest \(DigestText.text(digest)), "
        + "\(checks.count) comparisons"
    }
  }

  var text: String {
    var lines = [headline]
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
      switch record {
      case .played(let events, let prints, let digest):
        json.field("record", "played")
        json.field("events", events)
        json.field("prints", prints)
        json.field("digest", DigestText.text(digest))
      case .unplayable: json.field("record", "damaged")
      case .missing: json.field("record", "missing")
      }
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
