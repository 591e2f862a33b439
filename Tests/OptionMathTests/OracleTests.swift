import Foundation
import MarketModel
import Testing

@testable import OptionMath

/// Against PyPI vollib 1.0.11 and QuantLib 1.44.
@Suite struct OracleTests {
  /// One option of the grid in `Oracles/black.py`.
  private struct Point {
    let row: Oracle.Row
    var right: OptionRight { row.right }
    var forward: Double { row[0] }
    var strike: Double { row[1] }
    var years: Double { row[2] }
    var volatility: Double { row[3] }
    var rate: Double { row[4] }
    var vollibPrice: Double { row[5] }
    var quantLibPrice: Double { row[6] }
    var vollibVolatility: Double? { row.numbers[7] }
    var quantLibVolatility: Double? { row.numbers[8] }

    var price: Double {
      Black76.price(
        right, forward: forward, strike: strike, years: years, volatility: volatility, rate: rate)
    }

    var vega: Double {
      Black76.valuation(
        right, forward: forward, strike: strike, years: years, volatility: volatility, rate: rate
      ).vega
    }

    /// Whether a price in Double says the volatility to 1e-9. A price is the difference of two numbers of about the size of
    /// forward and strike, each rounded to 1.1e-16 of itself.
    var hasInformation: Bool { 2.2e-16 * max(forward, strike) < 1e-9 * vega }

    func solve(_ price: Double) -> Double? {
      ImpliedVolatility.onForward(
        right, price: price, forward: forward, strike: strike, years: years, rate: rate)
    }

    func price(of volatility: Double) -> Double {
      Black76.price(
        right, forward: forward, strike: strike, years: years, volatility: volatility, rate: rate)
    }

    var text: Comment { "\(right) K \(strike) T \(years) vol \(volatility) r \(rate): \(vollibPrice)" }
  }

  /// Absolute difference per unit of the larger of forward and strike: 1e-10 wanted, rounding is 1e-15.
  @Test(.enabled(if: Oracle.python != nil, Oracle.noPython))
  func pricesAndVolatilitiesAgree() throws {
    let points = try Oracle.rows("black.py").map { Point(row: $0) }
    #expect(points.count > 8000)
    var withInformation = 0
    var worst = (price: 0.0, volatility: 0.0, roundTrip: 0.0)
    for point in points {
      let scale = max(point.forward, point.strike)
      for theirs in [point.vollibPrice, point.quantLibPrice] {
        let difference = abs(point.price - theirs) / scale
        worst.price = max(worst.price, difference)
        #expect(difference < 1e-10, point.text)
      }
      guard point.hasInformation else {
        // Nothing can be said of the volatility, but what is found must give the price back.
        if let found = point.solve(point.vollibPrice) {
          let difference = abs(point.price(of: found) - point.vollibPrice) / scale
          worst.roundTrip = max(worst.roundTrip, difference)
          #expect(difference < 1e-14, point.text)
        }
        continue
      }
      withInformation += 1
      guard let found = point.solve(point.vollibPrice), let foundInQuantLib = point.solve(point.quantLibPrice) else {
        Issue.record("no volatility: \(point.text)")
        continue
      }
      let difference = max(abs(found - point.volatility), abs(foundInQuantLib - point.volatility))
      worst.volatility = max(worst.volatility, difference)
      #expect(difference < 1e-8, "\(point.text) gave \(found)")
      for theirs in [point.vollibVolatility, point.quantLibVolatility] {
        if let theirs { #expect(abs(found - theirs) < 1e-8, "\(point.text) gave \(found), theirs is \(theirs)") }
      }
    }
    #expect(withInformation > 5000, "only \(withInformation) of \(points.count) points say their volatility")
    print("volatilities compared at \(withInformation) of \(points.count) points; worst differences \(worst)")
  }

  /// Relative to the larger of 1 and the figure; QuantLib's gamma for minutes to go is in the ten thousands.
  @Test(.enabled(if: Oracle.python != nil, Oracle.noPython))
  func greeksAgree() throws {
    let rows = try Oracle.rows("greeks.py")
    #expect(rows.count == 1080)
    for row in rows {
      let ours = OptionGreeks.onSpot(
        row.right, spot: row[0], strike: row[1], years: row[2], volatility: row[3], rate: row[4],
        dividendYield: row[5])
      let forward = row[0] * exp((row[4] - row[5]) * row[2])
      let byForward = OptionGreeks.onForward(
        row.right, forward: forward, strike: row[1], years: row[2], volatility: row[3], rate: row[4],
        carry: row[4] - row[5])
      for offset in [6, 10] {
        for (index, figures) in [
          (0, [ours.delta, byForward.delta]), (1, [ours.gamma, byForward.gamma]),
          (2, [ours.theta, byForward.theta]), (3, [ours.vega, byForward.vega]),
        ] {
          let theirs = row[offset + index]
          for figure in figures {
            #expect(
              abs(figure - theirs) < 1e-10 * max(1, abs(theirs)),
              "column \(offset + index) of \(row.numbers): \(figure)"
            )
          }
        }
      }
    }
  }

  /// Vanna relative to the larger of 1 and the figure. Charm as the change of delta over the option's whole life, because
  /// that is the scale on which a difference quotient of delta rounds: per day it is in the thousands with a minute to go.
  @Test(.enabled(if: Oracle.python != nil, Oracle.noPython))
  func vannaAndCharmAgree() throws {
    let rows = try Oracle.rows("second_order.py")
    #expect(rows.count == 1440)
    for row in rows {
      let years = row[2]
      let forward = row[0] * exp((row[4] - row[5]) * years)
      let found = [
        BlackScholes.secondOrder(
          row.right, spot: row[0], strike: row[1], years: years, volatility: row[3], rate: row[4],
          dividendYield: row[5]),
        SecondOrderGreeks.onForward(
          row.right, forward: forward, strike: row[1], years: years, volatility: row[3], rate: row[4],
          carry: row[4] - row[5]),
      ]
      for ours in found {
        #expect(abs(ours.vanna - row[6]) < 1e-9 * max(1, abs(row[6])), "\(row.numbers): \(ours)")
        #expect(abs(ours.charm - row[7]) * 365 * years < 1e-8, "\(row.numbers): \(ours)")
      }
    }
  }
}
