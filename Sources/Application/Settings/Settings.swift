import Alerting
import Feeds
import Logging
import MarketModel
import Server

/// What the process is to do, after flags, environment, `.env` and defaults have been weighed and checked.
public struct Settings: Sendable {
  /// Where market data come from.
  public enum Source: Sendable, Equatable {
    case demo
    case replay(path: String)
    /// A day of the journal, else of the historical cache; of the cache in any case when that is asked for.
    case replayDay(MarketDate, fromCache: Bool)
    case polygon(key: Secret)
  }

  public let source: Source
  public let demoMode: Bool
  /// The same seed gives the same synthetic market.
  public let demoSeed: UInt64
  /// Prints a second, as a factor of a usual day.
  public let demoIntensity: Double
  /// The synthetic session's pace, as a factor of real time.
  public let demoSpeed: Double
  public let replaySpeed: ReplaySpeed
  /// The stretch of the recorded day.
  let replayWindow: PlayWindow
  /// Underlyings, upper case, without repetition; those of the synthetic market only when it is the source.
  public let symbols: [String]
  public let polygonKey: Secret?
  /// What the vendor is asked with, whatever the source; a simulator of this machine takes any.
  let vendorKey: Secret?
  /// How the live feed is followed; its own checks have passed when it is the source.
  public let live: LiveSettings
  public let host: String
  /// Names that requests may come by beside this machine's own, in lower case; nil when none are given.
  public let names: [String]?
  /// 0 takes a free port.
  public let port: UInt16
  public let dataDirectory: String
  /// Folder of the page's files; nil when they are to be looked for.
  public let webDirectory: String?
  public let isStorageEnabled: Bool
  public let journal: JournalSettings
  /// Seconds between two rounds of positioning; 0 for none.
  public let positioningSeconds: Int
  /// How the Parquet lake is kept, when there is a store.
  public let lake: LakeSettings
  /// Places that alerts are sent to.
  public let alertChannels: [ChannelConfiguration]
  public let logLevel: LogLevel
  public let logFormat: LogFormat
  /// Every setting as text with its origin, in the table's order; secrets are masked.
  public let entries: [SettingEntry]
  /// Mistakes that do no harm, for the log: variables that look like a setting and are none.
  public let warnings: [String]

  /// - Parameters:
  ///   - command: its options override everything; settings that it declares no option for come from the other places.
  ///   - environment: the process's variables.
  ///   - file: the `.env` file, if there is one.
  /// - Throws: `SettingsError` with every problem at once.
  public init(command: ParsedCommand?, environment: [String: String], file: DotEnv?) throws(SettingsError) {
    let values = SettingValues(command: command, environment: environment, file: file)
    var problems = values.problems
    let reader = SettingReader(values: values)

    let symbols = reader.symbols()
    if case .failure(let problem) = symbols { problems += problem.problems }
    guard problems.isEmpty else { throw SettingsError(problems: problems) }

    source = try reader.source()
    demoMode = source == .demo
    demoSeed = UInt64(reader.integer(.demoSeed))
    demoIntensity = reader.number(.demoIntensity)
    demoSpeed = reader.number(.demoSpeed)
    replaySpeed = reader.text(.replaySpeed) == "max" ? .maximum : .times(reader.number(.replaySpeed))
    replayWindow = try reader.replayWindow()
    self.symbols = try symbols.get()
    if source == .demo { try reader.checkDemo(self.symbols, known: DemoFeed.symbols) }
    polygonKey = values[.polygonKey].map { Secret($0.text) }
    vendorKey = reader.vendorKey()
    live = try LiveSettings(reader)
    host = reader.text(.host)
    names = try reader.names()
    port = UInt16(reader.integer(.port))
    dataDirectory = reader.text(.dataDirectory)
    webDirectory = values[.webDirectory]?.text
    isStorageEnabled = reader.boolean(.storage)
    journal = JournalSettings(reader)
    positioningSeconds = reader.integer(.positioningSeconds)
    lake = try LakeSettings(reader)
    alertChannels = try AlertChannels(path: values[.alertChannels]?.text, environment: environment, file: file).all
    logLevel = LogLevel(name: reader.text(.logLevel)) ?? .info
    logFormat = LogFormat(rawValue: reader.text(.logFormat)) ?? .text
    entries = SettingKey.allCases.map { SettingEntry($0, values[$0]) }
    warnings = Self.strayNames(environment: environment, file: file)
  }

  private static func strayNames(environment: [String: String], file: DotEnv?) -> [String] {
    let known = SettingKey.allCases.map(\.environment)
    let places =
      environment.keys.map { ($0, "environment") } + (file?.assignments.keys.map { ($0, file?.file ?? "") } ?? [])
    return places.sorted { $0 < $1 }.compactMap { name, place in
      guard name.hasPrefix("MARKETFLOW_"), !known.contains(name) else { return nil }
      guard let near = NearMiss.closest(to: name, among: known) else { return nil }
      return "\(name) (from \(place)) is no setting; did you mean \(near)?"
    }
  }
}

/// One line of `marketflow config`.
public struct SettingEntry: Sendable, Equatable {
  public let name: String
  /// `***` for a secret that is set; nil for what is not set.
  public let value: String?
  public let origin: SettingOrigin
  /// The variable that sets it.
  public let environment: String

  init(_ key: SettingKey, _ found: SettingValues.Value?) {
    name = key.name
    value = key.isSecret ? found.map { Secret($0.text).description } : found?.text
    origin = found?.origin ?? .standard
    environment = key.environment
  }
}
