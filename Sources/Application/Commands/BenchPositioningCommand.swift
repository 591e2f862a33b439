import JSONText

/// `marketflow bench-positioning`: what working out the dealers' positions costs.
enum BenchPositioningCommand {
  static let declaration = Command(
    "bench-positioning", summary: "time the positioning of an invented chain",
    discussion: """
      Counts processor time: what the engine's thread needs for the copy of its state, and what a round beside it needs to make \
      volatilities, greeks, exposures and levels of it. Every contract is quoted, has traded and has open interest.
      """,
    options: [
      CommandOption("contracts", .value(.integer(2...100_000)), help: "size of the chain", default: "5000"),
      CommandOption("rounds", .value(.integer(1...10_000)), help: "how often; the medians are shown", default: "21"),
      .json,
    ],
    examples: [Command.Example("marketflow bench-positioning --contracts 10000", "a large chain")])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let result = PositioningBench(
      contracts: command.integer("contracts") ?? 5000, rounds: command.integer("rounds") ?? 21
    ).run()
    if command.flag("json") {
      var json = JSONWriter()
      result.write(to: &json)
      print(json.text)
    } else {
      print(result.summary)
    }
    return .ok
  }
}

extension PositioningBench.Result {
  var summary: String {
    "\(contracts) contracts, \(rounds) rounds, medians of processor time: engine's copy \(captureMicroseconds) us, "
      + "a round beside it \(roundMicroseconds) us; GEX \(gammaExposure) USD"
  }

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("contracts", contracts)
      json.field("rounds", rounds)
      json.field("capture_microseconds", captureMicroseconds)
      json.field("round_microseconds", roundMicroseconds)
      json.field("gamma_exposure", gammaExposure)
    }
  }
}
