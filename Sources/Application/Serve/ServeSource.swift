import Feeds
import FlowEngine
import Logging
import MarketModel
import Server
import Storage

/// Where a served run's data come from, with what differs by source.
enum ServeSource: Sendable {
  case demo(DemoSettings)
  case replay(path: String, fingerprint: String, summary: String)
  case replayDay(RecordedDay)
  case polygon(PolygonFeedSettings, mode: HealthFacts.Mode, startedAt: Timestamp)

  var mode: HealthFacts.Mode {
    switch self {
    case .demo: .demo
    case .replay, .replayDay: .replay
    case .polygon(_, let mode, _): mode
    }
  }

  var summary: String {
    switch self {
    case .demo(let settings): "demo seed \(settings.seed)"
    case .replay(_, _, let summary): summary
    case .replayDay(let day): day.summary
    case .polygon(let settings, _, _): "polygon \(settings.socketBase)"
    }
  }

  /// Nil for what is no recorded day.
  var recordedDay: RecordedDay? {
    if case .replayDay(let day) = self { day } else { nil }
  }

  var subscribed: [String] {
    switch self {
    case .demo(let settings): settings.symbols
    case .replay, .replayDay: []
    case .polygon(let settings, _, _): settings.filter.underlyings
    }
  }

  /// A file is the same each time it is played: what is stored of it already is not stored again, unless another program or
  /// other rules would conclude something else from it. The demo goes on from where it was, so that each start is a stretch
  /// of its own.
  /// A live feed that is recorded is known by its journal instead (`JournalArchive.ingestSource`).
  func ingestSource(configuration: FlowConfiguration) -> IngestSource {
    switch self {
    case .demo(let settings):
      IngestSource(
        source: summary, fingerprint: "demo-\(settings.seed)-\(settings.start.nanoseconds)", resumable: false)
    case .replay(_, let fingerprint, let summary):
      IngestSource(
        source: summary, fingerprint: "\(fingerprint) marketflow-\(marketFlowVersion) \(configuration.labelingText)",
        resumable: true)
    case .replayDay(let day): ServeSource.playedAgain(day)
    case .polygon(_, _, let start):
      IngestSource(source: summary, fingerprint: "\(summary) \(start.nanoseconds)", resumable: false)
    }
  }

  /// Played without a store: only what is said of it needs the name. The days of a journal have one fingerprint.
  static func playedAgain(_ day: RecordedDay) -> IngestSource {
    IngestSource(
      source: day.summary, fingerprint: "\(day.summary) \(day.ingestSource().fingerprint)", resumable: false)
  }

  /// The demo's first twenty minutes pass in three seconds: a page without history says nothing.
  var warmUp: Pacer.WarmUp? {
    switch self {
    case .demo(let settings):
      Pacer.WarmUp(end: settings.start.adding(nanoseconds: ServeSource.warmUpNanoseconds), speed: 400)
    case .replay, .replayDay, .polygon: nil
    }
  }

  private static let warmUpNanoseconds: Int64 = 1_200_000_000_000

  /// Files wait for the disk; a market does not, not even an invented one.
  func storePatience(isRecorded: Bool) -> EngineThread.StorePatience {
    switch self {
    case .demo: .short
    case .polygon: isRecorded ? .recorded : .short
    case .replay, .replayDay: .endless
    }
  }

  /// What a journal of the source is called: the events of two vendors must not be played as one market. Nil for what can be
  /// played again anyhow.
  var journalSource: String? {
    switch self {
    case .demo, .replay, .replayDay: nil
    case .polygon(let settings, .endpoint, _): "polygon at \(settings.socketBase)"
    case .polygon: "polygon"
    }
  }

  init(settings: Settings, lastStoredTime: Timestamp?, now: Timestamp) throws {
    switch settings.source {
    case .demo:
      self = .demo(
        DemoSettings(
          seed: settings.demoSeed, start: ServeSource.demoStart(after: lastStoredTime, now: now),
          intensity: settings.demoIntensity, symbols: settings.symbols, sessionAfter: ServeSource.session(after:)))
    case .replay(let path):
      // Opened here for its errors and its name, again on the feed's thread to be read.
      let file = try ReplayFile(path: path, instruments: InstrumentTable(capacity: 1024))
      self = .replay(path: path, fingerprint: file.fingerprint, summary: file.summary)
    case .replayDay(let date, let fromCache):
      self = .replayDay(
        try RecordedDay(date, in: DataDirectory(path: settings.dataDirectory), fromCache: fromCache))
    case .polygon(let key):
      self = .polygon(
        try ServeSource.liveFeed(settings, key: key), mode: ServeSource.mode(of: settings.live), startedAt: now)
    }
  }

  /// - Throws: `SettingsError` for symbols that name nothing.
  static func liveFeed(_ settings: Settings, key: Secret) throws -> PolygonFeedSettings {
    let filter: SymbolFilter
    do throws(SymbolFilterError) {
      filter = try SymbolFilter(settings.symbols)
    } catch {
      throw SettingsError("\(error)")
    }
    let live = settings.live
    return PolygonFeedSettings(
      key: key, socketBase: live.socketBase, restBase: live.restBase, certificateAuthority: live.certificateAuthority,
      filter: filter, followsStocks: live.followsStocks, isDelayed: live.feed == .delayed,
      strikesEachSide: live.strikes, quotedContracts: live.quotedContracts, defaultSpots: live.defaultSpots,
      greeksSeconds: live.greeksSeconds,
      requestsPerMinute: live.requestsPerMinute, isRecorded: settings.journal.isEnabled)
  }

  private static func mode(of live: LiveSettings) -> HealthFacts.Mode {
    if live.endpoint != nil { return .endpoint }
    switch live.feed {
    case .realtime: return .live
    case .delayed: return .delayed
    }
  }

  /// The demo's stream time at the start: 25 minutes into the latest session, or after what an earlier start left in the
  /// store, so that no moment is stored twice.
  private static func demoStart(after lastStored: Timestamp?, now: Timestamp) -> Timestamp {
    let today = TradingCalendar.tradingDay(containing: now)
    let day = TradingCalendar.isSession(today) ? today : TradingCalendar.previousSession(before: today)
    let usual = Timestamp(newYork: day, hour: 9, minute: 55)
    guard let lastStored, lastStored >= usual else { return usual }
    return lastStored.adding(nanoseconds: 1_000_000_000)
  }

  /// The first session that closes after a moment.
  @Sendable static func session(after time: Timestamp) -> DemoSession {
    var day = TradingCalendar.tradingDay(containing: time)
    while true {
      if let session = TradingCalendar.session(on: day), session.close > time {
        return DemoSession(day: day, open: session.open, close: session.close)
      }
      day = TradingCalendar.nextSession(after: day)
    }
  }
}
