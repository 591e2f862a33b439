import Feeds
import MarketModel

/// An invented session of options whose prints' initiators are known: for measuring how well sides are told.
///
/// Buyers and sellers come to markets that the tape's inventor keeps; what they do there, and under which circumstances it is
/// seen, is drawn from the seed. Nothing here knows how sides are inferred. The order of events is that of their arrival: quotes
/// and prints travel on separate lines. Times have whole milliseconds, as the vendor's socket has them.
public struct AggressorTape {
  /// Rounds of one session: a feed is lost at the end of each, and what is to be stale is left alone for most of one.
  public static let rounds = 60
  /// Fewest prints: of each circumstance some in each round.
  public static let leastPrints = 10_000
  static let roundMilliseconds: Int64 = 390_000

  /// Parts in a hundred of the prints.
  private static let shares: KeyValuePairs<TapeCircumstance, Int> = [
    .fresh: 62, .race: 12, .overtaken: 2, .stale: 4, .crossed: 3, .missing: 3, .lost: 3, .locked: 1, .late: 2,
    .cross: 2, .multiLeg: 3, .stockTied: 1, .offMarket: 1, .floor: 1,
  ]

  /// Of the round that `next()` made.
  public private(set) var events: [MarketEvent] = []
  /// Its prints, in the order in which they stand in `events`.
  public private(set) var known: [KnownPrint] = []

  private let start: Timestamp
  private let prints: Int
  private var round = 0
  private var made = 0
  private var script: TapeScript
  private var random: SplitMix64

  // Contracts of each are left alone by the others.
  private var quoted: ContractPool
  private var stale: ContractPool
  private var neverQuoted: ContractPool
  private var lost: ContractPool

  /// - Parameters:
  ///   - prints: at least `leastPrints`.
  ///   - instruments: where the contracts are interned.
  public init(prints: Int, seed: UInt64, instruments: InstrumentTable) {
    precondition(
      prints >= AggressorTape.leastPrints, "AggressorTape: \(prints) prints, wanted \(AggressorTape.leastPrints)")
    guard let day = MarketDate(year: 2025, month: 12, day: 16) else {
      preconditionFailure("AggressorTape: 2025-12-16 is a day")
    }
    let start = Timestamp(newYork: day, hour: 9, minute: 30)
    var random = SplitMix64(seed: seed)
    self.start = start
    self.prints = prints
    script = TapeScript(start: start)
    quoted = ContractPool("SPY", 120, instruments, &random)
    stale = ContractPool("QQQ", 24, instruments, &random)
    neverQuoted = ContractPool("AAPL", 12, instruments, &random)
    lost = ContractPool("NVDA", 24, instruments, &random)
    self.random = random
  }

  /// Makes the next round; the one before is forgotten.
  /// - Returns: false when the session is over.
  public mutating func next() -> Bool {
    guard round < AggressorTape.rounds else { return false }
    let count = prints * (round + 1) / AggressorTape.rounds - made
    made += count
    makeRound(count)
    round += 1
    script.give(&events, &known)
    return true
  }

  // MARK: Rounds

  private mutating func makeRound(_ count: Int) {
    let begin = Int64(round) * AggressorTape.roundMilliseconds
    let end = begin + AggressorTape.roundMilliseconds
    var counts: [TapeCircumstance: Int] = [:]
    for (circumstance, share) in AggressorTape.shares { counts[circumstance] = count * share / 100 }
    // Nothing was lost before the first round.
    if round == 0 { counts[.lost] = 0 }
    makeLost(counts[.lost] ?? 0, begin)
    makeStale(counts[.stale] ?? 0, begin)
    makeScenes(counts, count, begin)
    lost.quoteAll(from: end - 9_000, &random, into: &script)
    lose(at: end - 2)
  }

  /// The feed is lost and comes back; no quote from before is good any more.
  private mutating func lose(at time: Int64) {
    script.add(.incident(FeedIncident(kind: .disconnected, time: script.time(time))), arrival: time)
    script.add(.incident(FeedIncident(kind: .connected, time: script.time(time + 1))), arrival: time + 1)
    script.add(.clock(script.time(time + 1)), arrival: time + 1)
    for index in quoted.contracts.indices { quoted.contracts[index].quotedAt = nil }
  }

  /// Prints that rest on nothing but what was quoted before the loss.
  private mutating func makeLost(_ count: Int, _ begin: Int64) {
    for place in 0..<count {
      let contract = lost.contracts[place % lost.contracts.count]
      trade(contract, at: begin + Int64.random(in: 0..<60_000, using: &random), .lost)
    }
  }

  /// Quotes at the round's beginning, and prints from five minutes and a millisecond later on.
  private mutating func makeStale(_ count: Int, _ begin: Int64) {
    let limit: Int64 = 300_000
    stale.quoteAll(from: begin, &random, into: &script)
    for place in 0..<count {
      let contract = stale.contracts[place % stale.contracts.count]
      let age = place < stale.contracts.count ? limit + 1 : limit + Int64.random(in: 1..<80_000, using: &random)
      trade(contract, at: (contract.quotedAt ?? begin) + age, .stale)
    }
  }

  /// Everything that happens on contracts which are quoted all the time.
  private mutating func makeScenes(_ counts: [TapeCircumstance: Int], _ count: Int, _ begin: Int64) {
    let others: Set<TapeCircumstance> = [.fresh, .stale, .lost]
    var circumstances: [TapeCircumstance] = []
    for (circumstance, _) in AggressorTape.shares where !others.contains(circumstance) {
      circumstances += Array(repeating: circumstance, count: counts[circumstance] ?? 0)
    }
    let elsewhere = (counts[.stale] ?? 0) + (counts[.lost] ?? 0)
    circumstances += Array(repeating: .fresh, count: count - elsewhere - circumstances.count)
    circumstances.shuffle(using: &random)
    let times = circumstances.indices.map { _ in Int64.random(in: 2_000..<380_000, using: &random) }.sorted()
    for (time, circumstance) in zip(times, circumstances) { makeScene(circumstance, at: begin + time) }
  }

  private mutating func makeScene(_ circumstance: TapeCircumstance, at time: Int64) {
    if circumstance == .missing, Bool.random(using: &random) {
      trade(neverQuoted.contracts[neverQuoted.next(at: time)], at: time, .missing)
      return
    }
    let place = quoted.next(at: time)
    var scene = TapeScene(contract: quoted.contracts[place], time: time, random: random)
    scene.play(circumstance, into: &script)
    quoted.contracts[place] = scene.contract
    random = scene.random
  }

  /// A print somewhere near where the contract was last quoted: the market has gone on.
  private mutating func trade(_ contract: QuotedContract, at time: Int64, _ circumstance: TapeCircumstance) {
    let price = contract.bid + Int64.random(in: -12...12, using: &random)
    script.trade(
      contract, price: price, conditions: [209], at: time, arrival: time,
      Bool.random(using: &random) ? .buyer : .seller,
      circumstance, size: UInt32.random(in: 1...20, using: &random))
  }
}
