import Foundation
import MarketModel
import Positioning
import Testing

/// A daily option universe in LEAN's CSV, with what `Oracles/positioning.py` adds to it.
struct LeanUniverse {
  var name: String
  /// Time to expiry is counted from here; 2014-06-09 is day 16,230.
  var day: MarketDate

  static let all = [
    LeanUniverse(name: "option_usa_universes_aapl_20140609.csv", day: MarketDate(daysSinceEpoch: 16_230)),
    LeanUniverse(name: "option_usa_universes_goog_20151224.csv", day: MarketDate(daysSinceEpoch: 16_793)),
  ]

  static let absent: Comment = "no option universes (MARKETFLOW_REFERENCE_DATA or ../shared/data with lean/options)"
  static var areThere: Bool { all.allSatisfy { FileManager.default.fileExists(atPath: $0.path) } }

  /// `../shared/data` beside the package, or what MARKETFLOW_REFERENCE_DATA names.
  var path: String {
    let data =
      ProcessInfo.processInfo.environment["MARKETFLOW_REFERENCE_DATA"].map { URL(filePath: $0) }
      ?? PythonOracle.package.deletingLastPathComponent().appending(path: "shared/data")
    return data.appending(path: "lean/options/\(name)").path
  }

  func input() throws -> PositioningInput {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
    let rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let first = try #require(rows.first)
    let spot = try #require(Double(first[6]))
    let contracts = try rows.dropFirst().enumerated().map { try contract($0.element, index: $0.offset, spot: spot) }
    return PositioningInput(
      underlying: InstrumentID(0), spot: spot, time: Timestamp(seconds: Int64(day.daysSinceEpoch) * 86_400),
      contracts: contracts)
  }

  private func contract(_ row: [Substring], index: Int, spot: Double) throws -> PositioningContract {
    func number(_ column: Int) throws -> Double { try #require(Double(row[column]), "column \(column) of \(row)") }
    let date = try #require(Int(row[0]))
    let expiry = try #require(MarketDate(year: date / 10_000, month: date / 100 % 100, day: date % 100))
    let volume = try #require(Int64(row[7]))
    let volatility = try number(9)
    var contract = PositioningContract(
      instrument: InstrumentID(UInt32(index + 1)), strike: Price(rounding: try number(1)), expiry: expiry,
      isCall: row[2] == "C", openInterest: Int64(row[8]), volume: volume,
      premiumMicros: Price(rounding: try number(6)).micros * volume * 100,
      customerNetContracts: Int64(index * 7919 % 401 - 200), impliedVolatility: volatility == 0 ? nil : volatility,
      delta: try number(10), gamma: try number(11), vega: try number(12), theta: try number(13),
      yearsToExpiry: Double(expiry.daysSinceEpoch - day.daysSinceEpoch) / 365)
    contract.completeGreeks(spot: spot)
    return contract
  }
}
