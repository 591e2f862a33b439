import JSONText
import MarketModel

/// One query parameter of requests that are read into `Target`: how it is parsed and how it is described.
struct Parameter<Target>: Sendable {
  let description: ParameterDescription
  /// Puts the value into the target; returns false when it cannot be used.
  let apply: @Sendable (inout Target, String) -> Bool
  /// What a usable value looks like, for the problem.
  let wanted: String
}

/// All query parameters of one endpoint.
struct ParameterSet<Target>: Sendable {
  let parameters: [Parameter<Target>]

  init(_ parameters: [Parameter<Target>]) { self.parameters = parameters }

  var descriptions: [ParameterDescription] { parameters.map(\.description) }

  /// Reads a query. Unknown names, names given twice and unusable values are refused; an empty value counts as left out.
  func parse(_ query: [(name: String, value: String)], into start: Target) throws(Problem) -> Target {
    var target = start
    var seen: Set<String> = []
    for (name, value) in query {
      guard let parameter = parameters.first(where: { $0.description.name == name }) else {
        throw .unknownParameter(name, known: parameters.map(\.description.name))
      }
      guard seen.insert(name).inserted else {
        throw .badParameter(name, seen: value, wanted: "the parameter once, it came twice")
      }
      guard value.isEmpty || parameter.apply(&target, value) else {
        throw .badParameter(name, seen: value, wanted: parameter.wanted)
      }
    }
    return target
  }
}

extension Parameter {
  static func choice<Choice: APIChoice>(
    _ name: String, _ doc: String, among choices: [Choice] = Choice.choices, standard: Choice? = nil,
    _ set: @escaping @Sendable (inout Target, Choice) -> Void
  ) -> Parameter {
    let names = choices.map(\.apiName)
    return Parameter(
      description: ParameterDescription(
        name: name, place: .query, type: .choice(names), doc: doc, standard: standard.map { .text($0.apiName) }),
      apply: { target, text in
        guard let choice = choices.first(where: { $0.apiName == text }) else { return false }
        set(&target, choice)
        return true
      }, wanted: names.count > 1 ? "one of " + names.joined(separator: ", ") : names.joined())
  }

  static func integer(
    _ name: String, _ doc: String, _ range: ClosedRange<Int>, standard: Int? = nil,
    _ set: @escaping @Sendable (inout Target, Int) -> Void
  ) -> Parameter {
    Parameter(
      description: ParameterDescription(
        name: name, place: .query, type: .integer, doc: doc, minimum: range.lowerBound, maximum: range.upperBound,
        standard: standard.map { .integer($0) }),
      apply: { target, text in
        guard let number = Int(text), range.contains(number) else { return false }
        set(&target, number)
        return true
      }, wanted: "a whole number from \(range.lowerBound) to \(range.upperBound)")
  }

  /// - Parameter read: puts the value into the target; returns false when it cannot be used.
  static func text(
    _ name: String, _ doc: String, format: String? = nil, wanted: String,
    _ read: @escaping @Sendable (inout Target, String) -> Bool
  ) -> Parameter {
    Parameter(
      description: ParameterDescription(name: name, place: .query, type: .text(format: format), doc: doc), apply: read,
      wanted: wanted)
  }

  /// An amount of money, read exactly into millionths.
  static func money(_ name: String, _ doc: String, _ set: @escaping @Sendable (inout Target, Int64) -> Void)
    -> Parameter
  {
    Parameter(
      description: ParameterDescription(name: name, place: .query, type: .number, doc: doc, minimum: 0),
      apply: { target, text in
        guard let micros = DecimalText.micros(text), micros >= 0 else { return false }
        set(&target, micros)
        return true
      }, wanted: "an amount in USD such as 100000 or 2500.50, not negative")
  }
}

extension Parameter {
  /// A moment, or a day: then its first moment in New York, or the first of the day after.
  static func time(
    _ name: String, _ doc: String, throughEndOfDay: Bool, _ set: @escaping @Sendable (inout Target, Timestamp) -> Void
  ) -> Parameter {
    .text(name, doc, wanted: "an RFC 3339 time such as 2025-12-16T14:30:00Z, or a day such as 2025-12-16") {
      target, text in
      if let time = Timestamp(rfc3339: text) {
        set(&target, time)
        return true
      }
      guard let day = MarketDate(text: text) else { return false }
      let first = throughEndOfDay ? MarketDate(daysSinceEpoch: day.daysSinceEpoch + 1) : day
      set(&target, Timestamp(newYork: first, hour: 0))
      return true
    }
  }

  /// Several of some names, separated by commas, each at most once.
  static func choices<Choice: APIChoice & Equatable>(
    _ name: String, _ doc: String, _ set: @escaping @Sendable (inout Target, [Choice]) -> Void
  ) -> Parameter {
    .text(name, doc, wanted: "names out of \(Choice.names.joined(separator: ", ")), separated by commas") {
      target, text in
      let names = text.split(separator: ",", omittingEmptySubsequences: false)
      let choices = names.compactMap { name in Choice.choices.first { $0.apiName == name } }
      guard choices.count == names.count, Set(names).count == names.count else { return false }
      set(&target, choices)
      return true
    }
  }
}
