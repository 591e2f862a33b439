import FlowEngine
import JSONText
import MarketModel
import Positioning

// How a rule is written: in requests, in answers, in the database and in what people share.

extension AlertRule {
  /// All members of a rule's JSON.
  public static let fields: [DataField<AlertRule>] = frame + common + ofPrints + ofDetections + ofOthers

  /// Reads a rule.
  /// - Throws: the first member that cannot be used, or that its source does not have.
  public init(json bytes: [UInt8]) throws(DataProblem) {
    var rule = AlertRule(name: "", source: .prints)
    try DataRecord.read(bytes, AlertRule.fields, into: &rule)
    if let problem = rule.problem { throw problem }
    self = rule
  }

  public func write(into json: inout JSONWriter) { DataRecord.write(self, AlertRule.fields, into: &json) }

  /// The rule as JSON, UTF-8.
  public var json: [UInt8] {
    var json = JSONWriter()
    write(into: &json)
    return json.bytes
  }

  // MARK: Members

  private static let frame: [DataField<AlertRule>] = [
    .text("name", "Unique name.", wanted: DataName.wanted, isRequired: true, \.name) { DataName.isUsable($0) },
    .choice(
      "source", "What the rule looks at.", RuleSource.allCases.map { ($0.rawValue, $0) }, \.source, isRequired: true),
    .flag("enabled", "false: it makes no alerts; true when left out.", \.isEnabled),
    .choice(
      "severity_floor", "What is less severe is no alert; INFO when left out.",
      AlertSeverity.allCases.map { ($0.rawValue, $0) }, \.severityFloor),
    .integer(
      "cool_down_seconds",
      "Stream time after an alert in which further causes that are no more severe raise its occurrences instead; 300 when left out.",
      0...86_400, \.coolDownSeconds),
    .choice(
      "cool_down_scope", "What the cool-down holds together; contract when left out.",
      CoolDownScope.allCases.map { ($0.rawValue, $0) }, \.coolDownScope),
    .texts(
      "channels", "Channels that are told of every alert of the rule, beside those of subscribers.",
      wanted: "a list of channel names, each \(DataName.wanted)", \.channels,
      read: { DataName.isUsable($0) ? $0 : nil }, write: { $0 }),
  ]

  /// Of prints and detections; symbols of levels, too.
  private static let common: [DataField<AlertRule>] = [
    .texts(
      "symbols", "Underlyings (SPY) or whole contracts (O:SPY251216C00572000), any of them.",
      wanted: "a list of at most 64 symbols such as SPY or O:SPY251216C00572000", \.filter.symbols,
      read: { symbol($0) }, write: { $0.description }),
    .choiceOrNone("type", "Calls or puts only.", [("call", OptionRight.call), ("put", .put)], \.filter.right),
    DataField(
      name: "expiry", type: .date, doc: "Last trading day.", wanted: "a date such as 2025-12-19", isRequired: false,
      read: { rule, value in
        guard case .text(let text) = value, let date = MarketDate(text) else { return false }
        rule.filter.expiry = date
        return true
      },
      write: { rule, json in
        guard let date = rule.filter.expiry else { return false }
        json.value(date.description)
        return true
      }),
    .decimal(
      "min_strike", "Least strike in USD.", wanted: "an amount in USD, not negative", from: 0,
      \.filter.minimumStrike.micros),
    .decimal(
      "max_strike", "Most strike in USD.", wanted: "an amount in USD, not negative", from: 0,
      \.filter.maximumStrike.micros),
    .integerOrNone(
      "min_dte", "Least calendar days to the last trading day.", 0...20_000, \.filter.minimumDaysToExpiry),
    .integerOrNone(
      "max_dte", "Most calendar days to the last trading day.", 0...20_000, \.filter.maximumDaysToExpiry),
    .choiceOrNone("side", "Side of the customer.", AggressorSide.allCases.map { ($0.name, $0) }, \.filter.side),
    .decimal(
      "min_premium", "Least premium in USD.", wanted: "an amount in USD, not negative", from: 0,
      \.filter.minimumPremiumMicros),
    .integerOrNone("min_size", "Least contracts or shares.", 1...1_000_000_000, \.filter.minimumSize),
  ]

  private static let ofPrints: [DataField<AlertRule>] = [
    .choices(
      "methods", "Rules that decided the side, any of them.", LabelMethod.allCases.map { ($0.name, $0) },
      \.filter.methods),
    .choices(
      "flags", "What else has to be true, all of it.", PrintFlags.alertNames.map { ($0.name, $0.flag) }, \.flagList),
    DataField(
      name: "venues", type: .list(.integer), doc: "The vendor's venue numbers, any of them.",
      wanted: "a list of at most 64 whole numbers from 0 to 65535", isRequired: false,
      read: { rule, value in
        guard case .list(let values) = value, values.count <= 64 else { return false }
        let numbers = values.compactMap { value in if case .number(let text) = value { UInt16(text) } else { nil } }
        guard numbers.count == values.count, Set(numbers).count == numbers.count else { return false }
        rule.filter.venues = numbers.map { VenueID($0) }
        return true
      },
      write: { rule, json in
        json.array { json in for venue in rule.filter.venues { json.value(venue.rawValue) } }
        return !rule.filter.venues.isEmpty
      }),
    greek("min_delta", "Least delta, puts being negative.", \.filter.minimumDeltaNanos),
    greek("max_delta", "Most delta, puts being negative.", \.filter.maximumDeltaNanos),
    greek("min_gamma", "Least gamma per USD of the underlying.", \.filter.minimumGammaNanos),
    greek("max_gamma", "Most gamma per USD of the underlying.", \.filter.maximumGammaNanos),
    greek("min_iv", "Least implied volatility, 0.35 = 35 %.", \.filter.minimumVolatilityNanos),
    greek("max_iv", "Most implied volatility, 0.35 = 35 %.", \.filter.maximumVolatilityNanos),
  ]

  private static let ofDetections: [DataField<AlertRule>] = [
    .choices(
      "kinds", "Kinds of detection, any of them.", DetectionKind.allCases.map { ($0.name, $0) }, \.filter.kinds),
    DataField(
      name: "min_confidence", type: .number, doc: "Least confidence, 0 to 1.",
      wanted: "a number from 0 to 1 with at most three decimals", isRequired: false,
      read: { rule, value in
        guard case .number(let text) = value, let micros = DecimalText.micros(text), (0...1_000_000).contains(micros),
          micros % 1000 == 0
        else { return false }
        rule.filter.minimumConfidencePermille = Int(micros / 1000)
        return true
      },
      write: { rule, json in
        guard let permille = rule.filter.minimumConfidencePermille else { return false }
        json.value(micros: Int64(permille) * 1000)
        return true
      }),
    .integerOrNone("min_prints", "Least number of prints.", 1...1_000_000_000, \.filter.minimumPrints),
    .choiceOrNone(
      "effect", "Whether the customer opens or closes.", PositionEffect.allCases.map { ($0.name, $0) },
      \.filter.effect),
  ]

  private static let ofOthers: [DataField<AlertRule>] = [
    .choices(
      "levels", "Levels of the dealers' positioning, any of them.",
      PositioningLevel.allCases.map { ($0.alertName, $0) }, \.filter.levels),
    .choices(
      "incidents", "What happened to the data, any of it.", FeedIncident.Kind.allCases.map { ($0.alertName, $0) },
      \.filter.incidents),
  ]

  private static func greek(
    _ name: String, _ doc: String, _ path: any WritableKeyPath<AlertRule, Int64?> & Sendable
  ) -> DataField<AlertRule> {
    .decimal(
      name, doc, wanted: "a number with at most six decimals", from: -1_000_000_000_000, nanos: true, path)
  }

  private static func symbol(_ text: String) -> SymbolText? {
    guard let symbol = SymbolText(text.uppercased()), symbol.isPrintable else { return nil }
    let name = symbol.description
    if name.hasPrefix("O:") { return OptionSymbol(polygon: name) == nil ? nil : symbol }
    return OptionSymbol(occ: name) == nil ? symbol : SymbolText("O:" + name)
  }

  /// The filter's flags one by one.
  fileprivate var flagList: [PrintFlags] {
    get { PrintFlags.alertNames.map(\.flag).filter { filter.flags.contains($0) } }
    set { filter.flags = newValue.reduce(into: []) { $0.formUnion($1) } }
  }

  // MARK: The whole

  /// The first thing that does not fit together; nil when all does.
  var problem: DataProblem? {
    if let member = foreignMember {
      return DataProblem(member: member, seen: "given", wanted: "no \(member) for the source \(source.rawValue)")
    }
    let filter = filter
    let pairs: [(String, Int64?, Int64?)] = [
      ("max_strike", filter.minimumStrike?.micros, filter.maximumStrike?.micros),
      ("max_dte", filter.minimumDaysToExpiry.map { Int64($0) }, filter.maximumDaysToExpiry.map { Int64($0) }),
      ("max_delta", filter.minimumDeltaNanos, filter.maximumDeltaNanos),
      ("max_gamma", filter.minimumGammaNanos, filter.maximumGammaNanos),
      ("max_iv", filter.minimumVolatilityNanos, filter.maximumVolatilityNanos),
    ]
    for (name, least, most) in pairs {
      guard let least, let most, most < least else { continue }
      return DataProblem(
        member: name, seen: "less than the least", wanted: "at least as much as min_\(name.dropFirst(4))")
    }
    if source == .prints, filter == RuleFilter() {
      return DataProblem(
        member: "source", seen: "prints without any filter", wanted: "at least one filter, such as min_premium")
    }
    return nil
  }

  /// A member that the rule has and its source does not know.
  private var foreignMember: String? {
    let symbols = AlertRule.common.filter { $0.name == "symbols" }
    let allowed: [DataField<AlertRule>]
    switch source {
    case .prints: allowed = AlertRule.common + AlertRule.ofPrints
    case .detections: allowed = AlertRule.common + AlertRule.ofDetections
    case .levels: allowed = symbols + AlertRule.ofOthers.filter { $0.name == "levels" }
    case .incidents: allowed = AlertRule.ofOthers.filter { $0.name == "incidents" }
    }
    let names = Set(allowed.map(\.name))
    let filters = AlertRule.common + AlertRule.ofPrints + AlertRule.ofDetections + AlertRule.ofOthers
    return filters.first { field in
      var json = JSONWriter(reservingBytes: 16)
      return !names.contains(field.name) && field.write(self, &json)
    }?.name
  }
}

extension Optional where Wrapped == Price {
  /// The price's millionths, so that one kind of field serves amounts and strikes.
  fileprivate var micros: Int64? {
    get { self.map(\.micros) }
    set { self = newValue.map { Price(micros: $0) } }
  }
}
