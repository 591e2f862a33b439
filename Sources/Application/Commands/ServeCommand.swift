import Logging

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `marketflow serve`: the road from a source to the page, until somebody stops it.
enum ServeCommand {
  static let declaration = Command(
    "serve", summary: "run the engine, the store and the page",
    discussion:
      "Serves the demo market unless told otherwise. Listens on this machine only unless --host says otherwise.",
    options: SettingKey.options([
      .provider, .demoMode, .demoSeed, .demoIntensity, .demoSpeed, .replayFile,
      .replaySpeed, .replayFrom, .replayTo, .replayFromCache,
      .symbols,
      .polygonFeed, .polygonBrand, .polygonEndpoint, .certificateAuthority, .stocksStream, .strikes, .quotedContracts,
      .defaultSpots,
      .greeksSeconds, .requestsPerMinute, .positioningSeconds, .host, .names, .port, .dataDirectory, .alertChannels,
      .storage,
      .journal,
      .journalCommitMilliseconds,
      .journalCommitKilobytes, .journalKeepDays, .journalKeepGigabytes, .lake, .lakeFlushRows,
      .lakeFlushSeconds, .lakePartMegabytes, .s3Bucket, .s3Endpoint, .s3Region, .s3Prefix, .webDirectory, .logLevel,
      .logFormat,
    ]) + [
      CommandOption(
        "open", .flag, help: "open the page in the browser, of the server that runs on this port if one does")
    ],
    examples: [
      Command.Example("marketflow serve --port 9000", "the demo market on another port"),
      Command.Example(
        "marketflow serve --provider polygon", "the live feed; POLYGON_API_KEY or MASSIVE_API_KEY is set"),
      Command.Example("marketflow serve --replay day.ndjson.zst --replay-speed max", "a recording as fast as it goes"),
      Command.Example(
        "marketflow serve --replay 2026-11-20 --replay-from 09:30", "a recorded day again; the page has the controls"),
    ])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    StopSignal.block()
    let settings = try Settings.ofThisProcess(command: command)
    try ServeOptions.check(command, settings)
    let log = Log(minimumLevel: settings.logLevel, format: settings.logFormat)
    for warning in settings.warnings { log.warning("settings", warning) }
    if command.flag("open"), let running = RunningServer.find(for: settings) {
      print("MarketFlow \(running.version) (\(running.mode)) runs at \(running.url) already: its page is opened")
      fflush(nil)
      Browser.open(running.url, log: log)
      log.flush()
      return .ok
    }
    let page = settings.webDirectory ?? PageDirectory.find(executable: PageDirectory.executable)
    if page == nil {
      log.warning("server", "the page's files were not found; the API works, / does not: give --web-dir")
    }
    let run = try ServeRun(settings: settings, pageDirectory: page, log: log)
    try run.start()
    run.waitUntilWarm()
    print("MarketFlow: \(run.sourceSummary) at \(run.url)   (Ctrl-C stops)")
    fflush(nil)
    if command.flag("open") { Browser.open(run.url, log: log) }
    StopSignal.wait()
    log.info("serve", "stopping")
    log.info("serve", "stopped; \(try run.stop())")
    log.flush()
    return .ok
  }
}
