import MarketModel

/// What reaches a live feed beside its sockets' frames: read over REST, or concluded by those who watch the sockets. Symbols
/// are text here, because only the feed's thread interns.
public enum LiveItem: Sendable {
  /// Greeks and open interest of some contracts.
  case references([NamedReference])
  /// Part of what was missed of one instrument, in the order of time. Prints that did come over the socket are dropped by the
  /// feed.
  case recovered(RecoveredPart)
  /// The quotes of these contracts are asked for again: those from before mean nothing any more. To be said before asking.
  case quotesBegin([SymbolText])
  /// The quotes of these contracts are not asked for any more: the last ones must not label what is printed from now on.
  case quotesEnded([SymbolText])
  /// Something happened to the data. A closed gap follows its last part; the feed fills in how many of its prints were new.
  case incident(FeedIncident)
}

/// A contract's reference data under its symbol; `values.instrument` means nothing yet.
public struct NamedReference: Sendable {
  public var symbol: SymbolText
  public var values: ContractReference

  public init(symbol: SymbolText, values: ContractReference) {
    self.symbol = symbol
    self.values = values
  }
}

/// Missed prints and quotes of one instrument, in the order of time; `instrument` in them means nothing yet.
public struct RecoveredPart: Sendable {
  public enum Row: Sendable {
    case trade(Trade)
    case quote(Quote)
  }
  /// Number of the gap it belongs to.
  public var gap: UInt32
  public var symbol: SymbolText
  public var rows: [Row]

  public init(gap: UInt32, symbol: SymbolText, rows: [Row]) {
    self.gap = gap
    self.symbol = symbol
    self.rows = rows
  }
}
