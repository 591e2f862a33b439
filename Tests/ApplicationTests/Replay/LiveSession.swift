import Feeds
import FlowEngine
import Foundation
import Journal
import Logging
import MarketModel
import Storage
import Testing

@testable import Application

/// A live session as `serve` has it, without its threads: what comes goes into the journal, then through the engine into the
/// store. It lasts from shortly before one close to shortly after the next open.
final class LiveSession {
  static let first = MarketDate(year: 2025, month: 12, day: 16) ?? MarketDate(daysSinceEpoch: 0)
  static let second = MarketDate(year: 2025, month: 12, day: 17) ?? MarketDate(daysSinceEpoch: 0)
  /// Begins so long before the close and ends so long after the open.
  static let seconds: Int64 = 15

  let folder: ProcessFolder
  let directory: DataDirectory
  let source: IngestSource
  /// By day: what the engine said of itself last.
  private(set) var last: [MarketDate: DigestRecord] = [:]
  /// By day: the prints it gave out.
  private(set) var prints: [MarketDate: Int64] = [:]

  /// - Parameter stored: so many batches of the second day reach the store, as when the process is killed then; nil for all.
  init(stored: Int? = nil, finished: Bool = true) throws {
    folder = try ProcessFolder()
    directory = DataDirectory(path: folder.path("data"))
    try directory.create()
    let log = Log(minimumLevel: .critical)
    let journal = try Journal(JournalOptions(directory: directory.journal, source: "polygon test"), log: log)
    journal.start()
    source = journal.archive.ingestSource()
    let instruments = InstrumentTable(capacity: 1 << 16)
    var appender = try journal.makeAppender(instruments: instruments)
    let writer = try Store(StoreOptions(path: directory.database)).makeWriter(instruments: instruments, log: log)
    _ = try writer.begin(source)
    var engine = FlowEngine(configuration: .product, instruments: instruments)
    var outputs = OutputBuffer()
    var reader = FeedReader(source: LiveSession.market(instruments), instruments: instruments)
    let end = Timestamp(newYork: LiveSession.second, hour: 9, minute: 30).adding(
      nanoseconds: LiveSession.seconds * 1_000_000_000)
    var batches = 0
    var batchesOfSecond = 0
    while try reader.next(), reader.streamTime < end {
      appender.append(reader.batch.events, receivedNanoseconds: reader.streamTime.nanoseconds)
      engine.process(reader.batch.events, into: &outputs)
      batches += 1
      if batches == 10 {
        let incident = MarketEvent.incident(FeedIncident(kind: .muted, time: reader.streamTime, scope: .options))
        withUnsafePointer(to: incident) {
          let events = UnsafeBufferPointer(start: $0, count: 1)
          appender.append(events, receivedNanoseconds: reader.streamTime.nanoseconds)
          engine.process(events, into: &outputs)
        }
      }
      // As a restart in the middle of the day would leave it.
      if batches % 500 == 0 { engine.recordDigest(into: &outputs) }
      if last[LiveSession.first] != nil, engine.session == LiveSession.second { batchesOfSecond += 1 }
      take(&outputs, stored.map { batchesOfSecond <= $0 } ?? true ? writer : nil)
    }
    engine.recordDigest(into: &outputs)
    take(&outputs, stored == nil ? writer : nil)
    try writer.close(finished: finished)
    journal.close()
  }

  private static func market(_ instruments: InstrumentTable) -> DemoFeed {
    let start = Timestamp(newYork: first, hour: 16).adding(nanoseconds: -seconds * 1_000_000_000)
    return DemoFeed(
      settings: DemoSettings(
        seed: 3, start: start, intensity: 0.5, symbols: ["SPY", "QQQ"], sessionAfter: ServeSource.session(after:)),
      instruments: instruments)
  }

  /// - Parameter writer: nil when the outputs are lost with the process.
  private func take(_ outputs: inout OutputBuffer, _ writer: StoreWriter?) {
    for output in outputs.outputs {
      switch output {
      case .digest(let record): last[record.session] = record
      case .print(let print): prints[TradingCalendar.tradingDay(containing: print.trade.time), default: 0] += 1
      default: break
      }
    }
    var rest = outputs.outputs
    while let writer, !rest.isEmpty { rest = UnsafeBufferPointer(rebasing: rest[writer.offer(rest)...]) }
    outputs.removeAll()
  }

  /// Changes a byte in the middle of a day's first file.
  func damage(_ date: MarketDate) throws {
    let folder = "\(directory.journal)/\(date)"
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).sorted().first)
    let file = URL(filePath: "\(folder)/\(name)")
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 0x10
    try bytes.write(to: file)
  }

  var archive: JournalArchive {
    get throws { try JournalArchive(directory: directory.journal) }
  }

  func day(_ date: MarketDate) throws -> RecordedDay { try RecordedDay(date, in: directory) }

  func replay(_ date: MarketDate, speed: Double? = nil, _ change: (inout ReplayRun) -> Void = { _ in }) throws
    -> ReplaySummary
  {
    var run = ReplayRun(source: .day(try day(date)), speed: speed)
    change(&run)
    return try run.play { _, _ in }
  }
}
