import FlowEngine
import MarketModel
import Storage

/// `GET /prints`: the newest prints, page by page; from memory as far as it reaches, then from the store.
enum PrintsRoute {
  struct Question: HistoryQuestion {
    var history = HistoryFilter()
    var limit = 100
    /// Only prints with a lower id; nil for the newest.
    var cursor: Int64?
  }

  static let parameters = ParameterSet<Question>(
    ParameterSet<Question>.filters(
      sides: AggressorSide.choices, sideMeaning: "Only prints of this side.", standardLimit: Question().limit)
      + ParameterSet<Question>.stretch + ParameterSet<Question>.printFacts
      + [
        .text("cursor", "`next` of the page before: only older prints.", wanted: "the `next` of an earlier answer") {
          question, text in
          question.cursor = Int64(text).flatMap { $0 > 0 ? $0 : nil }
          return question.cursor != nil
        }
      ])

  /// What memory has of a page.
  struct MemoryPart {
    var rows: [PrintRow]
    /// Memory has a further matching print below the last row.
    var hasMore: Bool
    /// The store has to be asked for prints with an id below this one; nil when memory's reach makes that needless.
    var storeBefore: Int64?
  }

  static func fromMemory(_ question: Question, _ model: ReadModel) -> MemoryPart {
    let filter = ResolvedFilter(question.filter, in: model.directory)
    var rows: [PrintRow] = []
    let oldest = model.prints.firstNumber
    let lowestID = question.history.lowestID ?? 1
    var number = model.prints.nextNumber - 1
    if let cursor = question.cursor { number = min(number, cursor - model.printBase - 1) }
    while number >= oldest, model.printBase + number >= lowestID {
      let print = model.prints[number]
      if filter.matches(print, in: model.directory),
        question.history.matches(
          print, model.directory[print.trade.instrument].instrument, isCancelled: model.prints.isVoid(number))
      {
        if rows.count == question.limit { return MemoryPart(rows: rows, hasMore: true, storeBefore: nil) }
        rows.append(model.row(number))
      }
      number -= 1
    }
    // What memory does not reach: everything below its oldest print, or below the cursor when that is older still.
    let reached = model.printBase + oldest
    let before = min(reached, question.cursor ?? reached)
    return MemoryPart(rows: rows, hasMore: false, storeBefore: before > lowestID ? before : nil)
  }

  /// A page when there is nothing to ask the store for, or no store.
  static func page(_ part: MemoryPart) -> PrintsPage {
    PrintsPage(rows: part.rows, next: part.hasMore ? part.rows.last?.id : nil, source: .memory)
  }

  /// A page completed from the store. Runs on the query thread.
  static func page(
    _ part: MemoryPart, _ question: Question, before: Int64, history: any FlowHistory
  ) throws -> PrintsPage {
    let wanted = question.limit - part.rows.count
    // One more than wanted tells whether another page follows.
    var stored = try history.prints(matching: question.history, before: before, limit: wanted + 1)
    let hasMore = stored.count > wanted
    if hasMore { stored.removeSubrange(wanted...) }
    let rows = part.rows + stored
    return PrintsPage(rows: rows, next: hasMore ? rows.last?.id : nil, source: stored.isEmpty ? .memory : .store)
  }
}

extension PrintsRoute {
  /// As the description names it.
  static let endpoints: [Endpoint] = [
    Endpoint(
      method: "GET", path: "/prints", operation: "getPrints", summary: "Prints, newest first",
      doc: "From memory as far as it reaches, then from the database. Give `next` back as `cursor` for the page after. "
        + "After a gap in memory (`queues.publisher.skipped` in /health) the newest prints below it are missing until they "
        + "are on disk (`storage.lag_milliseconds`).",
      parameters: PrintsRoute.parameters.descriptions,
      answers: [
        .json(200, "A page of prints.", PrintsPage.schema.record), .badParameter, .foreignHost,
        .problem(503, "The database cannot be read, or too many questions wait for it."),
      ])
  ]
}
