import Foundation
import MarketModel
import Testing

@testable import Feeds

@Suite struct ReplayContractsTests {
  let fixtures: ReplayFixtures
  let instruments = InstrumentTable(capacity: 4096)

  init() throws { fixtures = try ReplayFixtures() }

  @Test func greeksBecomeReferenceEvents() throws {
    let path = try fixtures.write(
      """
      [ {"sym":"O:SPY251216C00542000","delta_e4":10000,"gamma_e4":0,"note":"x","other":null,"third":1.5e3},
        {"gamma_e4":123, "delta_e4":-4567, "sym":"O:SPY251216P00542000"} ]

      """)
    let time = Timestamp(seconds: 1_765_895_400)
    let events = try ContractsFile.references(path: path, instruments: instruments, time: time)
    let call = try #require(instruments.intern("O:SPY251216C00542000"))
    let put = try #require(instruments.intern("O:SPY251216P00542000"))
    #expect(
      events == [
        .reference(ContractReference(time: time, instrument: call, deltaNanos: 1_000_000_000, gammaNanos: 0)),
        .reference(ContractReference(time: time, instrument: put, deltaNanos: -456_700_000, gammaNanos: 12_300_000)),
      ])
    #expect(try ContractsFile.references(path: try fixtures.write(" [ ] "), instruments: instruments) == [])
  }

  @Test(arguments: [
    "{", "[", "[{}]", "[{\"sym\":\"A\"}]", "[{\"sym\":\"A\",\"delta_e4\":1.5,\"gamma_e4\":0}]",
    "[{\"sym\":\"O:BAD\",\"delta_e4\":1,\"gamma_e4\":0}]", "[{\"sym\":\"A\",\"delta_e4\":1,\"gamma_e4\":0}],",
    "[{\"sym\":\"A\",\"delta_e4\":1,\"gamma_e4\":0},]", "[{\"sym\":\"A\\u0041\",\"delta_e4\":1,\"gamma_e4\":0}]",
    "[{\"sym\":\"A\",\"delta_e4\":9999999999999999999,\"gamma_e4\":0}]",
    "[{\"sym\":\"A\",\"delta_e4\":-9223372036854775808,\"gamma_e4\":0}]", "[{\"sym\":\"A\",\"x\":[1]}]",
    "[{\"sym\":\"A", "\"", "null",
  ])
  func otherShapesAreRefusedWithThePlace(text: String) throws {
    let path = try fixtures.write(text)
    let error = #expect(throws: ReplayFileError.self) {
      try ContractsFile.references(path: path, instruments: instruments)
    }
    #expect(error?.kind == .unknownFormat)
    #expect(error?.description.hasPrefix("contracts file \(path): at byte ") == true, "\(error?.description ?? "")")
  }

  @Test func missingFileSaysSo() {
    let error = #expect(throws: ReplayFileError.self) {
      try ContractsFile.references(path: fixtures.path("nothing"), instruments: instruments)
    }
    #expect(error?.kind == .missing)
  }

  @Test func tapeContractsAreReadWhole() throws {
    guard let path = ReplayFixtures.referenceData("../tape/golden/contracts.json") else {
      return print("skipped: no reference tape")
    }
    let events = try ContractsFile.references(path: path, instruments: instruments)
    #expect(events.count == 700)
  }
}
