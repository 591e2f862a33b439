import Feeds
import FlowEngine
import Foundation
import Journal
import Logging
import MarketModel
import Rings
import Storage
import Testing

@testable import Application

/// Some invented market, recorded in a journal of a folder as `serve` records a live feed.
struct RecordedMarket {
  let folder: ProcessFolder
  let settings: Settings
  let source: ServeSource
  let rules = FlowConfiguration()
  let log = Log(minimumLevel: .critical)
  /// Of the market itself; each life has a table of its own.
  let instruments = InstrumentTable()

  /// A place that speaks the vendor's protocol; nobody listens there.
  static let endpoint = "http://127.0.0.1:9"

  init(_ words: String...) throws {
    folder = try ProcessFolder()
    let program = Program(
      name: "marketflow", version: "0", summary: "",
      commands: [Command("serve", summary: "", options: SettingKey.options(SettingKey.allCases))])
    let all =
      ["serve", "--provider", "polygon", "--endpoint", Self.endpoint, "--data-dir", folder.path("data")] + words
    guard case .run(let command) = try program.parse(all) else { preconditionFailure("no command") }
    settings = try Settings(command: command, environment: [:], file: nil)
    source = try ServeSource(settings: settings, lastStoredTime: nil, now: Timestamp(seconds: 1_750_000_000))
  }

  /// Frames of the demo market with their events, as a feed's thread gets them.
  func batches(_ count: Int) throws -> [[MarketEvent]] {
    let day = MarketDate(daysSinceEpoch: 20_258)
    let settings = DemoSettings(
      seed: 7, start: Timestamp(newYork: day, hour: 10, minute: 0), intensity: 5,
      sessionAfter: ServeSource.session(after:))
    var reader = FeedReader(source: DemoFeed(settings: settings, instruments: instruments), instruments: instruments)
    var batches: [[MarketEvent]] = []
    while batches.count < count, try reader.next() { batches.append(Array(reader.batch.events)) }
    return batches
  }

  /// Opens the journal as a start does.
  func open(store: Store? = nil) throws -> LiveRecord {
    try #require(try LiveRecord.open(source, settings, store: store, rules: rules, log: log))
  }

  /// What an engine that gets all events at once concludes.
  func digest(of batches: some Sequence<[MarketEvent]>) -> DigestRecord? {
    var engine = FlowEngine(configuration: rules, instruments: instruments)
    var outputs = OutputBuffer()
    for batch in batches { batch.withUnsafeBufferPointer { engine.process($0, into: &outputs) } }
    outputs.removeAll()
    engine.recordDigest(into: &outputs)
    for case .digest(let record) in outputs.outputs { return record }
    return nil
  }

  /// A life: plays the journal into an engine thread, records more, and stops; at the end it may make a snapshot.
  func live(
    _ more: some Sequence<[MarketEvent]> = [[MarketEvent]](), store: Store? = nil, makesSnapshot: Bool = false,
    program: String? = nil
  ) throws -> Life {
    let opened = try open(store: store)
    let record = LiveRecord(
      journal: opened.journal, options: opened.options, plan: opened.plan,
      snapshots: SnapshotFiles(
        directory: opened.snapshots.directory, fingerprint: program ?? opened.snapshots.fingerprint),
      highestGap: opened.highestGap)
    let instruments = InstrumentTable()
    let events = SPSCRing<MarketEvent>(capacity: 1 << 14)
    let gauges = IngestGauges()
    let seen = SeenOutputs()
    let writer = try store?.makeWriter(instruments: instruments)
    _ = try writer?.reserve(
      record.journal.archive.ingestSource(), startingAt: record.plan.start)
    let engine = EngineThread(
      EngineThread.Connections(
        events: events, publisher: SPSCRing<FlowOutput>(capacity: 1 << 14), snapshots: Exchange<FlowSnapshot>(),
        store: writer, storePatience: .recorded, gauges: gauges, observer: { seen.note($0) }))
    writer?.start()
    engine.start(try record.makeEngine(rules, instruments))
    record.journal.start()
    let playing = EventDoor(ring: events, engineBell: engine.bell, gauges: gauges, isStopping: { false })
    let memory = try JournalRecovery(record: record, log: log).play(
      through: playing, into: instruments, isStopping: { false })
    let standing = memory.standing
    var door = EventDoor(
      ring: events, engineBell: engine.bell, gauges: gauges, isStopping: { false },
      journal: try record.journal.makeAppender(instruments: instruments))
    gauges.setStatus(.streaming)
    for id in 0..<self.instruments.count { _ = instruments.intern(self.instruments[InstrumentID(UInt32(id))].symbol) }
    for batch in more { batch.withUnsafeBufferPointer { door.push($0) } }
    engine.stop()
    record.journal.close()
    try writer?.close(finished: true)
    if makesSnapshot { try SnapshotKeeper(record, gauges: gauges, rules: rules, log: log).make() }
    return Life(
      plan: record.plan, digest: seen.lastDigest, prints: seen.prints, standing: standing,
      played: record.progress.events)
  }

  struct Life {
    var plan: RecoveryPlan
    var digest: DigestRecord?
    /// Numbers of the prints that the engine gave out.
    var prints: [Int64]
    /// What was known of the stream before anything more came.
    var standing: LiveStanding
    /// Events that were played.
    var played: Int64
  }

  func removeSnapshots() throws {
    let journal = folder.url.appending(path: "data/journal")
    for day in try FileManager.default.contentsOfDirectory(at: journal, includingPropertiesForKeys: nil) {
      guard day.hasDirectoryPath else { continue }
      for file in try FileManager.default.contentsOfDirectory(at: day, includingPropertiesForKeys: nil)
      where file.lastPathComponent.hasPrefix("snapshot-") {
        try FileManager.default.removeItem(at: file)
      }
    }
  }
}

/// What an engine thread said.
final class SeenOutputs: @unchecked Sendable {
  private(set) var lastDigest: DigestRecord?
  private(set) var prints: [Int64] = []

  /// On the engine's thread; read when it has ended.
  func note(_ outputs: UnsafeBufferPointer<FlowOutput>) {
    for output in outputs {
      switch output {
      case .digest(let record): lastDigest = record
      case .print(let print): prints.append(print.number)
      default: break
      }
    }
  }
}
