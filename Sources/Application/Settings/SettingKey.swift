/// Every setting there is: its names, its type and its default. The parser's options, the loader and `config` all read this table.
public enum SettingKey: String, Sendable, CaseIterable {
  case provider
  case demoMode = "demo_mode"
  case demoSeed = "demo_seed"
  case demoIntensity = "demo_intensity"
  case demoSpeed = "demo_speed"
  case replayMode = "replay_mode"
  case replayFile = "replay_file"
  case replaySpeed = "replay_speed"
  case replayFrom = "replay_from"
  case replayTo = "replay_to"
  case replayFromCache = "replay_from_cache"
  case symbols
  case polygonKey = "polygon_key"
  case polygonFeed = "polygon_feed"
  case polygonBrand = "polygon_brand"
  case polygonEndpoint = "polygon_endpoint"
  case certificateAuthority = "certificate_authority"
  case stocksStream = "stocks_stream"
  case strikes
  case quotedContracts = "quoted_contracts"
  case defaultSpots = "default_spots"
  case greeksSeconds = "greeks_seconds"
  case positioningSeconds = "positioning_seconds"
  case requestsPerMinute = "requests_per_minute"
  case host
  case names
  case port
  case dataDirectory = "data_directory"
  case webDirectory = "web_directory"
  case storage
  case journal
  case journalCommitMilliseconds = "journal_commit_ms"
  case journalCommitKilobytes = "journal_commit_kb"
  case journalKeepDays = "journal_keep_days"
  case journalKeepGigabytes = "journal_keep_gb"
  case lake
  case lakeFlushRows = "lake_flush_rows"
  case lakeFlushSeconds = "lake_flush_seconds"
  case lakePartMegabytes = "lake_part_megabytes"
  case s3Bucket = "s3_bucket"
  case s3Endpoint = "s3_endpoint"
  case s3AccessKey = "s3_access_key"
  case s3SecretKey = "s3_secret_key"
  case s3Region = "s3_region"
  case s3Prefix = "s3_prefix"
  case alertChannels = "alert_channels"
  case logLevel = "log_level"
  case logFormat = "log_format"

  /// The name in `marketflow config`.
  public var name: String { rawValue }

  /// The environment variable of ours.
  public var environment: String { "MARKETFLOW_" + rawValue.uppercased() }

  /// Names that people's set-ups already use; ours comes first when both are there.
  public var aliases: [String] {
    switch self {
    case .provider: ["PROVIDER"]
    case .demoMode: ["OPTION_FLOW_DEMO_MODE"]
    case .replayMode: ["REPLAY_MODE"]
    case .symbols: ["OPTION_FLOW_POLYGON_STREAM_SYMBOLS"]
    case .polygonKey: ["POLYGON_API_KEY", "MASSIVE_API_KEY"]
    case .s3Bucket: ["S3_BUCKET"]
    case .s3Endpoint: ["S3_ENDPOINT"]
    case .s3AccessKey: ["S3_ACCESS_KEY"]
    case .s3SecretKey: ["S3_SECRET_KEY"]
    case .s3Region: ["S3_REGION"]
    case .s3Prefix: ["S3_PREFIX"]
    default: []
    }
  }

  /// How a setting is given on the command line.
  public enum Flag: Sendable, Equatable {
    case value(String)
    /// The option's presence stands for the value.
    case presence(String, means: String)
  }

  /// Nil for what must not stand on a command line (keys: every user of the machine can read it) or is derived there.
  public var flag: Flag? {
    switch self {
    case .provider: .value("provider")
    case .demoMode: .value("demo-mode")
    case .demoSeed: .value("demo-seed")
    case .demoIntensity: .value("demo-intensity")
    case .demoSpeed: .value("demo-speed")
    case .replayMode, .polygonKey, .s3AccessKey, .s3SecretKey: nil
    case .replayFile: .value("replay")
    case .replaySpeed: .value("replay-speed")
    case .replayFrom: .value("replay-from")
    case .replayTo: .value("replay-to")
    case .replayFromCache: .presence("from-cache", means: "on")
    case .symbols: .value("symbols")
    case .polygonFeed: .value("feed")
    case .polygonBrand: .value("brand")
    case .polygonEndpoint: .value("endpoint")
    case .certificateAuthority: .value("certificate-authority")
    case .stocksStream: .presence("no-stocks-stream", means: "off")
    case .strikes: .value("strikes")
    case .quotedContracts: .value("quoted-contracts")
    case .defaultSpots: .value("default-spots")
    case .greeksSeconds: .value("greeks-seconds")
    case .positioningSeconds: .value("positioning-seconds")
    case .requestsPerMinute: .value("requests-per-minute")
    case .host: .value("host")
    case .names: .value("names")
    case .port: .value("port")
    case .dataDirectory: .value("data-dir")
    case .webDirectory: .value("web-dir")
    case .storage: .presence("no-store", means: "off")
    case .journal: .presence("no-journal", means: "off")
    case .journalCommitMilliseconds: .value("journal-commit-ms")
    case .journalCommitKilobytes: .value("journal-commit-kb")
    case .journalKeepDays: .value("journal-keep-days")
    case .journalKeepGigabytes: .value("journal-keep-gb")
    case .lake: .value("lake")
    case .lakeFlushRows: .value("lake-flush-rows")
    case .lakeFlushSeconds: .value("lake-flush-seconds")
    case .lakePartMegabytes: .value("lake-part-megabytes")
    case .s3Bucket: .value("s3-bucket")
    case .s3Endpoint: .value("s3-endpoint")
    case .s3Region: .value("s3-region")
    case .s3Prefix: .value("s3-prefix")
    case .alertChannels: .value("alert-channels")
    case .logLevel: .value("log-level")
    case .logFormat: .value("log-format")
    }
  }

  public var type: ValueType {
    switch self {
    case .provider: .choice(["demo", "polygon", "massive"])
    case .demoMode, .replayMode, .replayFromCache, .storage, .stocksStream, .journal: .boolean
    case .demoSeed: .integer(0...Int.max)
    case .demoIntensity: .number(0.01...100)
    case .demoSpeed: .number(0.1...1_000)
    case .replayFrom, .replayTo: .dayTime
    case .replayFile, .dataDirectory, .webDirectory, .certificateAuthority, .alertChannels: .path
    case .polygonFeed: .choice(["realtime", "delayed"])
    case .polygonBrand: .choice(["massive", "polygon"])
    case .polygonEndpoint: .text(placeholder: "URL")
    case .strikes: .integer(1...100)
    case .quotedContracts: .integer(0...1000)
    case .defaultSpots: .text(placeholder: "JSON")
    case .greeksSeconds: .integer(10...3600)
    case .positioningSeconds: .integer(0...3600)
    case .requestsPerMinute: .integer(1...60_000)
    case .journalCommitMilliseconds: .integer(1...10_000)
    case .journalCommitKilobytes: .integer(1...1_048_576)
    case .journalKeepDays: .integer(0...36_500)
    case .journalKeepGigabytes: .number(0...1_000_000)
    case .replaySpeed: .numberOrWord(0.01...1_000_000, ["max"])
    case .symbols: .text(placeholder: "JSON")
    case .polygonKey, .s3AccessKey, .s3SecretKey: .text(placeholder: "KEY")
    case .lake: .choice(["auto", "on", "off"])
    case .lakeFlushRows: .integer(1...10_000_000)
    case .lakeFlushSeconds: .integer(1...86_400)
    case .lakePartMegabytes: .integer(1...4_096)
    case .s3Bucket: .text(placeholder: "NAME")
    case .s3Endpoint: .text(placeholder: "URL")
    case .s3Region: .text(placeholder: "REGION")
    case .s3Prefix: .text(placeholder: "FOLDER")
    case .host: .text(placeholder: "ADDRESS")
    case .names: .text(placeholder: "NAMES")
    case .port: .integer(0...65_535)
    case .logLevel: .choice(["debug", "info", "warning", "error", "critical"])
    case .logFormat: .choice(["text", "json"])
    }
  }

  /// Nil where nothing is the default.
  public var standard: String? {
    switch self {
    case .provider: "demo"
    case .demoMode: "on"
    case .demoSeed: "1"
    case .demoIntensity: "1"
    case .demoSpeed: "1"
    case .replayMode, .replayFromCache: "off"
    case .replayFile, .replayFrom, .replayTo: nil
    case .replaySpeed: "1"
    case .symbols: #"["SPY","QQQ","AAPL","NVDA","TSLA"]"#
    case .polygonKey: nil
    case .polygonFeed: "realtime"
    case .polygonBrand: "massive"
    case .polygonEndpoint: nil
    case .certificateAuthority: nil
    case .stocksStream: "on"
    case .strikes: "3"
    case .quotedContracts: "1000"
    case .defaultSpots: nil
    case .greeksSeconds: "45"
    case .positioningSeconds: "5"
    case .requestsPerMinute: "3000"
    case .host: "127.0.0.1"
    case .names: nil
    case .port: "8000"
    case .dataDirectory: DataDirectory.standard
    case .webDirectory: nil
    case .storage, .journal: "on"
    case .journalCommitMilliseconds: "5"
    case .journalCommitKilobytes: "256"
    case .journalKeepDays: "30"
    case .journalKeepGigabytes: "0"
    case .lake: "auto"
    case .lakeFlushRows: "5000"
    case .lakeFlushSeconds: "60"
    case .lakePartMegabytes: "100"
    case .s3Bucket, .s3Endpoint, .s3AccessKey, .s3SecretKey: nil
    case .alertChannels: nil
    case .s3Region: "us-east-1"
    case .s3Prefix: "raw/flow"
    case .logLevel: "info"
    case .logFormat: "text"
    }
  }

  public var isSecret: Bool { self == .polygonKey || self == .s3AccessKey || self == .s3SecretKey }

  public var help: String {
    switch self {
    case .provider: "where market data come from; polygon and massive are one vendor"
    case .demoMode: "the built-in synthetic market, whatever the provider; off needs a key"
    case .demoSeed: "the same seed gives the same synthetic market"
    case .demoIntensity: "how many prints a second, as a factor of a usual day"
    case .demoSpeed: "how fast the synthetic session runs, as a factor of real time"
    case .replayMode: "play the replay file or day instead of the provider"
    case .replayFile:
      "what to play instead of the provider: a day of the journal or the cache (2026-11-20), or recorded frames (NDJSON, .gz, .zst, or a Polygon flat-file CSV)"
    case .replaySpeed: "1 is the recorded pace, 10 ten times as fast, max without pauses"
    case .replayFrom: "New York's time at which the pace begins; what comes before is played without pauses"
    case .replayTo: "New York's time at which the playing ends"
    case .replayFromCache: "play the day as it was fetched, also when the journal has it"
    case .symbols: "underlyings to follow, as a JSON array; a replay plays whatever its file holds"
    case .polygonKey: "the key of a Polygon (Massive) account"
    case .polygonFeed: "the plan's feed: realtime, or delayed by 15 minutes (without quotes)"
    case .polygonBrand: "whose hosts: massive.com or polygon.io; the account is the same"
    case .polygonEndpoint:
      "another place that speaks the vendor's protocol, as http://127.0.0.1:8765 of marketflow simulate"
    case .certificateAuthority: "PEM file of a certificate authority of your own, for an endpoint with TLS"
    case .stocksStream: "follow the underlyings on the stocks socket too; off for plans without stocks"
    case .strikes: "strikes each side of the money whose quotes are followed for today's expiry"
    case .quotedContracts:
      "contracts whose quotes are followed, strike windows first, then the most traded; the vendor allows 1,000"
    case .defaultSpots: "prices to begin with when nothing else tells an underlying's, marked stale, as {\"SPY\":600}"
    case .greeksSeconds: "seconds between two readings of an underlying's chain (greeks, open interest)"
    case .positioningSeconds: "seconds between two rounds of working out what dealers hold (GEX, levels); 0 for none"
    case .requestsPerMinute: "REST requests the plan allows a minute; 5 for the free one"
    case .host: "address to listen on"
    case .names:
      "names the page may be reached by, beside localhost; without them any does where the address is not this machine's own"
    case .port: "port to listen on; 0 takes a free one"
    case .dataDirectory: "folder of the database and the journal"
    case .webDirectory: "folder of the page's files; found beside the program when not set"
    case .storage: "keep prints in DuckDB"
    case .journal: "record what a live feed brings, so that a crash loses nothing and a day can be played again"
    case .journalCommitMilliseconds: "the record reaches the disk itself after so many milliseconds at the latest"
    case .journalCommitKilobytes: "or as soon as so many kilobytes wait"
    case .journalKeepDays: "trading days the record keeps, the running one included; 0 for all"
    case .journalKeepGigabytes: "size above which the record's oldest days go, the running one stays; 0 for any"
    case .lake:
      "keep prints in Parquet files, too, below raw/flow of the data folder; auto is on for everything but the demo"
    case .lakeFlushRows: "prints after which a Parquet file is written"
    case .lakeFlushSeconds: "seconds after which one is written with fewer"
    case .lakePartMegabytes: "size of the Parquet files of a day that is over"
    case .s3Bucket: "bucket that the Parquet files are copied to; needs s3_access_key and s3_secret_key"
    case .s3Endpoint:
      "where the bucket is, as https://s3.example.com or http://127.0.0.1:9000; Amazon's own when not set"
    case .s3AccessKey: "the name of the bucket's key"
    case .s3SecretKey: "the bucket's key"
    case .s3Region: "the bucket's region"
    case .s3Prefix: "folder of the Parquet files in the bucket"
    case .alertChannels: "JSON file of the places that alerts are sent to; without one, the console alone"
    case .logLevel: "the least important lines to write"
    case .logFormat: "lines for people, or JSON lines for programs"
    }
  }

  /// The option of this setting for a command's declaration; nil when it has none.
  public var option: CommandOption? {
    switch flag {
    case .value(let name):
      CommandOption(name, .value(type), help: help, default: standard, environment: environment)
    case .presence(let name, let meaning):
      CommandOption(name, .flag, help: "\(help): \(meaning)", environment: environment)
    case nil: nil
    }
  }

  /// The options of several settings, to be added to a command's own.
  public static func options(_ keys: [SettingKey]) -> [CommandOption] { keys.compactMap(\.option) }
}
