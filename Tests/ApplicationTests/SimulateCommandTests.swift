import Foundation
import MarketModel
import Simulator
import Testing

@testable import Application

/// `simulate` as a stranger starts it.
@Suite struct SimulateCommandTests {
  /// Saturday 2025-12-20, noon in New York.
  private let saturday = Timestamp(seconds: 1_766_250_000)

  private func options(_ words: String...) throws -> SimulatorOptions {
    guard case .run(let command) = try MarketFlowProgram.declaration.parse(["simulate"] + words) else {
      throw ServeError("not a run")
    }
    return try SimulateCommand.options(command, now: saturday)
  }

  @Test func playsTheLatestSessionOfTheDemoUnlessToldOtherwise() throws {
    let options = try options()
    guard case .demo(let settings) = options.tape else { return #expect(Bool(false), "no demo") }
    #expect(settings.start.newYorkText == "2025-12-19 09:55:00.000 EST")
    #expect(options.speed == 1 && options.port == 8765 && options.waitsForClients == 0)
    #expect(options.account.keys.isEmpty && options.account.plan == .realtime && options.account.connections == 10)
  }

  @Test func everyFlagReachesItsOption() throws {
    let options = try options(
      "--tape", "day.ndjson", "--speed", "max", "--port", "0", "--key", "A", "--key", "B", "--plan", "delayed",
      "--connections", "1", "--clock-offset-seconds", "3600", "--quotes-kept", "5", "--one-acknowledgement",
      "--no-trade-sequences", "--fault-seed", "9", "--disconnect-every", "60", "--mute-every", "50", "--mute-for", "7",
      "--malformed", "0.01", "--duplicates", "0.02", "--late", "0.03", "--late-by", "0.5", "--too-many-requests",
      "0.04",
      "--server-errors", "0.05", "--slow-pages", "0.06", "--slow-by", "2", "--auth-failures", "0.07",
      "--max-connections", "0.08")
    guard case .file(let path) = options.tape else { return #expect(Bool(false), "no file") }
    #expect(path == "day.ndjson" && options.speed == nil && options.port == 0 && options.waitsForClients == 1)
    #expect(options.account.keys == ["A", "B"] && options.account.plan == .delayed && options.account.connections == 1)
    #expect(options.clockOffsetSeconds == 3600 && options.quotesKept == 5 && options.acknowledgesAtOnce)
    #expect(!options.hasTradeSequences)
    let faults = options.faults
    #expect(faults.seed == 9 && faults.disconnectSeconds == 60 && faults.muteEverySeconds == 50)
    #expect(faults.muteSeconds == 7 && faults.malformedShare == 0.01 && faults.duplicateShare == 0.02)
    #expect(faults.lateShare == 0.03 && faults.lateSeconds == 0.5 && faults.tooManyRequestsShare == 0.04)
    #expect(faults.serverErrorShare == 0.05 && faults.slowShare == 0.06 && faults.slowSeconds == 2)
    #expect(faults.authFailureShare == 0.07 && faults.maxConnectionsShare == 0.08)
  }

  @Test func contradictionsAreRefused() throws {
    #expect(throws: UsageError.self) { try self.options("--demo", "--tape", "day.ndjson") }
    #expect(throws: UsageError.self) { try self.options("--start", "yesterday") }
    #expect(throws: UsageError.self) { try self.options("--malformed", "2") }
  }

  @Test func saysWhereItIsAndWhatItPlayed() throws {
    let folder = try ProcessFolder()
    let program = try ProcessProgram(["simulate", "--port", "0"], in: folder)
    let played = try ProcessClient(port: program.port()).request("/simulator/played")
    #expect(played.status == 200 && played.json["source"] as? String == "demo seed 1")
    program.signal(SIGINT)
    let outcome = try program.outcome()
    #expect(outcome.code == 0 && outcome.errors.isEmpty)
    #expect(outcome.output.contains("trades and"))
    let missing = try ProcessProgram.run("simulate", "--tape", "nothing.ndjson", in: folder)
    #expect(missing.code == 1 && missing.errors.contains("nothing.ndjson"))
  }
}
