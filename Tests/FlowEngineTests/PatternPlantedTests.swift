import MarketModel
import Testing

@testable import FlowEngine

/// How many planted spreads are found, and how many finds were planted.
@Suite struct PatternPlantedTests {
  struct Score: CustomStringConvertible {
    var planted = 0
    var found = 0
    var alarms = 0
    var recall: Double { planted == 0 ? 1 : Double(found) / Double(planted) }
    var precision: Double { found + alarms == 0 ? 1 : Double(found) / Double(found + alarms) }
    var description: String { "\(planted) planted, \(found) found, \(alarms) false" }
  }

  /// A find counts when kind and legs are right.
  static func scores(prints: Int, spreads: Int, seed: UInt64) -> [String: Score] {
    let run = EngineRun(FlowConfiguration(detectors: DetectorRules()), more: PatternPlantedTape.symbols)
    let tape = PatternPlantedTape(prints: prints, spreads: spreads, seed: seed)
    run.feed(tape.events, batches: 4096)
    var legs: [DetectionID: [Int64]] = [:]
    for case .detectionLeg(let leg) in run.outputs { legs[leg.detection, default: []].append(leg.print) }
    let finds = run.outputs.finds(of: .multiLeg)
    let planted = Dictionary(uniqueKeysWithValues: tape.planted.map { ($0.legs, $0) })
    var scores: [String: Score] = [:]
    for spread in tape.planted {
      scores["\(spread.kind)", default: Score()].planted += 1
      scores[spread.isMarked ? "marked" : "unmarked", default: Score()].planted += 1
    }
    for find in finds {
      let isMarked = find.factors[0].value > 0
      let isRight = planted[(legs[find.id] ?? []).sorted()]?.kind == find.kind
      for row in ["\(find.kind)", isMarked ? "marked" : "unmarked"] {
        if isRight { scores[row, default: Score()].found += 1 } else { scores[row, default: Score()].alarms += 1 }
      }
    }
    return scores
  }

  @Test func plantedSpreadsAreFound() {
    let scores = Self.scores(prints: 60_000, spreads: 500, seed: 1)
    for (row, score) in scores.sorted(by: { $0.key < $1.key }) where score.planted > 0 {
      #expect(score.precision >= 0.9, "\(row): \(score)")
      #expect(score.recall >= 0.9, "\(row): \(score)")
    }
    #expect(scores["marked"]?.planted ?? 0 > 200)
    #expect(scores["unmarked"]?.planted ?? 0 > 200)
  }

  /// Prints that have nothing to do with each other make next to no spreads.
  @Test func noiseIsNoSpread() {
    let run = EngineRun(FlowConfiguration(detectors: DetectorRules()), more: PatternPlantedTape.symbols)
    let tape = PatternPlantedTape(prints: 60_000, spreads: 1, seed: 2)
    run.feed(tape.events, batches: 4096)
    #expect(run.outputs.finds(of: .multiLeg).count <= 4)
  }
}
