import MarketModel

/// Venues and sale conditions in words.
enum TapeNames {
  static func venue(_ id: VenueID, _ kind: Instrument.Kind) -> String {
    "venue \(id.rawValue)"
  }

  static func condition(_ id: Int, _ kind: Instrument.Kind) -> String {
    "condition \(id)"
  }
}
