/// Options of `serve` that would do nothing beside the others: whoever gives one expects something of it. Only what stands on the
/// command line is weighed; an environment may hold settings for every kind of start.
enum ServeOptions {
  /// Options that need something.
  private struct Rule {
    var options: [SettingKey]
    var isMet: Bool
    /// Why they do nothing, and what to do.
    var words: String
  }

  /// - Throws: `UsageError` for the first option that would be ignored.
  static func check(_ command: ParsedCommand, _ settings: Settings) throws(UsageError) {
    for rule in rules(settings) where !rule.isMet {
      for case let name? in rule.options.map(name) where command.isGiven(name) {
        throw command.usage("--\(name) \(rule.words)")
      }
    }
    if settings.source != .demo, command.isGiven("demo-mode"), command.boolean("demo-mode") == true {
      throw command.usage("--demo-mode on asks for the synthetic market, --replay for a recording; leave one out")
    }
    if settings.source == .demo, command.isGiven("provider"), command.text("provider") != "demo" {
      throw command.usage(
        "--provider \(command.text("provider") ?? "") does nothing: demo mode is on; say --demo-mode off")
    }
    try checkLake(command, settings)
  }

  private static func name(_ key: SettingKey) -> String? {
    switch key.flag {
    case .value(let name), .presence(let name, _): name
    case nil: nil
    }
  }

  private static func rules(_ settings: Settings) -> [Rule] {
    let source = settings.source
    let isDemo = source == .demo
    let (isReplay, isDay, isLive) =
      switch source {
      case .demo: (false, false, false)
      case .replay: (true, false, false)
      case .replayDay: (true, true, false)
      case .polygon: (false, false, true)
      }
    let isRecorded = isLive && settings.journal.isEnabled
    return [
      Rule(
        options: [.replaySpeed, .replayFrom, .replayTo], isMet: isReplay,
        words: "is about a recording, and none is played; say --replay FILE or --replay DATE, or leave it out"),
      Rule(
        options: [.replayFromCache], isMet: isDay,
        words: "is about a recorded day; say --replay YYYY-MM-DD, or leave it out"),
      Rule(
        options: [.demoSeed, .demoIntensity, .demoSpeed], isMet: isDemo,
        words: "is about the synthetic market, which is not the source here; leave it out"),
      Rule(
        options: [.symbols], isMet: !isReplay,
        words: "has no say in a recording, which is played with everything it holds; leave it out"),
      Rule(
        options: [.provider], isMet: !isReplay,
        words: "has no say where a recording is played; leave out --replay, or this"),
      Rule(
        options: [
          .polygonFeed, .polygonBrand, .polygonEndpoint, .certificateAuthority, .stocksStream, .strikes,
          .quotedContracts,
          .defaultSpots, .greeksSeconds, .requestsPerMinute,
        ], isMet: isLive,
        words: "is about the live feed, which is not the source here; say --provider polygon, or leave it out"),
      Rule(
        options: [.journalCommitMilliseconds, .journalCommitKilobytes, .journalKeepDays, .journalKeepGigabytes],
        isMet: isRecorded,
        words: isLive
          ? "is about the journal, which --no-journal switches off; leave one out"
          : "is about the journal, and only a live feed is recorded; leave it out"),
    ]
  }

  /// The lake is written from the store, and from nothing else.
  private static func checkLake(_ command: ParsedCommand, _ settings: Settings) throws(UsageError) {
    let reason: String?
    if case .replayDay = settings.source {
      reason = "a recorded day that is played again is not stored"
    } else if !settings.isStorageEnabled {
      reason = "--no-store switches off the store, which the Parquet files are written from"
    } else if settings.lake.options(source: settings.source, directory: DataDirectory(path: settings.dataDirectory))
      == nil
    {
      reason =
        settings.lake.mode == .off ? "--lake is off" : "the synthetic market keeps no Parquet files without --lake on"
    } else {
      reason = nil
    }
    let options: [SettingKey] = [.lakeFlushRows, .lakeFlushSeconds, .lakePartMegabytes]
    let bucket: [SettingKey] = [.s3Bucket, .s3Endpoint, .s3Region, .s3Prefix]
    if let reason {
      if settings.lake.mode == .on, command.isGiven("lake") { throw command.usage("--lake on does nothing: \(reason)") }
      for case let name? in (options + bucket).map(name) where command.isGiven(name) {
        throw command.usage("--\(name) does nothing: \(reason)")
      }
    }
    for case let name? in bucket.map(name) where command.isGiven(name) {
      if settings.source == .demo {
        throw command.usage(
          "--\(name) does nothing: what the synthetic market brings stays on this machine; leave it out")
      }
      if settings.lake.bucket == nil {
        throw command.usage("--\(name) does nothing without a bucket; say --s3-bucket NAME, or leave it out")
      }
    }
  }
}
