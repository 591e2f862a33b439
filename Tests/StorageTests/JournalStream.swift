import MarketModel

@testable import FlowEngine
@testable import Storage

/// What the engine makes of a journal: days of prints, some of them entered by hand, cancellations, minutes and digests.
struct JournalStream {
  static let source = IngestSource(
    source: "vendor", fingerprint: "journal 1", resumable: true, includesInjected: true)
  static let days = [14, 17, 18].compactMap { MarketDate(year: 2024, month: 6, day: $0) }

  let stream: OutputStream
  let outputs: [FlowOutput]

  /// - Parameter prints: of each day.
  init(prints: Int64) throws {
    stream = try OutputStream()
    var outputs: [FlowOutput] = []
    var position = IngestPosition.start
    for (i, day) in JournalStream.days.enumerated() {
      let start = OutputStream.open.adding(nanoseconds: Int64(i) * 86_400_000_000_000)
      outputs.append(
        .sessionReset(
          SessionReset(
            session: day, time: start, printsBefore: position.prints, cancellationsBefore: position.cancellations)))
      for ordinal in 1...prints {
        let number = position.prints + ordinal
        outputs.append(.print(stream.print(number, injected: number % 7 == 0)))
        if ordinal % 10 == 0 { outputs.append(.minuteBar(stream.bar(number / 10))) }
        if ordinal % 15 == 3 {
          outputs.append(
            .cancellation(Cancellation(cancelledNumber: number - 2, trade: stream.print(number - 2).trade)))
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
