import Alerting
import MarketModel
import Storage

/// Something that leaned on a price, and when: an alert, or a detection where there are no alerts.
struct ReportCase: Hashable, Sendable {
  /// The rule, or the kind of detection.
  var name: String
  var underlying: String
  var time: Timestamp
  /// Nil when it was not noted.
  var direction: PriceDirection?
}

/// What came of the cases of one rule.
struct RuleOutcome: Hashable, Sendable {
  let name: String
  var cases = 0
  /// Made before the moment of telling was noted.
  var untimed = 0
  /// Lean on no price: the data, structures, prints without a side.
  var directionless = 0
  /// The store has no price of the underlying in that minute.
  var unpriced = 0
  var tallies: [Horizon: ForwardTally] = [:]

  init(_ name: String) { self.name = name }

  mutating func add(_ one: ReportCase, _ day: UnderlyingDay?) {
    cases += 1
    guard let direction = one.direction, one.time != .none else {
      untimed += 1
      return
    }
    guard direction != .neither else {
      directionless += 1
      return
    }
    guard let day, day.hasPrice(at: one.time) else {
      unpriced += 1
      return
    }
    for horizon in Horizon.allCases {
      guard let forward = day.forwardReturn(from: one.time, horizon) else { continue }
      tallies[horizon, default: ForwardTally()].add(forward, direction, day.baseline(horizon))
    }
  }

  func tally(_ horizon: Horizon) -> ForwardTally { tallies[horizon] ?? ForwardTally() }
}

/// `marketflow report alerts`: what underlyings did after alerts.
struct AlertReport: Sendable {
  enum Subject: String, Sendable {
    case alerts
    /// There are no alerts.
    case detections
  }

  let subject: Subject
  private(set) var days: [MarketDate] = []
  /// By name.
  private(set) var outcomes: [RuleOutcome] = []

  /// - Parameter minutes: prices of all underlyings on one trading day.
  init(
    _ subject: Subject, _ cases: [ReportCase],
    minutes: (MarketDate) throws(StorageError) -> [UnderlyingMinute]
  ) throws(StorageError) {
    self.subject = subject
    var byRule: [String: RuleOutcome] = [:]
    let byDay = Dictionary(grouping: cases) { TradingCalendar.tradingDay(containing: $0.time) }
    for day in byDay.keys.sorted() {
      let cases = byDay[day] ?? []
      // Without a time there is no day.
      let isTimed = cases.contains { $0.time != .none }
      if isTimed { days.append(day) }
      let known = Dictionary(grouping: isTimed ? try minutes(day) : []) { $0.underlying }.mapValues(UnderlyingDay.init)
      for one in cases { byRule[one.name, default: RuleOutcome(one.name)].add(one, known[one.underlying]) }
    }
    outcomes = byRule.values.sorted { $0.name < $1.name }
  }
}

extension AlertReport {
  /// Alerts of the trading days from the store's own history; detections by kind where there are none.
  /// - Parameters:
  ///   - alerts: nil where nobody was ever told anything.
  ///   - from: first trading day; nil for the first there is. `to` likewise the last.
  init(alerts: AlertDatabase?, reader: StoreReader, from: MarketDate?, to: MarketDate?) throws(StorageError) {
    let begin = from.map { AlertReport.beginning(of: $0) } ?? Timestamp(nanoseconds: 0)
    let end = to.map { TradingCalendar.sessionBoundary(after: AlertReport.beginning(of: $0)) } ?? AlertReport.farAway
    let told = try alerts?.told(from: begin, to: end) ?? []
    let cases =
      told.isEmpty
      ? try AlertReport.detections(reader, begin, end)
      : told.map { ReportCase(name: $0.rule, underlying: $0.underlying, time: $0.time, direction: $0.direction) }
    try self.init(told.isEmpty ? .detections : .alerts, cases) { day throws(StorageError) in
      let begin = AlertReport.beginning(of: day)
      return try reader.underlyingMinutes(from: begin, to: TradingCalendar.sessionBoundary(after: begin))
    }
  }

  /// The latest time that DuckDB's nanoseconds reach, in whole days.
  private static let farAway = Timestamp(seconds: 9_223_286_400)
  private static let pageRows = 1000

  private static func beginning(of day: MarketDate) -> Timestamp { Timestamp(newYork: day, hour: 4) }

  /// Counted from their newest print, when they were whole.
  private static func detections(
    _ reader: StoreReader, _ begin: Timestamp, _ end: Timestamp
  ) throws(StorageError) -> [ReportCase] {
    var filter = DetectionFilter()
    filter.from = begin
    filter.to = end
    var cases: [ReportCase] = []
    var place: DetectionPlace?
    while true {
      let page = try reader.detections(filter, before: place, limit: pageRows)
      for found in page where found.state != .withdrawn && found.lastTime >= begin && found.lastTime < end {
        cases.append(
          ReportCase(
            name: found.kind.name, underlying: found.underlying, time: found.lastTime,
            direction: PriceDirection(
              found.kind, side: found.side, right: found.right, contractCount: Int(found.contractCount))))
      }
      guard page.count == pageRows, let last = page.last else { return cases }
      place = last.place
    }
  }
}
