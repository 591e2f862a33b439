import JSONText
import Logging
import Transport

/// `marketflow bench-socket`: a vendor's socket through the whole road.
enum BenchSocketCommand {
  static let declaration = Command(
    "bench-socket", summary: "time a vendor's socket through decoder, engine and store",
    discussion: """
      Connects, asks for all prints, and reads until the sender is quiet for three seconds. `scripts/soak feed` starts a sender \
      and calls it.
      """,
    arguments: [CommandArgument("URL", help: "ws:// or wss:// with the cluster's path")],
    options: [
      CommandOption("no-store", .flag, help: "leave the database out"),
      CommandOption("sequence-is-time", .flag, help: "q is the intended moment of sending: measure the latency"),
      CommandOption("certificate-authority", .value(.path), help: "PEM file of a certificate authority to trust"),
      .json,
    ],
    examples: [Command.Example("marketflow bench-socket ws://127.0.0.1:8765/options", "as fast as the simulator plays")]
  )

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    guard let url = command.argument("URL") else { preconditionFailure("URL is a required argument") }
    let result = try SocketBench(
      endpoint: try WebSocketEndpoint(url), certificateAuthority: command.text("certificate-authority"),
      withStore: !command.flag("no-store"), sequencesAreTimes: command.flag("sequence-is-time")
    ).run(log: Log(minimumLevel: .warning))
    var json = JSONWriter()
    result.write(to: &json)
    if command.flag("json") {
      print(json.text)
    } else {
      print(result.summary)
    }
    return result.events > 0 ? .ok : .upstream
  }
}
