import Clocks
import Feeds
import JSONText
import Logging
import MarketModel
import Simulator

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `marketflow simulate`: a vendor on this machine, for those who develop against it while the market is closed.
enum SimulateCommand {
  static let declaration = Command(
    "simulate", summary: "play Polygon/Massive on this machine: WebSocket and REST on one port",
    discussion: """
      Serves ws://127.0.0.1:PORT/options, /stocks and http://127.0.0.1:PORT/v1, /v2, /v3 from the demo market or a recording; \
      the vendor's own clients take it for the vendor. /simulator/played and /simulator/trades.ndjson tell what was really \
      played. A recording, and everything with --speed max, begins when the first client has subscribed. Aggregates (A, AM) are \
      made from the prints; those of a recording are passed on only where it has no prints. Faults with a share fall at the same \
      places of the stream for the same --fault-seed.
      """,
    options: market + account + faults + [.json],
    examples: [
      Command.Example("marketflow simulate", "the demo market at its own pace"),
      Command.Example("marketflow simulate --tape day.ndjson.gz --speed max", "a recording as fast as its reader"),
      Command.Example(
        "marketflow simulate --disconnect-every 60 --malformed 0.001 --too-many-requests 0.1", "a bad day at the vendor"
      ),
    ])

  private static let share = ValueType.number(0...1)
  private static let seconds = ValueType.number(0...86_400)

  private static let market = [
    CommandOption("port", .value(.integer(0...65_535)), help: "on 127.0.0.1; 0 takes a free one", default: "8765"),
    CommandOption("tape", .value(.path), help: "recorded frames, one a line, or a flat file"),
    CommandOption("demo", .flag, help: "the invented market; so it is without --tape"),
    CommandOption(
      "speed", .value(.numberOrWord(0.01...1_000_000, ["max"])),
      help: "1 is the recorded pace; max goes as fast as its readers", default: "1"),
    CommandOption("start", .value(.text(placeholder: "TIME")), help: "demo: first moment, RFC 3339, default 09:55"),
    CommandOption("demo-seed", .value(.integer(0...Int.max)), help: "demo: same seed, same market", default: "1"),
    CommandOption(
      "demo-intensity", .value(.number(0.01...100)), help: "demo: 1 is about 200 prints a second", default: "1"),
    CommandOption(
      "wait-for-clients", .value(.integer(0...1_000)), help: "begin when so many have subscribed",
      default: "1 with --tape or --speed max, else 0"),
    CommandOption(
      "quotes-kept", .value(.integer(1...1_000_000)), help: "newest quotes of each ticker that REST has",
      default: "2000"),
  ]

  private static let account = [
    CommandOption("key", .repeated(.text(placeholder: "KEY")), help: "an API key that exists; without, every key does"),
    CommandOption(
      "plan", .value(.choice(SimulatedAccount.Plan.allCases.map(\.rawValue))),
      help: "what the account may see; delayed has no option quotes, but holds nothing back", default: "realtime"),
    CommandOption(
      "connections", .value(.integer(1...1_000)), help: "sockets of one key and cluster (the vendor sells 1)",
      default: "10"),
    CommandOption(
      "clock-offset-seconds", .value(.integer(-1_000_000...1_000_000)), help: "what the server's clock is wrong by",
      default: "0"),
    CommandOption("one-acknowledgement", .flag, help: "acknowledge all channels of a message in one frame"),
    CommandOption("no-trade-sequences", .flag, help: "rows of /v3/trades of options have no sequence_number"),
  ]

  private static let faults = [
    CommandOption("fault-seed", .value(.integer(0...Int.max)), help: "places faults", default: "1"),
    CommandOption("faults-for", .value(seconds), help: "nothing goes wrong after so many seconds"),
    CommandOption("disconnect-every", .value(seconds), help: "cut each socket after about so many seconds"),
    CommandOption("mute-every", .value(seconds), help: "say nothing each so many seconds"),
    CommandOption("mute-for", .value(seconds), help: "how long", default: "30"),
    CommandOption("malformed", .value(share), help: "share of frames that arrive damaged"),
    CommandOption("duplicates", .value(share), help: "share of events that are sent twice"),
    CommandOption("late", .value(share), help: "share of prints that come late"),
    CommandOption("late-by", .value(seconds), help: "at most so many stream seconds", default: "1.5"),
    CommandOption("too-many-requests", .value(share), help: "share of requests answered with 429"),
    CommandOption("server-errors", .value(share), help: "share of requests answered with 500, 502 or 503"),
    CommandOption("slow-pages", .value(share), help: "share of requests answered slowly"),
    CommandOption("slow-by", .value(seconds), help: "how slowly, in seconds", default: "5"),
    CommandOption("auth-failures", .value(share), help: "share of sign-ins that are refused"),
    CommandOption("max-connections", .value(share), help: "share of sign-ins refused with max_connections"),
  ]

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let options = try options(command, now: Timestamp(nanoseconds: SystemClock.wallNanoseconds))
    StopSignal.block()
    let log = Log(minimumLevel: .warning)
    let simulator = try Simulator(options: options, log: log)
    try simulator.start()
    let isJSON = command.flag("json")
    let greeting = greeting(simulator, options)
    if isJSON { printError(greeting) } else { print(greeting) }
    fflush(nil)
    StopSignal.wait()
    let summary = simulator.summary
    simulator.stop()
    if isJSON {
      var json = JSONWriter()
      summary.write(to: &json)
      print(json.text)
    } else {
      print(summary.text)
    }
    log.flush()
    return .ok
  }

  // MARK: Words

  private static func greeting(_ simulator: Simulator, _ options: SimulatorOptions) -> String {
    let address = "127.0.0.1:\(simulator.port)"
    let pace =
      options.speed.map { $0 == 1 ? "" : ", \(Price(rounding: $0)) times as fast" } ?? ", as fast as it is read"
    let clients = options.waitsForClients
    let wait =
      clients == 0 ? "" : "\nBegins when \(clients == 1 ? "a client has" : "\(clients) clients have") subscribed."
    return """
      Simulator: \(simulator.source)\(pace) at \(simulator.url)   (Ctrl-C stops)\(wait)
      sockets ws://\(address)/options and /stocks; what was played: \(simulator.url)/simulator/played
      WebSocketClient(api_key="any", feed="\(address)", market="options", secure=False, subscriptions=["T.*"])
      marketflow serve --provider polygon --endpoint \(simulator.url)
      """
  }

  // MARK: Options

  static func options(_ command: ParsedCommand, now: Timestamp) throws -> SimulatorOptions {
    if command.flag("demo"), command.isGiven("tape") {
      throw command.usage("--demo and --tape exclude each other; leave one out")
    }
    var options = SimulatorOptions(
      tape: try tape(command, now: now), speed: command.text("speed") == "max" ? nil : command.number("speed") ?? 1,
      port: command.integer("port") ?? 8765, waitsForClients: command.integer("wait-for-clients"))
    options.quotesKept = command.integer("quotes-kept") ?? options.quotesKept
    options.clockOffsetSeconds = command.integer("clock-offset-seconds") ?? 0
    options.hasTradeSequences = !command.flag("no-trade-sequences")
    options.acknowledgesAtOnce = command.flag("one-acknowledgement")
    options.account.keys = Set(command.texts("key"))
    options.account.connections = command.integer("connections") ?? options.account.connections
    options.account.plan = command.text("plan").flatMap { SimulatedAccount.Plan(rawValue: $0) } ?? .realtime
    options.faults = faults(command)
    return options
  }

  private static func tape(_ command: ParsedCommand, now: Timestamp) throws -> SimulatorOptions.Tape {
    if let path = command.text("tape") { return .file(path: path) }
    var start = demoStart(now: now)
    if let text = command.text("start") {
      guard let given = Timestamp(rfc3339: text) else {
        throw command.usage("--start is \"\(text)\", wanted RFC 3339 as 2025-12-16T09:55:00-05:00")
      }
      start = given
    }
    return .demo(
      DemoSettings(
        seed: UInt64(command.integer("demo-seed") ?? 1), start: start,
        intensity: command.number("demo-intensity") ?? 1, sessionAfter: ServeSource.session(after:)))
  }

  /// 25 minutes into the latest session: there is something to see, and the day is long.
  private static func demoStart(now: Timestamp) -> Timestamp {
    let today = TradingCalendar.tradingDay(containing: now)
    return Timestamp(newYork: today, hour: 9, minute: 55)
  }

  private static func faults(_ command: ParsedCommand) -> SimulatedFaults {
    var faults = SimulatedFaults()
    func read(_ name: String, _ value: inout Double) { value = command.number(name) ?? value }
    faults.seed = UInt64(command.integer("fault-seed") ?? 1)
    read("faults-for", &faults.forSeconds)
    read("disconnect-every", &faults.disconnectSeconds)
    read("mute-every", &faults.muteEverySeconds)
    read("mute-for", &faults.muteSeconds)
    read("malformed", &faults.malformedShare)
    read("duplicates", &faults.duplicateShare)
    read("late", &faults.lateShare)
    read("late-by", &faults.lateSeconds)
    read("too-many-requests", &faults.tooManyRequestsShare)
    read("server-errors", &faults.serverErrorShare)
    read("slow-pages", &faults.slowShare)
    read("slow-by", &faults.slowSeconds)
    read("auth-failures", &faults.authFailureShare)
    read("max-connections", &faults.maxConnectionsShare)
    return faults
  }
}
