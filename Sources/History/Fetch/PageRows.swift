import Feeds
import MarketModel

/// The rows of a page as events, and where the next page begins.
struct PageRows {
  private(set) var events: [MarketEvent] = []
  private var corrected: Int64 = 0
  private var refused: Int64 = 0
  /// The last row so far.
  private var point: HistoryManifest.ResumePoint?
  /// Rows of this time that are stored already come first, and are passed over.
  private let stored: HistoryManifest.ResumePoint?

  init(resume: HistoryManifest.ResumePoint?) {
    stored = resume
    point = resume.map { HistoryManifest.ResumePoint(nanoseconds: $0.nanoseconds, rows: 0) }
  }

  var latest: Timestamp? { point.map { Timestamp(nanoseconds: $0.nanoseconds) } }

  mutating func add<Record>(
    _ nanoseconds: Int64?, _ outcome: HistoryRowOutcome<Record>, event: (Record) -> MarketEvent
  ) {
    if let nanoseconds {
      if point?.nanoseconds == nanoseconds {
        point?.rows += 1
      } else {
        point = HistoryManifest.ResumePoint(nanoseconds: nanoseconds, rows: 1)
      }
      if let stored, let point, point.nanoseconds == stored.nanoseconds, point.rows <= stored.rows { return }
    }
    switch outcome {
    case .row(let record): events.append(event(record))
    case .corrected: corrected += 1
    case .refused: refused += 1
    }
  }

  /// The page that is to be stored; the next one goes on.
  mutating func take(refused unreadable: Int64, source: String, fetched: Timestamp) -> DayWriter.Page {
    defer {
      events.removeAll(keepingCapacity: true)
      corrected = 0
      refused = 0
    }
    // Rows that are stored stay stored, even when the vendor has not sent them again.
    let resume = point.map { point in
      let known = stored?.nanoseconds == point.nanoseconds ? stored?.rows ?? 0 : 0
      return HistoryManifest.ResumePoint(nanoseconds: point.nanoseconds, rows: max(point.rows, known))
    }
    return DayWriter.Page(
      events: events, corrected: corrected, refused: refused + unreadable, resume: resume, source: source,
      fetched: fetched)
  }
}
