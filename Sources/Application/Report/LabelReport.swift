import FlowEngine
import JSONText
import MarketModel
import Simulator

/// `marketflow report labels`: a tape whose initiators are known through an engine, and what it said of them.
struct LabelReport {
  let prints: Int
  let seed: UInt64
  /// Of the product, and of the benchmark's rules to the letter, which guess where the product does not.
  let product: LabelAccuracy
  let reference: LabelAccuracy

  var holds: Bool { product.holds }

  /// - Parameters:
  ///   - prints: at least `AggressorTape.leastPrints`.
  ///   - progress: told how many prints of how many are done.
  init(prints: Int, seed: UInt64, progress: (Int, Int) -> Void = { _, _ in }) {
    self.prints = prints
    self.seed = seed
    product = LabelReport.play(.product, prints: prints, seed: seed, progress: { progress($0, 2 * prints) })
    reference = LabelReport.play(
      FlowConfiguration(profile: .reference), prints: prints, seed: seed,
      progress: { progress(prints + $0, 2 * prints) })
  }

  /// - Parameter change: what is done to labels before they are looked at, for tests.
  static func play(
    _ configuration: FlowConfiguration, prints: Int, seed: UInt64, progress: (Int) -> Void = { _ in },
    change: (inout LabeledPrint, KnownPrint) -> Void = { _, _ in }
  ) -> LabelAccuracy {
    let instruments = InstrumentTable(capacity: 1 << 12)
    var tape = AggressorTape(prints: prints, seed: seed, instruments: instruments)
    var engine = FlowEngine(configuration: configuration, instruments: instruments)
    var outputs = OutputBuffer()
    var accuracy = LabelAccuracy()
    var done = 0
    while tape.next() {
      tape.events.withUnsafeBufferPointer { engine.process($0, into: &outputs) }
      // Prints come out in the order of their trades; some rules leave some out.
      var next = 0
      for case .print(var print) in outputs.outputs {
        while tape.known[next].sequence != print.trade.sequence {
          accuracy.leaveOut()
          next += 1
        }
        change(&print, tape.known[next])
        accuracy.add(print, tape.known[next])
        next += 1
      }
      for _ in next..<tape.known.count { accuracy.leaveOut() }
      outputs.removeAll()
      done += tape.known.count
      progress(done)
    }
    return accuracy
  }
}

extension LabelReport {
  /// Tables for a terminal.
  var text: String {
    let all = product.tellable
    var lines = [
      "Sides of \(prints) invented prints whose initiator is known (seed \(seed)), rules of the product.",
      "Where the side can be told: \(Percent.text(all.rightShare)) right, "
        + "\(Percent.text(all.unknownShare)) unknown. Where it cannot: \(product.guesses) guesses in \(product.untellable).",
      "",
      LabelReport.circumstances(product), "",
      LabelReport.table("side method", LabelMethod.allCases.map { ($0.name, product.byMethod[$0]) }), "",
      LabelReport.table(
        "quote age (fresh, race)", QuoteAge.allCases.map { ($0.name, product.byQuoteAge[$0]) }), "",
      "The reference profile, which follows the published benchmark rules to the letter and is not judged here:",
      "\(Percent.text(reference.tellable.rightShare)) right where the side can be told, \(reference.guesses) guesses in "
        + "\(reference.untellable) where it cannot, \(reference.leftOut) prints left out.",
      "", holds ? "holds" : "does not hold",
    ]
    if product.leftOut > 0 { lines.append("\(product.leftOut) prints are missing from the engine's output") }
    return lines.joined(separator: "\n")
  }

  private static func circumstances(_ accuracy: LabelAccuracy) -> String {
    var table = TextTable(["circumstance", "prints", "right", "mid", "wrong", "unknown", "wanted", ""])
    for circumstance in TapeCircumstance.allCases {
      let counts = accuracy.byCircumstance[circumstance] ?? LabelCounts()
      let demand = circumstance.demand
      table.add([circumstance.rawValue] + cells(counts) + [demand.words, demand.holds(counts) ? "holds" : "FAILS"])
    }
    return table.text
  }

  private static func table(_ title: String, _ rows: [(name: String, counts: LabelCounts?)]) -> String {
    var table = TextTable([title, "prints", "right", "mid", "wrong", "unknown"])
    for row in rows { if let counts = row.counts { table.add([row.name] + cells(counts)) } }
    return table.text
  }

  private static func cells(_ counts: LabelCounts) -> [String] {
    // Of prints without a side nothing is right or wrong.
    let right = counts.guesses == 0 ? "-" : Percent.text(counts.rightShare)
    return ["\(counts.prints)", right, "\(counts.mid)", "\(counts.wrong)", "\(counts.unknown)"]
  }

  /// Shares from 0 to 1.
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("prints", prints)
      json.field("seed", seed)
      json.field("holds", holds)
      json.key("product")
      product.write(to: &json, judged: true)
      json.key("reference")
      reference.write(to: &json, judged: false)
    }
  }
}

extension LabelAccuracy {
  fileprivate func write(to json: inout JSONWriter, judged: Bool) {
    json.object { json in
      json.field("right_share", tellable.rightShare)
      json.field("unknown_share", tellable.unknownShare)
      json.field("guesses", guesses)
      json.field("untellable", untellable)
      json.field("left_out", leftOut)
      json.field(
        "by_circumstance",
        array: { json in
          for circumstance in TapeCircumstance.allCases {
            let counts = byCircumstance[circumstance] ?? LabelCounts()
            json.object { json in
              counts.write(named: circumstance.rawValue, to: &json)
              guard judged else { return }
              json.field("wanted", circumstance.demand.words)
              json.field("holds", circumstance.demand.holds(counts))
            }
          }
        })
      json.field(
        "by_method",
        array: { json in
          for method in LabelMethod.allCases {
            if let counts = byMethod[method] { json.object { counts.write(named: method.name, to: &$0) } }
          }
        })
      json.field(
        "by_quote_age",
        array: { json in
          for age in QuoteAge.allCases {
            if let counts = byQuoteAge[age] { json.object { counts.write(named: age.name, to: &$0) } }
          }
        })
    }
  }
}

extension LabelCounts {
  fileprivate func write(named name: String, to json: inout JSONWriter) {
    json.field("name", name)
    json.field("prints", prints)
    json.field("right", right)
    json.field("mid", mid)
    json.field("wrong", wrong)
    json.field("unknown", unknown)
    json.field("right_share", rightShare)
  }
}
