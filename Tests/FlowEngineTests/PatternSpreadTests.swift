import MarketModel
import Testing

@testable import FlowEngine

@Suite struct PatternSpreadTests {
  typealias Leg = (instrument: InstrumentID, size: UInt32, cents: Int64)

  private static func run(
    _ legs: [Leg], conditions: [[Int]] = [[232]], venues: [UInt16] = [302], milliseconds: [Int64] = [0]
  ) -> EngineRun {
    let run = PatternRun.make()
    run.feed(PatternRun.quotes())
    for (i, leg) in legs.enumerated() {
      run.feed(
        trade(
          1000 + milliseconds[i % milliseconds.count], leg.cents, size: leg.size, leg.instrument,
          venue: venues[i % venues.count], conditions: conditions[i % conditions.count]))
    }
    run.feed(clock(5000))
    return run
  }

  private static let (call, put) = (EngineRun.call, EngineRun.put)
  private static let (call570, call574, put570) = (PatternRun.call570, PatternRun.call574, PatternRun.put570)
  private static let (later572, later570, put574) = (
    PatternRun.laterCall572, PatternRun.laterCall570, PatternRun.put574
  )

  @Test(
    arguments: [
      ([(call, 10, 305), (call574, 10, 305)], .verticalSpread),
      ([(put, 10, 305), (put570, 4, 305), (put570, 6, 305)], .verticalSpread),
      ([(call, 10, 305), (put, 10, 305)], .straddle),
      // Both at the ask, or in between: bought together. Apart: one pays for the other.
      ([(call574, 10, 310), (put570, 10, 310)], .strangle),
      ([(call574, 10, 305), (put570, 10, 305)], .strangle),
      ([(call574, 10, 310), (put570, 10, 300)], .riskReversal),
      ([(call, 10, 310), (put, 10, 300)], .otherSpread),
      ([(call570, 5, 305), (call, 10, 305), (call574, 5, 305)], .butterfly),
      ([(put570, 5, 305), (put, 5, 305), (call, 5, 305), (call574, 5, 305)], .butterfly),
      ([(call, 7, 305), (later572, 7, 305)], .calendarSpread),
      ([(call, 7, 305), (later570, 7, 305)], .otherSpread),
      ([(call, 10, 305), (call574, 20, 305)], .otherSpread),
      ([(call570, 5, 305), (call, 5, 305), (call574, 5, 305)], .otherSpread),
      ([(call, 10, 305), (later570, 10, 305), (put570, 10, 305)], .otherSpread),
    ] as [([Leg], DetectionKind)])
  func markedLegsAreNamed(_ legs: [Leg], _ kind: DetectionKind) {
    let outputs = Self.run(legs).outputs
    let finds = outputs.finds(of: .multiLeg)
    #expect(finds.map(\.kind) == [kind])
    #expect(finds.first?.state == .closed)
    #expect(finds.first?.side == .unknown)
    #expect(finds.first?.prints == Int64(legs.count))
    #expect(finds.first?.size == legs.reduce(0) { $0 + Int64($1.size) })
    #expect(finds.first.map { Int($0.contractCount) } == Set(legs.map(\.instrument)).count)
    #expect(outputs.legNumbers(of: finds.first?.id) == Array(1...Int64(legs.count)))
    #expect((finds.first?.confidencePermille ?? 0) >= 650)
  }

  @Test func tiedToStockCountsAsMarked() {
    let outputs = Self.run([(Self.call574, 10, 305), (Self.put570, 10, 305)], conditions: [[240]]).outputs
    #expect(outputs.finds(of: .multiLeg).map(\.kind) == [.strangle])
  }

  @Test func whatDoesNotBelongTogether() {
    let pair: [Leg] = [(Self.call, 10, 305), (Self.call574, 10, 305)]
    for run in [
      Self.run([pair[0]]), Self.run([pair[0], pair[0]]), Self.run(pair, conditions: [[232], [233]]),
      Self.run(pair, venues: [302, 303]), Self.run(pair, milliseconds: [0, 6]),
      Self.run(pair, conditions: [[232], [209]]), Self.run(pair, conditions: [[204]]),
    ] { #expect(run.outputs.finds(of: .multiLeg).isEmpty) }
    #expect(Self.run(pair, milliseconds: [0, 5]).outputs.finds(of: .multiLeg).count == 1)
  }

  /// Two orders of the same moment are told apart by their sizes.
  @Test func twoAtOnce() {
    let run = Self.run([
      (Self.call, 10, 305), (Self.put570, 7, 305), (Self.call574, 10, 305), (Self.put, 7, 305),
    ])
    let finds = run.outputs.finds(of: .multiLeg)
    #expect(finds.map(\.kind) == [.verticalSpread, .verticalSpread])
    #expect(finds.map { run.outputs.legNumbers(of: $0.id) } == [[1, 3], [2, 4]])
  }

  /// Nothing marks them: sides, sizes, moment and neighbourhood must all agree.
  @Test(
    arguments: [
      ([(call, 10, 310), (call574, 10, 300)], .verticalSpread, .buy),
      ([(call, 10, 290), (call574, 10, 320)], .verticalSpread, .buy),
      ([(call, 10, 310), (put, 10, 310)], .straddle, .buy),
      ([(call574, 10, 300), (put570, 10, 300)], .strangle, .sell),
      ([(call574, 10, 310), (put570, 10, 295)], .riskReversal, .buy),
      ([(call, 10, 310), (later572, 10, 295)], .calendarSpread, .buy),
      ([(call, 10, 310), (call574, 10, 310)], nil, .unknown),
      ([(call, 9, 310), (call574, 9, 300)], nil, .unknown),
      ([(call, 10, 310), (call574, 11, 300)], nil, .unknown),
      ([(call, 10, 310), (call574, 10, 305)], nil, .unknown),
      ([(call, 10, 310), (later570, 10, 300)], nil, .unknown),
    ] as [([Leg], DetectionKind?, AggressorSide)])
  func unmarkedLegs(_ legs: [Leg], _ kind: DetectionKind?, _ side: AggressorSide) {
    let finds = Self.run(legs, conditions: [[209]]).outputs.finds(of: .multiLeg)
    #expect(finds.map(\.kind) == (kind.map { [$0] } ?? []))
    #expect((finds.first?.side ?? .unknown) == side)
    #expect(finds.allSatisfy { $0.confidencePermille < 650 })
  }

  @Test func unmarkedLegsApart() {
    let pair: [Leg] = [(Self.call, 10, 310), (Self.call574, 10, 300)]
    #expect(Self.run(pair, conditions: [[209]], milliseconds: [0, 1]).outputs.finds(of: .multiLeg).count == 1)
    for run in [
      Self.run(pair, conditions: [[209]], milliseconds: [0, 2]), Self.run(pair, conditions: [[219]]),
      Self.run(pair, conditions: [[227]]), Self.run(pair, conditions: [[209]], venues: [302, 303]),
    ] { #expect(run.outputs.finds(of: .multiLeg).isEmpty) }
    let crowd = Array(repeating: (instrument: Self.put570, size: UInt32(1), cents: Int64(305)), count: 5)
    let between = Self.run([pair[0]] + crowd + [pair[1]], conditions: [[209]])
    #expect(between.outputs.finds(of: .multiLeg).isEmpty)
  }

  @Test func aLegTakenBackWithdraws() {
    let run = Self.run([(Self.call, 10, 305), (Self.call574, 10, 305)])
    run.feed(PatternRun.cancel(6000, size: 10, Self.call574, cents: 305))
    let find = run.outputs.finds(of: .multiLeg).first
    #expect(find?.state == .withdrawn)
    #expect(find?.prints == 1)
    #expect(run.outputs.legNumbers(of: find?.id) == [1])
  }

  @Test func aLegTakenBackBeforeItIsLookedAt() {
    let run = PatternRun.make()
    run.feed(PatternRun.quotes())
    run.feed(
      trade(1000, 305, size: 10, Self.call, conditions: [232]),
      trade(1000, 305, size: 10, Self.call574, conditions: [232]), PatternRun.cancel(1001, size: 10, cents: 305),
      clock(5000))
    #expect(run.outputs.finds(of: .multiLeg).isEmpty)
  }

  @Test func theEndOfTheSourceSettles() {
    let run = PatternRun.make()
    run.feed(
      trade(1000, 305, size: 10, Self.call, conditions: [232]),
      trade(1000, 305, size: 10, Self.put, conditions: [232]))
    #expect(run.outputs.finds(of: .multiLeg).isEmpty)
    run.feed(.incident(FeedIncident(kind: .ended, time: EngineRun.start.adding(nanoseconds: 1_001_000_000))))
    #expect(run.outputs.finds(of: .multiLeg).map(\.kind) == [.straddle])
  }
}
