import MarketModel
import Testing

@testable import FlowEngine

/// Whatever call a detector fails in, what it gave out is whole.
@Suite struct DetectionFaultTests {
  /// In every call gives out a leg, then the detection it belongs to; from the fourth call on fails between the two.
  private struct Halves: Detector {
    static let id = DetectorID.block
    private var calls = 0

    private mutating func giveOut(into outputs: inout OutputBuffer) throws(DetectorFault) {
      calls += 1
      outputs.append(DetectionFaultTests.leg)
      if calls > 3 { throw DetectorFault(words: "a drill", value: 7) }
      outputs.append(DetectionFaultTests.detection)
    }

    mutating func see(
      _ seen: borrowing SeenPrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
    ) throws(DetectorFault) { try giveOut(into: &outputs) }
    mutating func takeBack(
      _ print: borrowing TapePrint, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
    ) throws(DetectorFault) { try giveOut(into: &outputs) }
    mutating func advance(
      to time: Timestamp, _ tape: borrowing PrintTape, into outputs: inout OutputBuffer
    ) throws(DetectorFault) { try giveOut(into: &outputs) }
    mutating func endDay(_ tape: borrowing PrintTape, into outputs: inout OutputBuffer) throws(DetectorFault) {
      try giveOut(into: &outputs)
    }
    mutating func forgetDay() { calls = 0 }
    func save(into snapshot: inout SnapshotBytes) {}
    mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {}
  }

  private static let id = DetectionID(rawValue: 1)
  private static let leg = FlowOutput.detectionLeg(DetectionLeg(detection: id, print: 1, instrument: EngineRun.call))
  private static let detection = FlowOutput.detection(
    Detection(
      id: id, kind: .block, state: .closed, side: .buy, effect: .unknown, instrument: EngineRun.call,
      underlying: EngineRun.stock, contractCount: 1, confidencePermille: 0, firstTime: .none, lastTime: .none,
      firstPrint: 1, lastPrint: 1, prints: 1, size: 1, premiumMicros: 1, netDeltaNanos: 0, underlyingPrice: .zero,
      factors: ConfidenceFactors()))

  private static let print = TapePrint(
    number: 1, time: .none, price: .zero, premiumMicros: 0, netDeltaNanos: 0, instrument: EngineRun.call, size: 1,
    previousDistance: 0, venue: VenueID(300), flags: [], side: .buy, method: .atOrAboveAsk, isVoid: false)

  @Test func theCallThatFailsHasSaidNothing() {
    let tape = PrintTape(capacity: 1)
    let calls: [DetectorNews] = [.takenBack(Self.print), .time(EngineRun.start), .endOfDay]
    for failing in calls {
      var guarded = GuardedDetector(Halves(), off: [])
      // Somebody else's output stands before it.
      var outputs = OutputBuffer(capacity: 1)
      outputs.append(Self.detection)
      for call in calls { guarded.tell(call, tape, into: &outputs) }
      let whole = [Self.detection] + [Self.leg, Self.detection, Self.leg, Self.detection, Self.leg, Self.detection]
      var said = Array(outputs.outputs)
      #expect(said == whole)
      var status = guarded.status
      #expect(status.fault == nil)
      guarded.tell(failing, tape, into: &outputs)
      said = Array(outputs.outputs)
      #expect(said == whole)
      status = guarded.status
      #expect(status.fault == "a drill; seen 7")
      // Out of service: not even asked.
      guarded.tell(failing, tape, into: &outputs)
      status = guarded.status
      said = Array(outputs.outputs)
      #expect(said == whole && status.faults == 1)
      guarded.forgetDay()
      guarded.tell(failing, tape, into: &outputs)
      let after = Array(outputs.outputs)
      #expect(after == whole + [Self.leg, Self.detection])
    }
  }

  /// A print, too.
  @Test func thePrintThatFailsHasSaidNothing() throws {
    let run = EngineRun()
    run.feed(quote(0, 100, 110), trade(10, 110))
    let labeled = try #require(run.outputs.prints.first)
    let tape = PrintTape(capacity: 1)
    var guarded = GuardedDetector(Halves(), off: [])
    var outputs = OutputBuffer(capacity: 1)
    let contract = ContractState()
    withUnsafePointer(to: labeled) { labeled in
      withUnsafePointer(to: contract) { contract in
        let seen = SeenPrint(
          labeled, contract: contract, sums: nil, session: MarketDate(daysSinceEpoch: 1), time: EngineRun.start,
          countsVolume: true)
        for _ in 0..<4 { guarded.tell(.print(seen), tape, into: &outputs) }
      }
    }
    let (said, fault) = (outputs.count, guarded.fault)
    #expect(said == 6)
    #expect(fault != nil)
  }
}
