import FlowEngine
import JSONText
import MarketModel
import Storage

/// `GET /detections`: what was found, the newest first, page by page; from memory as far as it reaches, then from the store.
enum DetectionsRoute {
  static let path = "/detections"

  struct Question: Sendable {
    var filter = DetectionFilter()
    var limit = 100
    /// Only those that stand before it; nil for the newest.
    var cursor: DetectionPlace?
  }

  static let parameters = ParameterSet<Question>([
    .choice("kind", "Only this kind.") { $0.filter.kind = $1 },
    .text(
      "symbol", "An underlying (SPY) or a whole contract (O:SPY251216C00572000); of a spread its first contract.",
      wanted: "an underlying such as SPY or a contract such as O:SPY251216C00572000"
    ) { question, text in
      question.filter.symbol = SymbolDirectory.canonical(text)
      return question.filter.symbol != nil
    },
    .choice("side", "Only those of this side.") { $0.filter.side = $1 },
    .choice("state", "Only those in this state.") { $0.filter.state = $1 },
    minimumConfidence,
    .money("min_premium", "Least premium in USD.") { $0.filter.minimumPremiumMicros = $1 },
    .time(
      "from",
      "First moment that their newest print may have: RFC 3339, or a day, which begins at midnight in New York.",
      throughEndOfDay: false
    ) { $0.filter.from = $1 },
    .time("to", "First moment that is too late for their first print; a day counts to its end.", throughEndOfDay: true)
    {
      $0.filter.to = $1
    },
    .text(
      "cursor", "`next` of the page before: only those that stand behind it.", wanted: "the `next` of an earlier answer"
    ) { question, text in
      question.cursor = place(text)
      return question.cursor != nil
    },
    .integer("limit", "Most rows.", 1...Limits.answerRows, standard: Question().limit) { $0.limit = $1 },
  ])

  private static let minimumConfidence = Parameter<Question>(
    description: ParameterDescription(
      name: "min_confidence", place: .query, type: .number, doc: "Least confidence, 0 to 1.", minimum: 0, maximum: 1),
    apply: { question, text in
      guard let micros = DecimalText.micros(text), (0...1_000_000).contains(micros) else { return false }
      question.filter.minimumConfidencePermille = UInt16((micros + 999) / 1000)
      return true
    }, wanted: "a number from 0 to 1 such as 0.8")

  /// As `DetectionsPage.next` writes it.
  private static func place(_ text: String) -> DetectionPlace? {
    let parts = text.split(separator: "~")
    guard parts.count == 2, let print = Int64(parts[0]), print > 0, let id = DetectionID(text: String(parts[1])) else {
      return nil
    }
    return DetectionPlace(lastPrintID: print, detection: id)
  }

  /// - Throws: a problem for a range that ends before it begins.
  static func parse(_ query: [(name: String, value: String)]) throws(Problem) -> Question {
    let question = try parameters.parse(query, into: .init())
    if let from = question.filter.from, let to = question.filter.to, to <= from {
      throw .badParameter("to", seen: to.rfc3339, wanted: "a time after from, which is \(from.rfc3339)")
    }
    return question
  }

  /// What memory has of a page.
  struct MemoryPart: Sendable {
    var rows: [DetectionRow] = []
    /// Memory has a further one behind the last row.
    var hasMore = false
    /// Where the store has to be asked on.
    var storeBefore: DetectionPlace
    /// Of this run: what memory has shown, or would have if it matched. The store may still have an older record of it.
    var known: Set<DetectionID> = []
  }

  /// - Parameter hasStore: memory is asked only for what it has without a hole.
  static func fromMemory(_ question: Question, _ model: ReadModel, hasStore: Bool) -> MemoryPart {
    let filter = ResolvedFilter(PrintFilter(symbol: question.filter.symbol), in: model.directory)
    let reach = model.detections.reach
    let end = DetectionPlace(lastPrintID: model.printBase + reach, detection: DetectionID(rawValue: .max))
    var part = MemoryPart(storeBefore: min(end, question.cursor ?? end))
    for entry in model.detections.newestFirst {
      let detection = entry.detection
      if hasStore, detection.lastPrint <= reach { break }
      part.known.insert(detection.id)
      let place = DetectionPlace(lastPrintID: model.printBase + detection.lastPrint, detection: detection.id)
      if let cursor = question.cursor, place >= cursor { continue }
      guard matches(detection, question.filter),
        filter.matches(detection.instrument, model.directory[detection.instrument].instrument)
      else { continue }
      if part.rows.count == question.limit {
        part.hasMore = true
        break
      }
      part.rows.append(model.row(detection))
    }
    return part
  }

  /// By everything but the symbol.
  private static func matches(_ detection: Detection, _ filter: DetectionFilter) -> Bool {
    if let kind = filter.kind, detection.kind != kind { return false }
    if let side = filter.side, detection.side != side { return false }
    if let state = filter.state, detection.state != state { return false }
    if let least = filter.minimumConfidencePermille, detection.confidencePermille < least { return false }
    if let least = filter.minimumPremiumMicros, detection.premiumMicros < least { return false }
    if let from = filter.from, detection.lastTime < from { return false }
    if let to = filter.to, detection.firstTime >= to { return false }
    return true
  }

  /// A page of which memory has all that is asked for, or when there is no store.
  static func page(_ part: MemoryPart, isFull: Bool) -> DetectionsPage {
    DetectionsPage(rows: part.rows, next: part.hasMore || isFull ? part.rows.last?.place : nil, source: .memory)
  }

  /// A page completed from the store. Runs on the query thread.
  /// - Parameter runID: of the rows in memory.
  static func page(
    _ part: MemoryPart, _ question: Question, runID: Int32, history: any FlowHistory
  ) throws -> DetectionsPage {
    let wanted = question.limit - part.rows.count
    // One more than wanted tells whether another page follows.
    var stored = try history.detections(matching: question.filter, before: part.storeBefore, limit: wanted + 1)
    let hasMore = stored.count > wanted
    if hasMore { stored.removeSubrange(wanted...) }
    let last = stored.last?.place
    stored.removeAll { $0.runID == runID && part.known.contains($0.id) }
    return DetectionsPage(
      rows: part.rows + stored, next: hasMore ? last : nil, source: stored.isEmpty ? .memory : .store)
  }
}

/// One page of detections.
struct DetectionsPage: Sendable {
  var rows: [DetectionRow]
  /// Place to go on behind; nil at the end.
  var next: DetectionPlace?
  var source: PrintsPage.Source

  static let schema = Schema<DetectionsPage>(
    "Detections", "Detections, the one with the newest print first.",
    [
      .records("rows", "Newest first.", DetectionRow.schema) { $0.rows },
      .textOrNull("next", "Give it as `cursor` to get the next page; null at the end.") {
        $0.next.map { "\($0.lastPrintID)~\($0.detection.text)" }
      },
      .choice("source", "`store` when any row came from the database, else `memory`.") { $0.source },
    ])

  func encoded() -> [UInt8] { DetectionsPage.schema.encode(self, reservingBytes: 512 + rows.count * 1024) }
}
