import FlowEngine
import MarketModel
import Storage

/// A question about stored flow: which prints, and how many rows.
protocol HistoryQuestion: FilteredQuestion {
  var history: HistoryFilter { get set }
}

extension HistoryQuestion {
  var filter: PrintFilter {
    get { history.prints }
    set { history.prints = newValue }
  }

  /// - Throws: a problem for a range that ends before it begins.
  func checkRanges() throws(Problem) {
    if let from = history.from, let to = history.to, to <= from {
      throw .badParameter("to", seen: to.rfc3339, wanted: "a time after from, which is \(from.rfc3339)")
    }
    if let lowest = history.lowestStrike, let highest = history.highestStrike, highest < lowest {
      throw .badParameter("max_strike", seen: "\(highest)", wanted: "at least min_strike, which is \(lowest)")
    }
  }
}

extension ParameterSet where Target: HistoryQuestion {
  /// Stretch of time and range of strikes, which all history routes share.
  static var stretch: [Parameter<Target>] {
    [
      .time(
        "from", "First moment: RFC 3339, or a day, which begins at midnight in New York.", throughEndOfDay: false
      ) { $0.history.from = $1 },
      .time("to", "First moment that is too late; a day counts to its end.", throughEndOfDay: true) {
        $0.history.to = $1
      },
      .money("min_strike", "Lowest strike in USD.") { $0.history.lowestStrike = Price(micros: $1) },
      .money("max_strike", "Highest strike in USD.") { $0.history.highestStrike = Price(micros: $1) },
    ]
  }

  /// What only single prints have.
  static var printFacts: [Parameter<Target>] {
    [
      .choice("trade_type", "Only option prints of this trade type, see /flow.") { $0.history.kind = $1 },
      .choice(
        "counted",
        "Only what counts in sums: option prints, not cancelled, that the tape's conditions leave in volume.",
        among: [OnlyChoice.only]
      ) { question, _ in question.history.countedOnly = true },
      .text("from_id", "Lowest id.", wanted: "an id of a print") { question, text in
        question.history.lowestID = Int64(text).flatMap { $0 > 0 ? $0 : nil }
        return question.history.lowestID != nil
      },
    ]
  }

  /// `symbol`, `expiry` and `type`, for what has no sides and no premium of a single print.
  static func instruments(standardLimit: Int) -> [Parameter<Target>] {
    filters(sides: [], sideMeaning: "", standardLimit: standardLimit, maximumLimit: Limits.historyRows).filter {
      !["side", "min_premium"].contains($0.description.name)
    }
  }
}

/// A restriction that is there or is not.
enum OnlyChoice: APIChoice {
  case only
  static var choices: [OnlyChoice] { [.only] }
  var apiName: String { "true" }
}

extension HistoryFilter {
  /// Whether a print in memory is within everything but `prints` and the lowest id.
  func matches(_ print: LabeledPrint, _ instrument: Instrument, isCancelled: Bool) -> Bool {
    if let from, print.trade.time < from { return false }
    if let to, print.trade.time >= to { return false }
    let isOption = instrument.kind == .option
    if let lowestStrike { guard isOption, instrument.strike >= lowestStrike else { return false } }
    if let highestStrike { guard isOption, instrument.strike <= highestStrike else { return false } }
    if let kind { guard isOption, print.kind == kind else { return false } }
    return !countedOnly || (isOption && !isCancelled && print.trade.conditions.isDisjoint(with: .noVolume))
  }
}

/// `GET /history/flow`: stored prints of any time, newest first.
enum HistoryFlowRoute {
  struct Question: HistoryQuestion {
    var history = HistoryFilter()
    var limit = 100
    var cursor: Int64?
  }

  static let parameters = ParameterSet<Question>(
    ParameterSet<Question>.stretch
      + ParameterSet<Question>.filters(
        sides: AggressorSide.choices, sideMeaning: "Only prints of this side.", standardLimit: Question().limit)
      + ParameterSet<Question>.printFacts
      + [
        .text("cursor", "`next` of the page before: only older prints.", wanted: "the `next` of an earlier answer") {
          question, text in
          question.cursor = Int64(text).flatMap { $0 > 0 ? $0 : nil }
          return question.cursor != nil
        }
      ])

  /// Runs on the query thread.
  static func page(_ question: Question, _ history: any FlowHistory) throws -> PrintsPage {
    var rows = try history.prints(
      matching: question.history, before: question.cursor ?? .max, limit: question.limit + 1)
    let hasMore = rows.count > question.limit
    if hasMore { rows.removeLast() }
    return PrintsPage(rows: rows, next: hasMore ? rows.last?.id : nil, source: .store)
  }
}

/// `GET /history/rollups`: stored minutes, summed to steps.
enum HistoryRollupsRoute {
  struct Question: HistoryQuestion {
    var history = HistoryFilter()
    var subject = StepSubject.underlying
    var minutes = 5
    var limit = 1000
    var cursor: FlowStep.Place?
  }

  static let parameters = ParameterSet<Question>(
    [
      .choice("by", "Whose minutes are summed: all options of an underlying, or each contract.", standard: .underlying)
      {
        $0.subject = $1
      },
      .integer("step", "Minutes of a row; steps begin at whole multiples after 1970 UTC.", 1...1440, standard: 5) {
        $0.minutes = $1
      },
    ] + ParameterSet<Question>.stretch + ParameterSet<Question>.instruments(standardLimit: Question().limit)
      + [
        .text("cursor", "`next` of the page before: only later rows.", wanted: "the `next` of an earlier answer") {
          question, text in
          let parts = text.split(separator: "~", maxSplits: 1)
          guard parts.count == 2, let time = Int64(parts[0]) else { return false }
          question.cursor = FlowStep.Place(time: Timestamp(nanoseconds: time), symbol: String(parts[1]))
          return true
        }
      ])

  /// Runs on the query thread.
  static func page(_ question: Question, _ history: any FlowHistory) throws -> RollupsPage {
    var rows = try history.steps(
      question.history, of: question.subject, minutes: question.minutes, after: question.cursor,
      limit: question.limit + 1)
    let hasMore = rows.count > question.limit
    if hasMore { rows.removeLast() }
    return RollupsPage(question: question, rows: rows, next: hasMore ? rows.last?.place : nil)
  }
}

/// `GET /history/totals`: sums of stored prints by any dimensions.
enum HistoryTotalsRoute {
  struct Question: HistoryQuestion {
    var history = HistoryFilter()
    var dimensions: [FlowDimension] = [.day]
    var limit = 1000
  }

  static let parameters = ParameterSet<Question>(
    [
      .choices(
        "by",
        "What is summed by: one or more of \(FlowDimension.names.joined(separator: ", ")), separated by commas; day when left out. "
          + "Rows are ordered by them."
      ) { $0.dimensions = $1 }
    ] + ParameterSet<Question>.stretch
      + ParameterSet<Question>.filters(
        sides: AggressorSide.choices, sideMeaning: "Only prints of this side.", standardLimit: Question().limit,
        maximumLimit: Limits.historyRows))

  /// Runs on the query thread.
  static func answer(_ question: Question, _ history: any FlowHistory) throws -> TotalsAnswer {
    var rows = try history.totals(question.history, by: question.dimensions, limit: question.limit + 1)
    let isTruncated = rows.count > question.limit
    if isTruncated { rows.removeLast() }
    return TotalsAnswer(dimensions: question.dimensions, rows: rows, isTruncated: isTruncated)
  }
}
