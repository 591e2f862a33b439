import Feeds
import MarketModel

/// One print of one contract, with the quotes around it.
struct TapeScene {
  var contract: QuotedContract
  let time: Int64
  var random: SplitMix64

  /// Milliseconds from the print after which a quote is taken for one that nobody looks at any more: five minutes, less room
  /// for what may still be read from the same quote.
  private static let standingMilliseconds: Int64 = 290_000

  private mutating func chance(_ permille: Int) -> Bool { Int.random(in: 0..<1000, using: &random) < permille }
  private mutating func any<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }
  private mutating func size() -> UInt32 { UInt32.random(in: 1...20, using: &random) }

  mutating func play(_ circumstance: TapeCircumstance, into script: inout TapeScript) {
    switch circumstance {
    case .fresh: fresh(into: &script)
    case .race: race(into: &script)
    case .overtaken: overtaken(into: &script)
    case .crossed: crossed(into: &script)
    case .missing: withoutOffer(into: &script)
    case .locked: locked(into: &script)
    case .floor: floor(into: &script)
    case .late: under([202, 204, 206, 208], .late, into: &script)
    case .cross: under([229, 230], .cross, into: &script)
    case .multiLeg: under([232, 233, 234, 235, 236, 238, 239], .multiLeg, into: &script)
    case .stockTied: under([237, 240, 241, 242, 243, 244, 245], .stockTied, into: &script)
    case .offMarket: under([246, 247], .offMarket, into: &script)
    case .stale, .lost: preconditionFailure("TapeScene: \(circumstance) takes more than a moment")
    }
  }

  // MARK: Quotes

  /// The quote that the print will meet: the one that stands, or a new one from up to a second before.
  private mutating func meetQuote(into script: inout TapeScript) {
    if let quotedAt = contract.quotedAt, time - quotedAt < TapeScene.standingMilliseconds, chance(400) { return }
    contract.wander(&random)
    // As many ages below ten milliseconds as above a hundred.
    let age = any([0, 0, 1, 4, 9, 30, 70, 200, 500, 1000] as [Int64])
    quote(at: max(contract.busyUntil + 1, time - age), into: &script)
  }

  private mutating func quote(at moment: Int64, arrival: Int64? = nil, into script: inout TapeScript) {
    script.quote(contract, bid: contract.bid, ask: contract.ask, at: moment, arrival: arrival ?? moment)
    contract.quotedAt = moment
    contract.busyUntil = max(contract.busyUntil, max(moment, arrival ?? moment))
  }

  private mutating func trade(
    _ price: Int64, _ conditions: [Int], _ initiator: Initiator, _ circumstance: TapeCircumstance,
    arrival: Int64? = nil, into script: inout TapeScript
  ) {
    script.trade(
      contract, price: price, conditions: conditions, at: time, arrival: arrival ?? time, initiator, circumstance,
      size: size())
    contract.busyUntil = max(contract.busyUntil, arrival ?? time)
  }

  private mutating func initiator() -> Initiator { Bool.random(using: &random) ? .buyer : .seller }

  /// What the initiator pays or gets without improvement.
  private func touch(_ initiator: Initiator) -> Int64 { initiator == .buyer ? contract.ask : contract.bid }

  /// Ticks towards the initiator's own favour.
  private func improved(_ initiator: Initiator, by ticks: Int64) -> Int64 {
    initiator == .buyer ? contract.ask - ticks : contract.bid + ticks
  }

  // MARK: Where sides can be told

  /// Most prints are at the quote; some walk through it, some are improved, some meet in the middle. Of a thousand, seven are
  /// improved as far as the middle or beyond, and eight meet a quote that arrives after them: nobody can tell these but by luck.
  private mutating func fresh(into script: inout TapeScript) {
    meetQuote(into: &script)
    let initiator = initiator()
    let spread = contract.spread
    switch Int.random(in: 0..<1000, using: &random) {
    case ..<700: break
    case ..<760:
      let price = improved(initiator, by: -Int64.random(in: 1...3, using: &random))
      return trade(price, [any([209, 219])], initiator, .fresh, into: &script)
    case ..<935 where spread >= 3:
      let price = improved(initiator, by: Int64.random(in: 1...((spread - 1) / 2), using: &random))
      return trade(price, [any([209, 227, 228])], initiator, .fresh, into: &script)
    case 935..<985 where spread % 2 == 0:
      return trade(contract.bid + spread / 2, [any([209, 227])], .nobody, .fresh, into: &script)
    case 985..<988 where spread % 2 == 0:
      return trade(contract.bid + spread / 2, [227], initiator, .fresh, into: &script)
    case 988..<992 where spread >= 3:
      let price = improved(initiator, by: Int64.random(in: (spread / 2 + 1)...(spread - 1), using: &random))
      return trade(price, [227], initiator, .fresh, into: &script)
    case 992...: return beforeItsQuote(initiator, into: &script)
    default: break
    }
    trade(touch(initiator), [any([209, 209, 209, 219])], initiator, .fresh, into: &script)
    if chance(300) { consequence(initiator, into: &script) }
  }

  /// What stood at the touch is used up: the market follows the initiator.
  private mutating func consequence(_ initiator: Initiator, into script: inout TapeScript) {
    let ticks = Int64.random(in: 1...3, using: &random)
    contract.shift(by: initiator == .buyer ? ticks : -ticks)
    quote(at: time + Int64.random(in: 0...2, using: &random), into: &script)
  }

  private mutating func beforeItsQuote(_ initiator: Initiator, into script: inout TapeScript) {
    contract.shift(by: Int64.random(in: -3...3, using: &random))
    // Invented before the print, so that its sequence is the lower one.
    quote(at: time, arrival: time + 3, into: &script)
    trade(touch(initiator), [209], initiator, .fresh, into: &script)
  }

  /// Two quotes around the print, so far apart that the wrong one gives the wrong side.
  private mutating func race(into script: inout TapeScript) {
    contract.wander(&random)
    quote(at: max(contract.busyUntil + 1, time - any([1, 5, 50])), into: &script)
    let initiator = initiator()
    let jump = contract.spread + Int64.random(in: 1...6, using: &random)
    let away = initiator == .buyer ? jump : -jump
    if chance(333) {
      // The newer one is in force: same millisecond, lower sequence.
      contract.shift(by: -away)
      quote(at: time, into: &script)
      return trade(touch(initiator), [209], initiator, .race, into: &script)
    }
    // The older one is: the newer one is the print's consequence, and was faster.
    let price = touch(initiator)
    let isSameMillisecond = Bool.random(using: &random)
    trade(price, [209], initiator, .race, arrival: time + 4, into: &script)
    contract.shift(by: away)
    let moment = time + (isSameMillisecond ? 0 : Int64.random(in: 1...3, using: &random))
    quote(at: moment, into: &script)
  }

  private mutating func overtaken(into script: inout TapeScript) {
    contract.wander(&random)
    quote(at: max(contract.busyUntil + 1, time - any([1, 5, 50])), into: &script)
    let initiator = initiator()
    trade(touch(initiator), [209], initiator, .overtaken, arrival: time + 4, into: &script)
    for step in 0...1 as ClosedRange<Int64> {
      contract.shift(by: initiator == .buyer ? 2 : -2)
      quote(at: time + step, into: &script)
    }
  }

  // MARK: Where they cannot

  private mutating func crossed(into script: inout TapeScript) {
    contract.wander(&random)
    let above = Int64.random(in: 1...5, using: &random)
    let moment = max(contract.busyUntil + 1, time - any([0, 2, 40]))
    script.quote(contract, bid: contract.bid + above, ask: contract.bid, at: moment, arrival: moment)
    let price = contract.bid + Int64.random(in: -3...8, using: &random)
    trade(price, [209], initiator(), .crossed, into: &script)
    contract.quotedAt = nil
  }

  private mutating func withoutOffer(into script: inout TapeScript) {
    let moment = max(contract.busyUntil + 1, time - any([0, 2, 40]))
    let bid = Bool.random(using: &random) ? contract.bid : 0
    script.quote(contract, bid: bid, ask: 0, at: moment, arrival: moment)
    let price = contract.bid + Int64.random(in: -3...8, using: &random)
    trade(price, [209], initiator(), .missing, into: &script)
    contract.quotedAt = nil
  }

  private mutating func locked(into script: inout TapeScript) {
    contract.wander(&random)
    let moment = max(contract.busyUntil + 1, time - any([0, 2, 40]))
    script.quote(contract, bid: contract.bid, ask: contract.bid, at: moment, arrival: moment)
    trade(contract.bid, [209], initiator(), .locked, into: &script)
    contract.quotedAt = nil
  }

  /// A good quote and a price at it, which for such prints means nothing.
  private mutating func under(
    _ conditions: [Int], _ circumstance: TapeCircumstance, into script: inout TapeScript
  ) {
    meetQuote(into: &script)
    // Arranged anywhere near the quote.
    let price = contract.bid + Int64.random(in: -1...(contract.spread + 1), using: &random)
    trade(price, [any(conditions)], initiator(), circumstance, into: &script)
  }

  /// Brokers agree at the touch or somewhere on their customer's side of the middle, now and then in it.
  private mutating func floor(into script: inout TapeScript) {
    meetQuote(into: &script)
    let initiator = initiator()
    let price = improved(initiator, by: Int64.random(in: 0...(contract.spread / 2), using: &random))
    trade(price, [231], initiator, .floor, into: &script)
  }
}
