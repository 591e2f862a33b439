/// An OCC option symbol taken apart: root, last trading day, right, strike.
public struct OptionSymbol: Hashable, Sendable {
  /// One to six characters, as printed on the tape; adjusted contracts end in a digit (`SDS1`).
  public var root: String
  public var expiry: MarketDate
  public var right: OptionRight
  public var strike: Price

  public init(root: String, expiry: MarketDate, right: OptionRight, strike: Price) {
    self.root = root
    self.expiry = expiry
    self.right = right
    self.strike = strike
  }

  /// Whether the OCC form can say it: a root of one to six capitals and digits that begins with a capital, an expiry from
  /// 2000 to 2099, a strike above zero in whole thousandths below 100,000.
  public var isListable: Bool {
    OptionSymbol.isRoot(Array(root.utf8)) && (2000...2099).contains(expiry.components.year)
      && strike.micros > 0 && strike.micros % 1000 == 0 && strike.micros < 100_000_000_000
  }

  /// The equity or index the contract belongs to: adjusted roots lose their digit, index roots follow `OptionRoot`.
  public var underlying: String {
    if let index = OptionRoot.index(root) { return index.underlying }
    guard let last = root.utf8.last, digits.contains(last), root.utf8.count > 1 else { return root }
    return String(root.dropLast())
  }

  private static func isRoot(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    guard let first = bytes.first, capitals.contains(first), bytes.count <= 6 else { return false }
    return bytes.allSatisfy { capitals.contains($0) || digits.contains($0) }
  }
}

private let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
private let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

// MARK: Reading

extension OptionSymbol {
  /// From Polygon's form, `O:SPY251216C00572000`. Nil when any part is out of place.
  public init?(polygon text: String) {
    guard text.utf8.starts(with: "O:".utf8) else { return nil }
    self.init(occ: text.dropFirst(2))
  }

  /// From the compact OCC form, `SPY251216C00572000`: parsed from the right, since roots may hold digits. Nil when any part
  /// is out of place.
  public init?(occ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count > 15, OptionSymbol.isRoot(bytes.dropLast(15)) else { return nil }
    self.init(root: bytes.dropLast(15), tail: bytes.suffix(15))
  }

  /// From the OSI form of exactly 21 characters, root padded with spaces: `SPY   251216C00572000`. Nil when any part is out
  /// of place.
  public init?(osi text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count == 21 else { return nil }
    let padded = bytes.prefix(6)
    let root = padded.prefix { $0 != UInt8(ascii: " ") }
    guard OptionSymbol.isRoot(root), padded.dropFirst(root.count).allSatisfy({ $0 == UInt8(ascii: " ") }) else {
      return nil
    }
    self.init(root: root, tail: bytes.suffix(15))
  }

  /// `tail` is `YYMMDD`, `C` or `P`, and the strike in thousandths with eight digits.
  private init?(root: some Sequence<UInt8>, tail: ArraySlice<UInt8>) {
    var reader = DigitReader(tail)
    guard let year = reader.number(digits: 2), let month = reader.number(digits: 2), let day = reader.number(digits: 2),
      let expiry = MarketDate(year: 2000 + year, month: month, day: day)
    else { return nil }
    let right: OptionRight
    if reader.skip("C") {
      right = .call
    } else if reader.skip("P") {
      right = .put
    } else {
      return nil
    }
    guard let thousandths = reader.number(digits: 8), thousandths > 0 else { return nil }
    self.init(
      root: String(decoding: Array(root), as: UTF8.self), expiry: expiry, right: right,
      strike: Price(micros: Int64(thousandths) * 1000))
  }
}

// MARK: Printing

extension OptionSymbol: CustomStringConvertible {
  /// Polygon's form, `O:SPY251216C00572000`. Traps unless `isListable`.
  public var polygonText: String { "O:" + occText }

  /// The compact OCC form, `SPY251216C00572000`. Traps unless `isListable`.
  public var occText: String { text(padding: 0) }

  /// The OSI form of 21 characters, `SPY   251216C00572000`. Traps unless `isListable`.
  public var osiText: String { text(padding: 6 - root.utf8.count) }

  private func text(padding: Int) -> String {
    precondition(isListable, "OptionSymbol: \(self) has no OCC form")
    var bytes = Array(root.utf8)
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
    let (year, month, day) = expiry.components
    appendDigits(year % 100, 2, to: &bytes)
    appendDigits(month, 2, to: &bytes)
    appendDigits(day, 2, to: &bytes)
    bytes.append(right == .call ? UInt8(ascii: "C") : UInt8(ascii: "P"))
    appendDigits(Int(strike.micros / 1000), 8, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// For people: `SPY 16 Dec 25 572 C`, `F 21 Jan 28 12.5 P`.
  public var description: String {
    let (year, month, day) = expiry.components
    var yearText: [UInt8] = []
    appendDigits(year % 100, 2, to: &yearText)
    let right = right == .call ? "C" : "P"
    return
      "\(root) \(day) \(OptionSymbol.months[month - 1]) \(String(decoding: yearText, as: UTF8.self)) \(strike) \(right)"
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
