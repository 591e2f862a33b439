import Rings
import Synchronization

/// Hands live items from whoever has them to the feed's thread, in order. Only what opens a gap goes before all else: whoever
/// dies while it waits behind what other gaps brought would leave a gap that nobody knows of.
public final class LiveInbox: Sendable {
  fileprivate struct Waiting {
    var items: [LiveItem] = []
    /// Items before this one are gone.
    var first = 0
    /// Rows of the first item that are gone.
    var firstRow = 0
  }

  private let waiting = Mutex(Waiting())
  private let isFilled = Atomic<Bool>(false)
  private let announcements = Mutex<[LiveItem]>([])
  private let isAnnouncing = Atomic<Bool>(false)
  private let bell: Doorbell

  /// - Parameter bell: what the feed's thread sleeps on.
  public init(bell: Doorbell) { self.bell = bell }

  public func offer(_ item: LiveItem) {
    if item.opensGap {
      announcements.withLock { announcements in
        announcements.append(item)
        isAnnouncing.store(true, ordering: .releasing)
      }
    } else {
      waiting.withLock { waiting in
        waiting.items.append(item)
        isFilled.store(true, ordering: .releasing)
      }
    }
    bell.ring()
  }

  /// Feed thread: cheap enough to ask for every frame.
  public var isEmpty: Bool { !isFilled.load(ordering: .acquiring) && !hasAnnouncements }

  /// Feed thread: as cheap. Whether a gap waits to be opened.
  var hasAnnouncements: Bool { isAnnouncing.load(ordering: .acquiring) }

  /// Feed thread: the gaps that wait to be opened, oldest first; they are gone then.
  func takeAnnouncements() -> [LiveItem] {
    announcements.withLock { announcements in
      defer { announcements = [] }
      isAnnouncing.store(false, ordering: .releasing)
      return announcements
    }
  }

  /// Feed thread: what else waits, oldest first, but no more than so many rows: a long item is handed out in pieces.
  public func take(rows limit: Int) -> [LiveItem] {
    precondition(limit > 0, "LiveInbox.take: \(limit) rows")
    return waiting.withLock { waiting in
      var taken: [LiveItem] = []
      var room = limit
      while room > 0, waiting.first < waiting.items.count {
        let item = waiting.items[waiting.first]
        let rows = item.rows
        let end = min(rows, waiting.firstRow + room)
        taken.append(waiting.firstRow == 0 && end == rows ? item : item.piece(waiting.firstRow..<end))
        // An item without rows costs a turn something, too.
        room -= max(1, end - waiting.firstRow)
        waiting.firstRow = end
        if end == rows { waiting.drop() }
      }
      if waiting.first == waiting.items.count {
        waiting = Waiting()
        isFilled.store(false, ordering: .releasing)
      }
      return taken
    }
  }
}

extension LiveInbox.Waiting {
  /// The first item is through.
  fileprivate mutating func drop() {
    first += 1
    firstRow = 0
    // What is gone is freed now and then, so that a queue that never empties does not grow for ever.
    guard first >= 256, first * 2 >= items.count else { return }
    items.removeFirst(first)
    first = 0
  }
}

extension LiveItem {
  fileprivate var opensGap: Bool {
    if case .incident(let incident) = self { incident.kind == .gapFound } else { false }
  }

  /// How many rows it is made of.
  fileprivate var rows: Int {
    switch self {
    case .references(let references): references.count
    case .recovered(let part): part.rows.count
    case .incident: 1
    case .quotesBegin(let symbols), .quotesEnded(let symbols): symbols.count
    }
  }

  /// Some of its rows.
  fileprivate func piece(_ rows: Range<Int>) -> LiveItem {
    switch self {
    case .references(let references): .references(Array(references[rows]))
    case .recovered(let part):
      .recovered(RecoveredPart(gap: part.gap, symbol: part.symbol, rows: Array(part.rows[rows])))
    case .incident: self
    case .quotesBegin(let symbols): .quotesBegin(Array(symbols[rows]))
    case .quotesEnded(let symbols): .quotesEnded(Array(symbols[rows]))
    }
  }
}
