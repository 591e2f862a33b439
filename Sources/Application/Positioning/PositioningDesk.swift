import FlowEngine
import MarketModel
import Positioning
import Server

/// Works out a board from each snapshot of the engine. Knows no thread and no clock.
struct PositioningDesk {
  /// What one round did.
  struct Round {
    var underlyings = 0
    var contracts = 0
    /// Underlyings for which there was no time.
    var skipped = 0
    var crossings: [LevelCrossing] = []
  }

  /// What is remembered of an underlying between rounds.
  private struct Memory {
    var watch: LevelWatch
    /// Newest first.
    var crossings: [LevelCrossing] = []
    /// The round that worked it out last.
    var round: Int64 = 0
  }

  private let greeks: GreeksRule
  private let rule: PositioningRule
  private var facts: ContractFactsTable
  private var memory: [InstrumentID: Memory] = [:]
  private(set) var board = PositioningBoard()
  private var lastCounters = FlowCounters()
  private var lastTime = Timestamp.none
  private var lastSession: MarketDate?
  private var hasSkipped = false

  init(instruments: InstrumentTable, greeks: GreeksRule, rule: PositioningRule = PositioningRule()) {
    facts = ContractFactsTable(instruments)
    self.greeks = greeks
    self.rule = rule
  }

  /// - Parameters:
  ///   - snapshot: of scope `withOpenInterest`.
  ///   - captured: when it was asked for, on a clock that never goes back.
  ///   - isOverdue: whether the round has taken its time; the first underlying is worked out all the same.
  mutating func look(at snapshot: FlowSnapshot, captured: Int64, isOverdue: () -> Bool) -> Round {
    facts.grow()
    var round = Round()
    board.rounds += 1
    defer {
      lastTime = snapshot.streamTime
      lastSession = snapshot.session
      lastCounters = snapshot.counters
      hasSkipped = round.skipped > 0
    }
    guard hasSkipped || board.rounds == 1 || snapshot.streamTime != lastTime || snapshot.counters != lastCounters else {
      // Nothing has happened: what was worked out is as it is now.
      for id in board.underlyings.keys { board.underlyings[id]?.capturedNanoseconds = captured }
      return round
    }
    if snapshot.session != lastSession || snapshot.counters.restarts != lastCounters.restarts {
      // What was sampled and crossed is of another day, or of a time that has not come yet.
      memory = [:]
      for id in board.underlyings.keys {
        board.underlyings[id]?.history = GammaHistory()
        board.underlyings[id]?.crossings = []
      }
    }
    let chains = chains(of: snapshot)
    let candidates = candidates(snapshot, chains)
    forgetOthers(candidates)
    for underlying in candidates {
      if round.underlyings > 0, isOverdue() {
        round.skipped += 1
        continue
      }
      let positions = chains[underlying.instrument] ?? []
      workOut(underlying, positions, snapshot, captured, &round)
      round.underlyings += 1
      round.contracts += positions.count
    }
    return round
  }

  private mutating func workOut(
    _ underlying: UnderlyingSnapshot, _ positions: [Int32], _ snapshot: FlowSnapshot, _ captured: Int64,
    _ round: inout Round
  ) {
    let contracts = positions.map { position in
      let contract = snapshot.contracts[Int(position)]
      return (contract, facts[contract.instrument])
    }
    let reading = ChainReading(underlying, contracts, at: snapshot.streamTime, greeks)
    let report = PositioningReport(reading.input, rule: rule)
    var known = memory[underlying.instrument] ?? Memory(watch: LevelWatch(underlying: underlying.instrument))
    let crossed = known.watch.look(
      at: snapshot.streamTime, spot: report.spot.map { Price(rounding: $0) },
      report.levels(.openInterest, from: snapshot.session))
    known.crossings = Array((crossed + known.crossings).prefix(Limits.shownCrossings))
    known.round = board.rounds
    memory[underlying.instrument] = known
    round.crossings += crossed
    var history = board.underlyings[underlying.instrument]?.history ?? GammaHistory()
    history.note(report)
    board.underlyings[underlying.instrument] = UnderlyingPositioning(
      report: report, session: snapshot.session, spot: reading.spot, inputs: reading.inputs,
      crossings: known.crossings, history: history, capturedNanoseconds: captured)
  }

  /// Positions in `snapshot.contracts` of each underlying's options that say something: open interest or prints.
  private func chains(of snapshot: FlowSnapshot) -> [InstrumentID: [Int32]] {
    var chains: [InstrumentID: [Int32]] = [:]
    var speaking: Set<InstrumentID> = []
    for (position, contract) in snapshot.contracts.enumerated() {
      let facts = facts[contract.instrument]
      guard facts.isOption else { continue }
      chains[facts.underlying, default: []].append(Int32(position))
      if contract.trades > 0 || contract.openInterest != ContractReference.unknown { speaking.insert(facts.underlying) }
    }
    return chains.filter { speaking.contains($0.key) }
  }

  /// Who waited longest comes first; of those, who traded most.
  private func candidates(
    _ snapshot: FlowSnapshot, _ chains: [InstrumentID: [Int32]]
  ) -> [UnderlyingSnapshot] {
    func premium(_ underlying: UnderlyingSnapshot) -> Int64 {
      underlying.callPremiumMicros &+ underlying.putPremiumMicros
    }
    func lastRound(_ underlying: UnderlyingSnapshot) -> Int64 { memory[underlying.instrument]?.round ?? 0 }
    return snapshot.underlyings.filter { chains[$0.instrument] != nil }.sorted { a, b in
      if lastRound(a) != lastRound(b) { return lastRound(a) < lastRound(b) }
      if premium(a) != premium(b) { return premium(a) > premium(b) }
      return a.instrument < b.instrument
    }
  }

  /// A new day, or a stream that begins again, knows other underlyings.
  private mutating func forgetOthers(_ candidates: [UnderlyingSnapshot]) {
    let ids = Set(candidates.map(\.instrument))
    memory = memory.filter { ids.contains($0.key) }
    board.underlyings = board.underlyings.filter { ids.contains($0.key) }
  }
}
