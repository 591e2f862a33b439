import MarketModel

@testable import FlowEngine

/// What was found of what was planted, by kind.
struct PlantedScore {
  struct Row {
    var kind: DetectionKind
    var planted = 0
    var nearMisses = 0
    /// Detections of the kind that stand.
    var found = 0
    /// Those that are something planted.
    var right = 0

    var precision: Double { found == 0 ? 0 : Double(right) / Double(found) }
    var recall: Double { planted == 0 ? 0 : Double(right) / Double(planted) }
  }

  private(set) var rows: [Row] = []

  /// Plays the tape through an engine of the product's configuration.
  init(_ tape: PlantedTape, _ market: PlantedMarket, kinds: [DetectionKind]) {
    var engine = FlowEngine(instruments: market.instruments)
    var outputs = OutputBuffer()
    var detections: [DetectionID: Detection] = [:]
    var legs: [DetectionID: Set<Int64>] = [:]
    for event in tape.events + [.incident(FeedIncident(kind: .ended, time: .none))] {
      engine.process(event, into: &outputs)
      for output in outputs.outputs {
        switch output {
        case .detection(let detection): detections[detection.id] = detection
        case .detectionLeg(let leg): legs[leg.detection, default: []].insert(leg.print)
        default: break
        }
      }
      outputs.removeAll()
    }
    rows = kinds.map { kind in
      let found = detections.values.filter { $0.kind == kind && $0.state != .withdrawn }
      return PlantedScore.row(kind, tape.planted.filter { $0.event.kind == kind }, found.map { legs[$0.id] ?? [] })
    }
  }

  /// A find is right when it holds all prints of something planted, and of others at most half as many; nothing is found twice.
  private static func row(
    _ kind: DetectionKind, _ planted: [PlantedTape.Planted], _ found: [Set<Int64>]
  ) -> Row {
    var row = Row(kind: kind)
    row.found = found.count
    var holders: [Int64: [Int]] = [:]
    for (index, legs) in found.enumerated() { for leg in legs { holders[leg, default: []].append(index) } }
    var taken: Set<Int> = []
    for one in planted {
      if one.event.isNearMiss {
        row.nearMisses += 1
        continue
      }
      row.planted += 1
      let holder = one.numbers.min().flatMap { holders[$0] }?.first { index in
        !taken.contains(index) && found[index].isSuperset(of: one.numbers)
          && found[index].count * 2 <= one.numbers.count * 3
      }
      if let holder {
        taken.insert(holder)
        row.right += 1
      }
    }
    return row
  }

  var table: String {
    let head = "| kind | planted | near misses | found | right | precision | recall |\n|---|---|---|---|---|---|---|"
    func share(_ value: Double) -> String { String(Double(Int((value * 10_000).rounded())) / 10_000) }
    return rows.reduce(head) { text, row in
      text
        + "\n| \(row.kind) | \(row.planted) | \(row.nearMisses) | \(row.found) | \(row.right) | \(share(row.precision)) | \(share(row.recall)) |"
    }
  }
}
