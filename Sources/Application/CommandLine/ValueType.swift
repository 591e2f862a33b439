import MarketModel

/// What a value on the command line or in a setting may be. It checks; the text stays the value.
public enum ValueType: Sendable, Equatable {
  case text(placeholder: String)
  case path
  case boolean
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// A number in the range or one of the words, as in `max|N`.
  case numberOrWord(ClosedRange<Double>, [String])
  case choice([String])
  /// A day as `2026-11-20`.
  case date
  /// A time of New York's day as `09:30`.
  case dayTime

  /// What stands for the value in a usage line.
  public var placeholder: String {
    switch self {
    case .text(let placeholder): placeholder
    case .path: "PATH"
    case .boolean: "on|off"
    case .integer, .number: "N"
    case .numberOrWord(_, let words): (words + ["N"]).joined(separator: "|")
    case .choice(let words): words.joined(separator: "|")
    case .date: "YYYY-MM-DD"
    case .dayTime: "HH:MM"
    }
  }

  /// What is wrong with the text, as "wanted …"; nil when it fits.
  public func complaint(about text: String) -> String? {
    switch self {
    case .text, .path:
      return text.isEmpty ? "wanted a value" : nil
    case .boolean:
      return Self.boolean(text) == nil ? "wanted on or off" : nil
    case .integer(let range):
      return Int(text).map(range.contains) == true ? nil : "wanted a whole number\(Self.words(range))"
    case .number(let range):
      return Double(text).map(range.contains) == true ? nil : "wanted a number\(Self.words(range))"
    case .numberOrWord(let range, let words):
      if words.contains(text) || Double(text).map(range.contains) == true { return nil }
      return "wanted \(words.joined(separator: ", ")) or a number\(Self.words(range))"
    case .choice(let words):
      if words.contains(text) { return nil }
      let near = NearMiss.closest(to: text, among: words).map { "; did you mean \($0)?" } ?? ""
      return "wanted \(Self.list(words))\(near)"
    case .date: return MarketDate(text) == nil ? "wanted a day as 2026-11-20" : nil
    case .dayTime: return DayTime(text) == nil ? "wanted a time of New York's day as 09:30" : nil
    }
  }

  /// The words people use for yes and no in environment files.
  public static func boolean(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "on", "true", "yes", "1": true
    case "off", "false", "no", "0": false
    default: nil
    }
  }

  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.joined() }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }

  private static func words<Bound: CustomStringConvertible>(_ range: ClosedRange<Bound>) -> String {
    switch (isUnbounded(range.lowerBound), isUnbounded(range.upperBound)) {
    case (true, true): ""
    case (false, true): " of at least \(plain(range.lowerBound))"
    case (true, false): " of at most \(plain(range.upperBound))"
    case (false, false): " from \(plain(range.lowerBound)) to \(plain(range.upperBound))"
    }
  }

  private static func isUnbounded(_ bound: some CustomStringConvertible) -> Bool {
    switch bound {
    case let bound as Int: bound == .max || bound == .min
    case let bound as Double: !bound.isFinite || bound.magnitude == .greatestFiniteMagnitude
    default: false
    }
  }

  private static func plain(_ bound: some CustomStringConvertible) -> String {
    let text = bound.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
