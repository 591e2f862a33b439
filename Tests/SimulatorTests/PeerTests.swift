import Foundation
import MarketModel
import Simulator
import Testing

/// The vendor's unmodified clients accept the simulator, and get what was played.
@Suite(.serialized, .enabled(if: PeerRun.python != nil, PeerRun.noPython)) struct PeerTests {
  private static let optionSample = "polygon/options_SPY240621C00500000_2024-06-14.ws.jsonl"
  private static let stockSample = "polygon/stocks_AAPL_2024-01-02_open5s.ws.jsonl.gz"

  @Test(arguments: PeerRun.packages, [1.0, nil])
  func streamIsReceivedEventForEvent(package: String, speed: Double?) async throws {
    let tape = try DemoTape(events: speed == nil ? 40_000 : 12_000, intensity: speed == nil ? 4 : 2)
    var options = SimulatorOptions(tape: .file(path: tape.path), speed: speed, port: 0)
    options.quotesKept = 100_000
    try await PeerRun.withSimulator(options) { simulator in
      try await PeerRun.run("stream.py", package, simulator, "options", "T.*,A.*,AM.*,Q.O:SPY251216C00672000")
      #expect(simulator.summary.slowConsumers == 0)
    }
  }

  @Test(
    .enabled(if: PeerRun.sample(optionSample) != nil, "no recorded option frames (../shared/data)"),
    arguments: PeerRun.packages)
  func recordedSampleIsReceivedWhole(package: String) async throws {
    let path = try #require(PeerRun.sample(Self.optionSample))
    try await PeerRun.withSimulator(SimulatorOptions(tape: .file(path: path), speed: nil, port: 0)) { simulator in
      try await PeerRun.run(
        "stream.py", package, simulator, "options", "T.O:SPY240621C00500000,Q.O:SPY240621C00500000,A.*")
    }
  }

  @Test(
    .enabled(if: PeerRun.sample(stockSample) != nil, "no recorded stock frames (../shared/data)"),
    arguments: [1.0, nil])
  func recordedStocksAreReceivedWhole(speed: Double?) async throws {
    let path = try #require(PeerRun.sample(Self.stockSample))
    var options = SimulatorOptions(tape: .file(path: path), speed: speed, port: 0)
    options.quotesKept = 100_000
    try await PeerRun.withSimulator(options) { simulator in
      try await PeerRun.run("stream.py", "massive", simulator, "stocks", "T.AAPL,Q.AAPL,A.AAPL")
    }
  }

  @Test(arguments: PeerRun.packages)
  func pagesAreComplete(package: String) async throws {
    let tape = try DemoTape(events: 15_000, intensity: 4)
    let options = SimulatorOptions(tape: .file(path: tape.path), speed: nil, port: 0, waitsForClients: 0)
    try await PeerRun.withSimulator(options) { simulator in
      while simulator.summary.status != "ended" { try await Task.sleep(for: .milliseconds(5)) }
      try await PeerRun.run("pages.py", package, simulator)
    }
  }

  @Test(arguments: PeerRun.packages)
  func signInQuotaAndChannels(package: String) async throws {
    var options = SimulatorOptions(tape: .demo(DemoTape.settings(intensity: 2)), speed: 2, port: 0)
    options.account.keys = ["KEY"]
    options.account.connections = 1
    try await PeerRun.withSimulator(options) { simulator in
      try await PeerRun.run("session.py", package, simulator)
    }
  }
}
