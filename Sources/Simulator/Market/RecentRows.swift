/// Rows in the order of their times, of which the oldest can make room: an array until it is full, then a ring.
struct RecentRows<Row: BitwiseCopyable & Sendable>: RandomAccessCollection, Sendable {
  private var rows: [Row] = []
  private var head = 0

  var startIndex: Int { 0 }
  var endIndex: Int { rows.count }

  subscript(index: Int) -> Row {
    get { rows[place(index)] }
    set { rows[place(index)] = newValue }
  }

  private func place(_ index: Int) -> Int {
    let place = head + index
    return place < rows.count ? place : place - rows.count
  }

  /// Puts a row behind all that are not younger: late rows find their place.
  /// - Parameters:
  ///   - replacesOldest: the oldest row goes, if there is one.
  ///   - time: what rows are ordered by.
  /// - Returns: whether a row was given up, the new one if there is nothing to replace.
  @discardableResult
  mutating func insert(_ row: Row, replacesOldest: Bool, time: (Row) -> Int64) -> Bool {
    if replacesOldest {
      guard !rows.isEmpty, time(self[0]) <= time(row) else { return true }
      rows[head] = row
      head = head + 1 == rows.count ? 0 : head + 1
    } else {
      straighten()
      rows.append(row)
    }
    var index = count - 1
    let moved = time(row)
    while index > 0, time(self[index - 1]) > moved {
      self[index] = self[index - 1]
      index -= 1
    }
    self[index] = row
    return replacesOldest
  }

  /// Gives up what is older than a time.
  /// - Returns: how many rows.
  mutating func removeAll(before limit: Int64, time: (Row) -> Int64) -> Int {
    let first = firstIndex(from: limit, time: time)
    guard first > 0 else { return 0 }
    rows = Array(self[first...])
    head = 0
    return first
  }

  /// The first row that is not older than a time.
  func firstIndex(from limit: Int64, time: (Row) -> Int64) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if time(self[middle]) < limit { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func straighten() {
    guard head > 0 else { return }
    rows = Array(self)
    head = 0
  }
}
