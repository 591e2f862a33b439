extension SQLSession {
  /// Runs one statement with bound texts, `$1` being the first: the way in for words that came from outside.
  /// - Returns: rows of its answer, a few thousand at most; of a change its count.
  /// - Throws: `.statement`.
  @discardableResult
  public func rows(_ sql: String, binding texts: [String]) throws(StorageError) -> [[SQLCell]] {
    var rows: [[SQLCell]] = []
    try connection.query(sql, texts.map { .text($0) }) { chunk in
      for row in 0..<chunk.count { rows.append((0..<chunk.columnCount).map { chunk.cell($0, row) }) }
    }
    return rows
  }

  /// Runs `body` in one transaction: all of it, or nothing.
  /// - Throws: what `body` throws; `.uncommitted` when the commit itself failed.
  public func transaction(_ body: () throws(StorageError) -> Void) throws(StorageError) {
    try connection.transaction(body)
  }
}
