import MarketModel

/// The price of an underlying has come to the other side of a level.
public struct LevelCrossing: Hashable, Sendable, BitwiseCopyable {
  public enum Direction: String, Hashable, Sendable, BitwiseCopyable, CaseIterable {
    /// From below the level to above it.
    case up
    case down
  }

  public var underlying: InstrumentID
  public var level: PositioningLevel
  public var direction: Direction
  /// Of the underlying, when it was seen on the other side.
  public var price: Price
  /// Where the level was.
  public var levelPrice: Price
  /// Stream time of that look.
  public var time: Timestamp

  public init(
    underlying: InstrumentID, level: PositioningLevel, direction: Direction, price: Price, levelPrice: Price,
    time: Timestamp
  ) {
    self.underlying = underlying
    self.level = level
    self.direction = direction
    self.price = price
    self.levelPrice = levelPrice
    self.time = time
  }
}

/// When a price counts as having crossed a level.
public struct LevelWatchRule: Hashable, Sendable {
  /// How far past the level the price has to be, as a fraction of it: within that it is on neither side. A level that has moved
  /// by no more is the same one.
  public var band = 0.0005
  /// The same level is not reported again for so long.
  public var coolDownNanoseconds: Int64 = 300_000_000_000
  /// Of looks further apart nobody knows what was between them: the watch begins anew.
  public var longestGapNanoseconds: Int64 = 900_000_000_000
  public init() {}

  func check() {
    precondition((0..<0.5).contains(band), "LevelWatchRule: band is \(band), wanted from 0 to below 0.5")
    precondition(
      coolDownNanoseconds >= 0 && longestGapNanoseconds > 0,
      "LevelWatchRule: cool-down is \(coolDownNanoseconds), gap \(longestGapNanoseconds), wanted not negative")
  }
}

/// Tells from look to look which levels of an underlying its price has crossed.
///
/// A look is judged by the levels that the look before it knew: a call wall is never below the price, so that the crossed one
/// is gone when the new levels are there. A level that moves a little stays the same level, and may itself pass the price; one
/// that jumps elsewhere crosses nothing.
public struct LevelWatch: Sendable {
  private enum Side {
    case below
    case above
  }
  private struct Standing {
    var level: Price
    /// Nil until the price was clearly on one.
    var side: Side?
  }
  private struct Reported {
    var level: Price
    var time: Timestamp
  }

  public let underlying: InstrumentID
  private let rule: LevelWatchRule
  private var standing: [PositioningLevel: Standing] = [:]
  private var reported: [PositioningLevel: Reported] = [:]
  private var lastTime: Timestamp?

  public init(underlying: InstrumentID, rule: LevelWatchRule = LevelWatchRule()) {
    rule.check()
    self.underlying = underlying
    self.rule = rule
  }

  /// - Parameters:
  ///   - time: not before the last look's; an earlier one begins the watch anew, as a stream does that begins again.
  ///   - spot: nil when the price is not known: then nothing is judged and nothing forgotten.
  ///   - levels: as they are now.
  /// - Returns: what was crossed since the last look, in order of `PositioningLevel`.
  public mutating func look(at time: Timestamp, spot: Price?, _ levels: PositioningLevels) -> [LevelCrossing] {
    guard let spot, spot > .zero else { return [] }
    if let lastTime {
      if time < lastTime { reported = [:] }
      if time < lastTime || time - lastTime > rule.longestGapNanoseconds { standing = [:] }
    }
    lastTime = time
    return PositioningLevel.allCases.compactMap { kind in
      guard let crossed = follow(kind, spot, levels[kind]), isNews(kind, crossed.level, time) else { return nil }
      reported[kind] = Reported(level: crossed.level, time: time)
      return LevelCrossing(
        underlying: underlying, level: kind, direction: crossed.side == .above ? .up : .down, price: spot,
        levelPrice: crossed.level, time: time)
    }
  }

  private mutating func follow(
    _ kind: PositioningLevel, _ spot: Price, _ level: Price?
  ) -> (level: Price, side: Side)? {
    let known = standing[kind]
    var side = known?.side
    var crossed: (level: Price, side: Side)?
    func move(to now: Side, of level: Price) {
      if let side, side != now { crossed = (level, now) }
      side = now
    }
    if let known, let now = self.side(of: spot, known.level) { move(to: now, of: known.level) }
    guard let level else {
      standing[kind] = nil
      return crossed
    }
    let now = self.side(of: spot, level)
    if let known, isSame(known.level, level) {
      if let now { move(to: now, of: level) }
    } else {
      side = now
    }
    standing[kind] = Standing(level: level, side: side)
    return crossed
  }

  private func side(of spot: Price, _ level: Price) -> Side? {
    let distance = spot.doubleValue - level.doubleValue
    guard abs(distance) > rule.band * level.doubleValue else { return nil }
    return distance > 0 ? .above : .below
  }

  private func isSame(_ a: Price, _ b: Price) -> Bool {
    abs(a.doubleValue - b.doubleValue) <= rule.band * max(a.doubleValue, b.doubleValue)
  }

  private func isNews(_ kind: PositioningLevel, _ level: Price, _ time: Timestamp) -> Bool {
    guard let last = reported[kind], isSame(last.level, level) else { return true }
    return time - last.time >= rule.coolDownNanoseconds
  }
}
