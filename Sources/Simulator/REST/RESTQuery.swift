import MarketModel

/// The parameters of a request, or those of the request its cursor goes on with.
struct RESTQuery {
  private(set) var parameters: [String: String] = [:]
  /// What the page before ended with; nil on the first page.
  private(set) var after: String?

  /// Not part of a cursor: who asks is said anew with each request.
  private static let credentials = "apiKey"

  init(_ pairs: [(name: String, value: String)]) throws(RESTProblem) {
    for pair in pairs where pair.name != RESTQuery.credentials { parameters[pair.name] = pair.value }
    guard let text = parameters["cursor"] else { return }
    guard let cursor = PageCursor(text) else { throw .badRequest("cursor is not valid") }
    parameters = cursor.parameters
    after = cursor.after
  }

  subscript(name: String) -> String? { parameters[name] }

  func cursor(after: String) -> PageCursor { PageCursor(parameters: parameters, after: after) }

  /// A page's length; beyond the most it is refused, as the vendor does.
  func limit(default usual: Int, most: Int) throws(RESTProblem) -> Int {
    guard let text = parameters["limit"] else { return usual }
    guard let limit = Int(text), (1...most).contains(limit) else {
      throw .badRequest("'limit' must be a number from 1 to \(most), not \(text)")
    }
    return limit
  }

  func choice(_ name: String, _ words: [String], default usual: String) throws(RESTProblem) -> String {
    guard let text = parameters[name] else { return usual }
    guard words.contains(text) else {
      throw .badRequest("'\(name)' must be one of \(words.joined(separator: ", ")), not \(text)")
    }
    return text
  }

  func isDescending(default usual: Bool) throws(RESTProblem) -> Bool {
    try choice("order", ["asc", "desc"], default: usual ? "desc" : "asc") == "desc"
  }

  /// What `name`, `name.gte`, `name.gt`, `name.lte` and `name.lt` leave over, from low to below high. `read` gives the stretch
  /// one value stands for: a date is a whole day of nanoseconds.
  func range(_ name: String, _ read: (String) -> Range<Int64>?) throws(RESTProblem) -> Range<Int64> {
    var (low, high) = (Int64.min, Int64.max)
    for suffix in ["", ".gte", ".gt", ".lte", ".lt"] {
      guard let text = parameters[name + suffix] else { continue }
      guard let stretch = read(text) else { throw .badRequest("'\(name)\(suffix)' is not understood: \(text)") }
      switch suffix {
      case ".gte": low = max(low, stretch.lowerBound)
      case ".gt": low = max(low, stretch.upperBound)
      case ".lte": high = min(high, stretch.upperBound)
      case ".lt": high = min(high, stretch.lowerBound)
      default:
        low = max(low, stretch.lowerBound)
        high = min(high, stretch.upperBound)
      }
    }
    return low..<max(low, high)
  }
}

/// Values as the vendor's parameters write them.
enum RESTValue {
  /// A day of New York, nanoseconds since 1970, or RFC 3339.
  static func time(_ text: String) -> Range<Int64>? {
    if let day = MarketDate(text) { return RESTValue.day(day) }
    if let nanoseconds = Int64(text), nanoseconds < .max { return nanoseconds..<(nanoseconds + 1) }
    guard let time = Timestamp(rfc3339: text) else { return nil }
    return time.nanoseconds..<(time.nanoseconds + 1)
  }

  /// From midnight to midnight in New York; nil beyond what 64 bits of nanoseconds reach.
  static func day(_ day: MarketDate) -> Range<Int64>? {
    guard (1700...2250).contains(day.components.year) else { return nil }
    return Timestamp(newYork: day, hour: 0).nanoseconds..<Timestamp(newYork: day.adding(days: 1), hour: 0).nanoseconds
  }

  /// Days since 1970.
  static func date(_ text: String) -> Range<Int64>? {
    MarketDate(text).map { Int64($0.daysSinceEpoch)..<(Int64($0.daysSinceEpoch) + 1) }
  }

  /// Micros of the currency.
  static func price(_ text: String) -> Range<Int64>? {
    guard let value = Double(text), value.isFinite, abs(value) < 1e9 else { return nil }
    let micros = Price(rounding: value).micros
    return micros..<(micros + 1)
  }
}
