/// Rows of a batch of which the newest of each key counts.
struct KeyedRows<Key: Hashable, Row> {
  private(set) var rows: [Row] = []
  private var positions: [Key: Int] = [:]

  mutating func add(_ row: Row, _ key: Key) {
    if let position = positions[key] {
      rows[position] = row
    } else {
      positions[key] = rows.count
      rows.append(row)
    }
  }

  mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
  }
}
