import JSONText
import Logging

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `marketflow bench`: the reference tape through the product's own road.
enum BenchCommand {
  static let declaration = Command(
    "bench", summary: "time a tape through decoder, engine and store",
    discussion: """
      Plays the tape in the reference profile, whose answers other implementations can be compared with number by number. \
      Each print's time in the engine is measured in a second pass, so that reading the clock costs the first one nothing.
      """,
    arguments: [CommandArgument("TAPE", help: "recorded frames, one a line")],
    options: [
      CommandOption("contracts", .value(.path), help: "greeks of the tape's contracts (JSON)"),
      CommandOption("golden", .value(.path), help: "write the benchmark's answers to this file"),
      CommandOption("no-store", .flag, help: "leave the database out"),
      CommandOption(
        "product", .flag, help: "the product's own labels and every column, instead of the reference profile"),
      CommandOption("journal", .flag, help: "as --product, with every event recorded before the engine sees it"),
      CommandOption("lake", .flag, help: "as --product, with Parquet files behind the store"),
      CommandOption(
        "detect", .flag,
        help: """
          with every detector and the order-flow sums; sweeps and blocks of the golden answers are then those of the \
          detectors
          """),
      CommandOption("no-service", .flag, help: "leave the second pass out"),
      .json,
    ],
    examples: [
      Command.Example("marketflow bench full.ndjson --contracts contracts.json --no-store --json", "the engine alone")
    ])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    guard let tape = command.argument("TAPE") else { preconditionFailure("TAPE is a required argument") }
    let bench = BenchRun(
      tape: tape, contracts: command.text("contracts"), wantsGolden: command.isGiven("golden"),
      detects: command.flag("detect"))
    let records = command.flag("journal") || command.flag("lake") || command.flag("product")
    if records, command.flag("no-store") || command.isGiven("golden") {
      throw UsageError(
        message: "--product, --journal and --lake have a store and no golden answers; leave --no-store or --golden out",
        helpCommand: "marketflow bench --help")
    }
    var result =
      records
      ? try bench.withRecords(journal: command.flag("journal"), lake: command.flag("lake"))
      : command.flag("no-store") ? try bench.withoutStore() : try bench.withStore()
    if let path = command.text("golden"), let golden = result.golden { try OutputFile.write(golden, to: path) }
    if !command.flag("no-service") { result.service = try bench.serviceTime() }
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

/// A file written as a whole.
enum OutputFile {
  static func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wb") else { throw failure(path) }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else { throw failure(path) }
  }

  private static func failure(_ path: String) -> ServeError {
    ServeError("\(path) cannot be written: \(String(cString: strerror(errno)))")
  }
}
