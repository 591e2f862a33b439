import MarketModel

/// An aggregate as the vendor's socket sends it (`A`, `AM`).
struct VendorBar: Sendable {
  var instrument: InstrumentID
  var start: Timestamp
  var lengthSeconds: Int
  var figures: PriceFigures
  /// The day up to and including the window; nil when the bar comes from the tape, which does not say.
  var day: PriceFigures?
}

/// Builds an instrument's bars of one length, window by window.
struct BarWindow: Sendable {
  private(set) var start = Timestamp.none
  private(set) var figures = PriceFigures()

  var isOpen: Bool { figures.count > 0 || figures.open != nil }

  /// - Returns: whether this is the window's first print.
  mutating func add(_ trade: Trade, _ kind: Instrument.Kind, lengthSeconds: Int64) -> Bool {
    let isFirst = !isOpen
    if isFirst {
      let length = lengthSeconds * 1_000_000_000
      start = Timestamp(nanoseconds: trade.time.nanoseconds / length * length)
    }
    figures.add(trade, kind)
    return isFirst && isOpen
  }

  mutating func close() { figures = PriceFigures() }
}
