import Feeds
import MarketModel

/// Options that name something of the market: checked for what can never be, before any work begins.
extension ParsedCommand {
  /// The value of a `.date` option that names a day of trading; nil when it was not given.
  func session(_ option: String) throws(UsageError) -> MarketDate? {
    guard let date = date(option) else { return nil }
    guard !TradingCalendar.isSession(date) else { return date }
    let reason = MarketHoliday.on(date).map { "a holiday (\($0.rawValue))" } ?? "a weekend"
    throw usage(
      "--\(option) is \(date), \(reason) without trading; the sessions beside it are "
        + "\(TradingCalendar.previousSession(before: date)) and \(TradingCalendar.nextSession(after: date))")
  }

  /// The symbols of stocks and indices that an option names, in upper case, sorted and once each: the same words in another
  /// order ask for the same.
  func underlyings(_ option: String) throws(UsageError) -> [String] {
    var names: Set<String> = []
    for text in texts(option) {
      let name = PolygonTicker.name(text.uppercased())
      guard let symbol = SymbolText(name), symbol.isPrintable, !name.contains(":") else {
        throw usage("--\(option) is \"\(text)\", wanted a stock's symbol as SPY")
      }
      names.insert(name)
    }
    return names.sorted()
  }

  /// The contracts that an option names, in upper case and in the order given.
  /// - Parameter date: they must not have expired before.
  func contracts(_ option: String, on date: MarketDate) throws(UsageError) -> [String] {
    var names: [String] = []
    for text in texts(option) {
      let name = text.uppercased()
      guard let symbol = OptionSymbol(polygon: name) else {
        throw usage("--\(option) is \"\(text)\", wanted an option contract as O:SPY251216C00572000")
      }
      guard symbol.expiry >= date else {
        throw usage("--\(option) is \(name), which expired on \(symbol.expiry), before \(date); name an earlier day")
      }
      names.append(name)
    }
    return names
  }
}
