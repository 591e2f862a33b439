import MarketModel

/// A side and the rule that gave it.
@usableFromInline
struct SideLabel: Equatable {
  var side: AggressorSide
  var method: LabelMethod

  @inline(__always)
  init(_ side: AggressorSide, _ method: LabelMethod) {
    self.side = side
    self.method = method
  }
}

/// The prevailing NBBO as the labels see it.
@usableFromInline
struct PrevailingQuote {
  /// Millionths; 0 = no such side.
  var bid: Int64
  var ask: Int64
  /// False when no quote was ever seen, or none since the feed came back.
  var isKnown: Bool
  /// Older at the print than the configuration allows.
  var isStale: Bool
}

extension SideLabel {
  /// The product's labelling: unknown rather than guessed.
  /// - Parameter tick: direction of the last price change, +1, -1 or 0 (before: none).
  @inline(__always)
  static func infer(price: Int64, quote: PrevailingQuote, tick: Int8, rule: SideRule) -> SideLabel {
    let bid = quote.bid
    let ask = quote.ask
    guard quote.isKnown, ask > 0 else { return SideLabel(.unknown, .noQuote) }
    guard bid <= ask else { return SideLabel(.unknown, .crossedQuote) }
    guard !quote.isStale else { return SideLabel(.unknown, .staleQuote) }
    switch rule {
    case .quote: return byQuote(price: price, bid: bid, ask: ask)
    case .leeReady:
      if 2 &* price > bid &+ ask { return SideLabel(.buy, price >= ask ? .atOrAboveAsk : .aboveMid) }
      if 2 &* price < bid &+ ask { return SideLabel(.sell, price <= bid ? .atOrBelowBid : .belowMid) }
      return byTick(tick)
    case .emo:
      if bid == ask { return byTick(tick) }
      if price == ask { return SideLabel(.buy, .atOrAboveAsk) }
      if price == bid { return SideLabel(.sell, .atOrBelowBid) }
      return byTick(tick)
    case .clnv:
      // 0.3 B + 0.7 A and 0.7 B + 0.3 A, in tenths so that integers stay exact.
      if price <= ask, 10 &* price > 3 &* bid &+ 7 &* ask {
        return SideLabel(.buy, price == ask ? .atOrAboveAsk : .aboveMid)
      }
      if price >= bid, 10 &* price < 7 &* bid &+ 3 &* ask {
        return SideLabel(.sell, price == bid ? .atOrBelowBid : .belowMid)
      }
      return byTick(tick)
    }
  }

  @inline(__always)
  private static func byQuote(price: Int64, bid: Int64, ask: Int64) -> SideLabel {
    if price >= ask, price > bid { return SideLabel(.buy, .atOrAboveAsk) }
    if price <= bid, price < ask { return SideLabel(.sell, .atOrBelowBid) }
    if 2 &* price > bid &+ ask { return SideLabel(.buy, .aboveMid) }
    if 2 &* price < bid &+ ask { return SideLabel(.sell, .belowMid) }
    return SideLabel(.mid, .atMid)
  }

  @inline(__always)
  private static func byTick(_ tick: Int8) -> SideLabel {
    SideLabel(tick > 0 ? .buy : tick < 0 ? .sell : .mid, .tick)
  }

  /// The benchmark's rules 4 to 6: any age of quote will do, a locked quote is a buy, the tick test fills in.
  @inline(__always)
  static func inferReference(price: Int64, quote: PrevailingQuote, tick: Int8) -> SideLabel {
    let byTick: AggressorSide = tick > 0 ? .buy : tick < 0 ? .sell : .mid
    guard quote.isKnown, quote.ask > 0, quote.bid <= quote.ask else { return SideLabel(byTick, .tickWithoutQuote) }
    if price >= quote.ask { return SideLabel(.buy, .atOrAboveAsk) }
    if price <= quote.bid { return SideLabel(.sell, .atOrBelowBid) }
    if 2 &* price > quote.bid &+ quote.ask { return SideLabel(.buy, .aboveMid) }
    if 2 &* price < quote.bid &+ quote.ask { return SideLabel(.sell, .belowMid) }
    return SideLabel(byTick, .tick)
  }
}
