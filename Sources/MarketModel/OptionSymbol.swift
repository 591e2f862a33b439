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
}

extension OptionSymbol {
  /// From Polygon's form, `O:SPY251216C00572000`. Nil when any part is out of place.
  public init?(polygon text: String) {
    guard text.utf8.starts(with: "O:".utf8) else { return nil }
    self.init(occ: text.dropFirst(2))
  }

  /// From the compact OCC form, `SPY251216C00572000`: parsed from the right, since roots may hold digits.
  public init?(occ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count > 15, bytes.count <= 21 else { return nil }
    let rootLength = bytes.count - 15
    let root = bytes[..<rootLength]
    guard root.allSatisfy({ (65...90).contains($0) || (48...57).contains($0) }), (65...90).contains(root[0]) else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in bytes[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      return value
    }
    guard let year = number(rootLength..<rootLength + 2), let month = number(rootLength + 2..<rootLength + 4),
      let day = number(rootLength + 4..<rootLength + 6), let thousandths = number(rootLength + 7..<rootLength + 15),
      let expiry = MarketDate(year: 2000 + year, month: month, day: day)
    else { return nil }
    switch bytes[rootLength + 6] {
    case UInt8(ascii: "C"): right = .call
    case UInt8(ascii: "P"): right = .put
    default: return nil
    }
    self.root = String(decoding: root, as: UTF8.self)
    self.expiry = expiry
    strike = Price(micros: Int64(thousandths) * 1000)
  }

  /// The equity or index the contract belongs to: adjusted roots lose their digit, weekly index roots their suffix.
  public var underlying: String {
    switch root {
    case "SPXW": return "SPX"
    case "NDXP": return "NDX"
    case "RUTW": return "RUT"
    case "VIXW": return "VIX"
    case "XSPW": return "XSP"
    default:
      guard let last = root.utf8.last, (48...57).contains(last), root.utf8.count > 1 else { return root }
      return String(root.dropLast())
    }
  }
}
