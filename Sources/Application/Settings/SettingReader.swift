import Logging
import MarketModel

/// Turns checked texts into values, and weighs the settings that speak about the source of the data.
struct SettingReader {
  let values: SettingValues

  func text(_ key: SettingKey) -> String {
    guard let value = values[key] else { preconditionFailure("\(key.name) has no default and was read as if it had") }
    return value.text
  }

  func integer(_ key: SettingKey) -> Int { checked(key, Int(text(key))) }
  func number(_ key: SettingKey) -> Double { checked(key, Double(text(key))) }
  func boolean(_ key: SettingKey) -> Bool { checked(key, ValueType.boolean(text(key))) }

  private func checked<Value>(_ key: SettingKey, _ value: Value?) -> Value {
    guard let value else { preconditionFailure("\(key.name) passed its check and does not read") }
    return value
  }

  // MARK: Source

  /// A replay file wins; then demo mode, which is on unless it was switched off or another provider was named; then the provider.
  func source() throws(SettingsError) -> Settings.Source {
    if let file = values[.replayFile] {
      return MarketDate(file.text).map { .replayDay($0, fromCache: boolean(.replayFromCache)) }
        ?? .replay(path: file.text)
    }
    if boolean(.replayMode) {
      throw SettingsError(
        "replay_mode is on\(origin(.replayMode)) and nothing to play is named: say --replay FILE or --replay DATE, or set \(SettingKey.replayFile.environment)"
      )
    }
    let namesVendor = text(.provider) != "demo"
    let isDemo = values.isStandard(.demoMode) ? !namesVendor : boolean(.demoMode)
    if isDemo { return .demo }
    if !namesVendor, !values.isStandard(.provider) {
      throw SettingsError(
        "demo_mode is off\(origin(.demoMode)) and provider is demo\(origin(.provider)): switch demo mode on, or name --provider polygon"
      )
    }
    guard let key = vendorKey() else {
      throw SettingsError(
        "polygon_key is not set, and without demo mode (\(reasonForLive())) a key is needed: set \(Self.keyNames) "
          + "in the environment or in .env, or switch demo mode on with --demo-mode on")
    }
    return .polygon(key: key)
  }

  /// The key that the vendor is asked with; nil when none is set. A simulator of this machine asks for a key as the vendor
  /// does, and takes any.
  func vendorKey() -> Secret? {
    if let key = values[.polygonKey] { return Secret(key.text) }
    return isLoopbackEndpoint ? Secret("simulated") : nil
  }

  /// Where a key can be set, for people.
  static var keyNames: String {
    ValueType.list([SettingKey.polygonKey.environment] + SettingKey.polygonKey.aliases)
  }

  func replayWindow() throws(SettingsError) -> PlayWindow {
    let window = PlayWindow(
      from: values[.replayFrom].flatMap { DayTime($0.text) }, to: values[.replayTo].flatMap { DayTime($0.text) })
    if let from = window.from, let to = window.to, from >= to {
      throw SettingsError(
        "replay_to is \(text(.replayTo))\(origin(.replayTo)), wanted a time after replay_from, \(text(.replayFrom))"
          + origin(.replayFrom))
    }
    return window
  }

  private var isLoopbackEndpoint: Bool {
    guard let endpoint = values[.polygonEndpoint]?.text else { return false }
    let host = endpoint.split(separator: "/").dropFirst().first ?? ""
    return host.hasPrefix("127.") || host.hasPrefix("localhost") || host.hasPrefix("[::1]")
  }

  private func reasonForLive() -> String {
    values.isStandard(.demoMode)
      ? "provider is \(text(.provider))\(origin(.provider))" : "demo_mode is off\(origin(.demoMode))"
  }

  private func origin(_ key: SettingKey) -> String { values[key].map { " from \($0.origin)" } ?? "" }

  // MARK: Symbols

  /// A JSON array of strings, or the same words with commas between them.
  func symbols() -> Result<[String], SettingsError> {
    guard let value = values[.symbols] else { return .success([]) }
    func problem(_ words: String) -> Result<[String], SettingsError> {
      .failure(
        SettingsError(
          "symbols is \(value.text) (from \(value.origin)), \(words), wanted a JSON array as [\"SPY\",\"QQQ\"]"))
    }
    let inner = value.text.filter { !$0.isWhitespace }
    let isArray = inner.hasPrefix("[")
    guard !isArray || inner.hasSuffix("]") else { return problem("which has no closing ]") }
    let words = (isArray ? inner.dropFirst().dropLast() : inner[...]).split(
      separator: ",", omittingEmptySubsequences: false)
    var symbols: [String] = []
    for word in words {
      let isQuoted = word.count >= 2 && word.hasPrefix("\"") && word.hasSuffix("\"")
      guard isQuoted || !isArray else { return problem("\(word.isEmpty ? "an empty place" : word) is no JSON string") }
      let symbol = (isQuoted ? word.dropFirst().dropLast() : word).uppercased()
      guard !symbol.isEmpty, symbol.utf8.allSatisfy(Self.isSymbolByte) else { return problem("\(word) is no symbol") }
      if !symbols.contains(symbol) { symbols.append(symbol) }
    }
    return symbols.isEmpty ? problem("which names nothing") : .success(symbols)
  }

  // MARK: Names

  /// Names of this server, with commas between them; an address of version 6 stands in brackets, as in a page's address.
  func names() throws(SettingsError) -> [String]? {
    guard let value = values[.names] else { return nil }
    return try value.text.split(separator: ",", omittingEmptySubsequences: false).map { word throws(SettingsError) in
      let name = word.filter { !$0.isWhitespace }.lowercased()
      let inner = name.hasPrefix("[") && name.hasSuffix("]") ? name.dropFirst().dropLast() : name[...]
      let mayHold = inner.count < name.count ? "0123456789abcdef:." : "abcdefghijklmnopqrstuvwxyz0123456789-._"
      guard !inner.isEmpty, inner.allSatisfy({ mayHold.contains($0) }) else {
        throw SettingsError(
          "names is \"\(value.text)\" (from \(value.origin)), \"\(word)\" is no name, wanted names without http:// and port, "
            + "and with commas between them, as localhost,desk.lan")
      }
      return name
    }
  }

  // MARK: Demo

  /// The synthetic market has its own few underlyings.
  func checkDemo(_ symbols: [String], known: [String]) throws(SettingsError) {
    let unknown = symbols.filter { !known.contains($0) }
    guard !unknown.isEmpty else { return }
    let verb = unknown.count == 1 ? "is" : "are"
    throw SettingsError(
      "symbols name \(unknown.joined(separator: ", "))\(origin(.symbols)), which \(verb) not part of the demo market: "
        + "choose from \(ValueType.list(known).replacing(" or ", with: " and ")), or leave symbols out")
  }

  /// Letters, digits, and what vendors write inside symbols: `BRK.B`, `O:SPY…`, `T.O:*`.
  private static func isSymbolByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: ".:*-_/".utf8.contains(byte)
    }
  }
}
