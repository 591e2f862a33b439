import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Storage

/// What the engine makes of a journal: days of prints, some of them entered by hand, cancellations, minutes, detections and
/// digests.
struct JournalStream {
  static let source = IngestSource(
    source: "vendor", fingerprint: "journal 1", resumable: true, includesInjected: true)
  static let days = [14, 17, 18].compactMap { MarketDate(year: 2024, month: 6, day: $0) }

  let stream: OutputStream
  let outputs: [FlowOutput]

  /// - Parameters:
  ///   - prints: of each day.
  ///   - finds: whether a detector looks on.
  init(prints: Int64, finds: Bool = false) throws {
    stream = try OutputStream()
    var outputs: [FlowOutput] = []
    var position = IngestPosition.start
    for (i, day) in JournalStream.days.enumerated() {
      var found = DetectionStream(day, stream)
      let start = OutputStream.open.adding(nanoseconds: Int64(i) * 86_400_000_000_000)
      outputs.append(
        .sessionReset(
          SessionReset(
            session: day, time: start, printsBefore: position.prints, cancellationsBefore: position.cancellations)))
      for ordinal in 1...prints {
        let number = position.prints + ordinal
        outputs.append(.print(stream.print(number, injected: number % 7 == 0)))
        if finds { outputs += found.see(stream.print(number), ordinal: ordinal) }
        if ordinal % 10 == 0 { outputs.append(.minuteBar(stream.bar(number / 10))) }
        if ordinal % 15 == 3 {
          outputs.append(
            .cancellation(Cancellation(cancelledNumber: number - 2, trade: stream.print(number - 2).trade)))
          outputs += found.takeBack(stream.print(number - 2))
          position.cancellations += 1
        }
        if ordinal % 40 == 0 { outputs.append(.digest(JournalStream.digest(day, events: ordinal * 3))) }
      }
      position.prints += prints
      outputs.append(.digest(JournalStream.digest(day, events: prints * 3 + 1)))
    }
    self.outputs = outputs
  }

  static func digest(_ day: MarketDate, events: Int64) -> DigestRecord {
    DigestRecord(
      session: day, time: OutputStream.open, events: events, prints: events / 3,
      digest: UInt64(bitPattern: events &* -0x1234_5678_9ABC))
  }

  /// What had come before an output.
  func position(before index: Int) -> IngestPosition {
    var position = IngestPosition.start
    for output in outputs[..<index] {
      switch output {
      case .print: position.prints += 1
      case .cancellation: position.cancellations += 1
      default: break
      }
    }
    return position
  }
}

extension JournalStream {
  static func progress(_ path: String) throws -> IngestProgress? {
    try Store(StoreOptions(path: path)).ingestProgress(of: source)
  }

  /// Offers outputs from one place to another, in a process of its own as far as the file can tell.
  /// - Parameters:
  ///   - losing: stretches that are given up on the way, ascending.
  ///   - killedAt: where the process dies, if it does: the file and its log stay as they are at that moment.
  @discardableResult
  func play(
    _ range: Range<Int>, into path: String, finished: Bool = false, losing: [Range<Int>] = [], killedAt: Int? = nil
  ) throws -> (run: IngestRun, counters: StoreCounters) {
    var options = StoreOptions(path: path)
    options.flushPrints = 40
    let writer = try Store(options).makeWriter(instruments: try OutputStream().instruments)
    let run = try writer.reserve(JournalStream.source, startingAt: position(before: range.lowerBound))
    writer.start()
    var place = range.lowerBound
    var killed = false
    func offer(to end: Int) throws {
      if let killedAt, !killed, killedAt <= end {
        writer.offerAll(Array(outputs[place..<max(place, killedAt)]))
        place = max(place, killedAt)
        if killedAt % 2 == 0 { #expect(writer.drain(timeoutMilliseconds: 20_000)) }
        try JournalStream.copy(path, to: path + ".killed")
        killed = true
      }
      writer.offerAll(Array(outputs[place..<max(place, end)]))
      place = max(place, end)
    }
    for lost in losing {
      let lost = lost.clamped(to: range)
      try offer(to: lost.lowerBound)
      outputs[max(place, lost.lowerBound)..<max(place, lost.upperBound)].withUnsafeBufferPointer { writer.giveUp($0) }
      place = max(place, lost.upperBound)
    }
    try offer(to: range.upperBound)
    try writer.close(finished: finished)
    if killed { try JournalStream.copy(path + ".killed", to: path) }
    return (run, writer.counters)
  }

  /// What a file holds of detections when the stream was stored in one go.
  private func foundRows() throws -> [String] {
    let folder = try TemporaryFolder()
    try play(0..<outputs.count, into: folder.file, finished: true)
    return try Store(StoreOptions(path: folder.file)).foundRows()
  }

  private static func copy(_ path: String, to copy: String) throws {
    let files = FileManager.default
    for suffix in ["", ".wal"] {
      if files.fileExists(atPath: copy + suffix) { try files.removeItem(atPath: copy + suffix) }
      if files.fileExists(atPath: path + suffix) { try files.copyItem(atPath: path + suffix, toPath: copy + suffix) }
    }
  }

  /// Everything of the stream, once.
  func expectWhole(_ path: String, _ comment: Comment? = nil) throws {
    let store = try Store(StoreOptions(path: path))
    let first = OutputStream.firstID(ofRun: 1)
    let prints = outputs.compactMap { if case .print(let print) = $0 { print } else { nil } }
    let voided = Set(outputs.compactMap { if case .cancellation(let void) = $0 { void.cancelledNumber } else { nil } })
    let read = try store.makeReader().prints(limit: 10_000).reversed()
    #expect(read.map(\.printID) == prints.map { first - 1 + $0.number }, comment)
    #expect(read.map(\.sequence) == prints.map(\.trade.sequence), comment)
    #expect(read.map { $0.flags.contains(.injected) } == prints.map { $0.flags.contains(.injected) }, comment)
    #expect(read.map(\.isCancelled) == prints.map { voided.contains($0.number) }, comment)
    #expect(
      try store.rows("SELECT print_id FROM trades_raw WHERE message = 'cancel' ORDER BY print_id")
        == voided.sorted().map { "\(first - 1 + $0)" }, comment)
    #expect(try store.integer("SELECT count(*) FROM rollups_min") == 36, comment)
    #expect(try store.integer("SELECT count(*) FROM feed_incidents") == 3, comment)
    for day in JournalStream.days {
      #expect(
        try store.makeReader().digests(ofRun: 1, session: day)
          == [120, 240, 360, 361].map { JournalStream.digest(day, events: $0) }, comment)
    }
    #expect(try store.rows("SELECT * FROM main.ingest_holes").isEmpty, comment)
    #expect(try store.foundRows() == foundRows(), comment)
    let progress = try store.ingestProgress(of: JournalStream.source)
    #expect(progress?.committed == position(before: outputs.count), comment)
    #expect(progress?.days.map(\.before.prints) == [0, 120, 240], comment)
  }
}
