import FlowEngine
import Foundation
import JSONText
import MarketModel
import Simulator
import Testing

@testable import Application

/// The measure of labels holds for the product, and fails as soon as labels are wrong.
@Suite struct LabelReportTests {
  private static let prints = 20_000

  private func play(
    _ configuration: FlowConfiguration = .product, change: (inout LabeledPrint, KnownPrint) -> Void = { _, _ in }
  ) -> LabelAccuracy {
    LabelReport.play(configuration, prints: Self.prints, seed: 7, change: change)
  }

  @Test func theProductIsRightWhereItCanBeAndSilentWhereItCannot() {
    let accuracy = play()
    #expect(accuracy.holds)
    #expect(accuracy.tellable.rightShare >= 0.99 && accuracy.tellable.rightShare < 1)
    #expect(accuracy.guesses == 0 && accuracy.untellable > 4_000)
    #expect(accuracy.byCircumstance.values.reduce(0) { $0 + $1.prints } == Int64(Self.prints))
    #expect(accuracy.byMethod.values.reduce(0) { $0 + $1.prints } == Int64(Self.prints))
    #expect(accuracy.byQuoteAge.values.reduce(0) { $0 + $1.prints } == accuracy.tellable.prints)
    let reasons: [TapeCircumstance: Set<LabelMethod>] = [
      .stale: [.staleQuote], .crossed: [.crossedQuote], .missing: [.noQuote], .lost: [.noQuote],
      .overtaken: [.noQuote], .late: [.lateOrOutOfSequence], .cross: [.cross], .stockTied: [.stockTied],
    ]
    var seen: [TapeCircumstance: Set<LabelMethod>] = [:]
    _ = play { print, known in seen[known.circumstance, default: []].insert(print.method) }
    for (circumstance, methods) in reasons { #expect(seen[circumstance] == methods, "\(circumstance)") }
  }

  @Test func everySeedHolds() {
    for seed in 1...5 as ClosedRange<UInt64> {
      #expect(LabelReport.play(.product, prints: Self.prints, seed: seed).holds, "seed \(seed)")
    }
  }

  @Test func twoInAHundredWrongSidesAreSeen() {
    var count = 0
    let accuracy = play { print, known in
      guard known.circumstance == .fresh else { return }
      count += 1
      if count % 50 == 0 { print.side = known.initiator == .buyer ? .sell : .buy }
    }
    #expect(!accuracy.holds && accuracy.guesses == 0)
    #expect(!TapeCircumstance.fresh.demand.holds(accuracy.byCircumstance[.fresh] ?? LabelCounts()))
  }

  /// One is enough, and it need not even be wrong.
  @Test(
    arguments: TapeCircumstance.allCases.filter { $0.demand == .unknown || $0.demand == .noSide })
  func oneGuessIsSeen(_ circumstance: TapeCircumstance) {
    var isPlanted = false
    let accuracy = play { print, known in
      guard known.circumstance == circumstance, !isPlanted else { return }
      isPlanted = true
      print.side = known.initiator == .buyer ? .buy : .sell
    }
    #expect(isPlanted && !accuracy.holds)
    #expect(accuracy.guesses == (circumstance == .locked ? 0 : 1))
  }

  @Test func aFloorPrintThatDoesNotSayItsSideIsWeakIsSeen() {
    var isPlanted = false
    let accuracy = play { print, known in
      guard known.circumstance == .floor, !isPlanted else { return }
      isPlanted = true
      print.flags.remove(.weakSide)
    }
    #expect(!accuracy.holds)
  }

  /// Labels that nobody has spoilt afterwards: other rules.
  @Test func rulesThatGuessDoNotHold() {
    var patient = FlowConfiguration.product
    patient.staleQuoteNanoseconds = 3_600_000_000_000
    let stale = play(patient)
    #expect(!stale.holds && stale.guesses > 0)
    #expect((stale.byCircumstance[.stale]?.guesses ?? 0) > 0 && stale.byCircumstance[.crossed]?.guesses == 0)
    // The benchmark's rules leave late prints out and take the newest quote, whatever its time.
    let reference = play(FlowConfiguration(profile: .reference))
    #expect(!reference.holds && reference.leftOut > 0 && reference.guesses > stale.guesses)
    #expect((reference.byCircumstance[.race]?.rightShare ?? 1) < 0.9)
  }

  @Test func theTextAndTheJSONSayTheSame() throws {
    let report = LabelReport(prints: AggressorTape.leastPrints, seed: 7)
    #expect(report.text.hasSuffix("\nholds"))
    #expect(report.text.contains("0 guesses in \(report.product.untellable)"))
    for circumstance in TapeCircumstance.allCases { #expect(report.text.contains(circumstance.rawValue)) }
    var json = JSONWriter()
    report.write(to: &json)
    let read = try BenchTests.json(Data(json.bytes))
    #expect(read["holds"] as? Bool == true && read["prints"] as? Int == AggressorTape.leastPrints)
    let product = try #require(read["product"] as? NSDictionary)
    let share = try #require(product["right_share"] as? Double)
    #expect(abs(share - report.product.tellable.rightShare) < 1e-12)
    #expect((product["by_circumstance"] as? [NSDictionary])?.count == TapeCircumstance.allCases.count)
    #expect((product["by_method"] as? [NSDictionary])?.count == report.product.byMethod.count)
  }
}
