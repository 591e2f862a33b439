import FlowEngine
import MarketModel

extension StoreReader {
  /// Detections that match, the one with the newest print first.
  /// - Parameters:
  ///   - place: only those that stand before it; nil for the newest.
  ///   - limit: rows at most, 1 or more.
  /// - Throws: `.timedOut`, `.statement`.
  public func detections(
    _ filter: DetectionFilter = DetectionFilter(), before place: DetectionPlace? = nil, limit: Int
  ) throws(StorageError) -> [StoredDetection] {
    precondition(limit > 0, "StoreReader.detections: limit \(limit), at least 1")
    var query = DetectionQuery(filter)
    if let place { query.add(before: place) }
    return try read(query, order: "t.last_print_id DESC, t.detection_id DESC", limit: limit)
  }

  /// A detection by its id.
  /// - Parameter runID: nil for the newest run that has it.
  /// - Throws: `.timedOut`, `.statement`.
  public func detection(_ id: DetectionID, runID: Int32?) throws(StorageError) -> StoredDetection? {
    var query = DetectionQuery(DetectionFilter())
    query.add(id)
    if let runID { query.add(runID: runID) }
    return try read(query, order: "t.run_id DESC", limit: 1).first
  }

  /// The prints of a detection, in their order.
  /// - Parameter limit: rows at most, 1 or more; the oldest are left out.
  /// - Throws: `.timedOut`, `.statement`.
  public func legs(of id: DetectionID, runID: Int32, limit: Int) throws(StorageError) -> [StoredPrint] {
    precondition(limit > 0, "StoreReader.legs: limit \(limit), at least 1")
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var ids: [Int64] = []
      try connection.query(
        """
        SELECT print_id FROM base.detection_legs WHERE run_id = $1 AND detection_id = $2 AND NOT void \
        ORDER BY print_id DESC LIMIT \(limit)
        """, [.integer(Int64(runID)), .integer(id.rawValue)]
      ) { chunk in
        for row in 0..<chunk.count { ids.append(chunk.required(0, row)) }
      }
      guard let lowest = ids.last, let highest = ids.first else { return [] }
      let query = PrintQuery(among: ids, from: lowest, before: highest + 1)
      var rows: [StoredPrint] = []
      try connection.query(query.sql, query.parameters) { chunk in
        for row in 0..<chunk.count { rows.append(PrintQuery.read(chunk, row)) }
      }
      return rows.reversed()
    }
  }

  /// Detections of a run by kind, those that were withdrawn left out.
  /// - Parameter session: of one trading day; nil for all.
  /// - Throws: `.timedOut`, `.statement`.
  public func detectionCounts(
    ofRun runID: Int32, session: MarketDate? = nil
  ) throws(StorageError) -> [DetectionKind: Int64] {
    try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var counts: [DetectionKind: Int64] = [:]
      let ids = session.map {
        let ids = DetectionID.ids(of: $0)
        return "AND detection_id >= \(ids.lowerBound) AND detection_id < \(ids.upperBound)"
      }
      try connection.query(
        """
        SELECT kind, count(*) FROM base.detections WHERE run_id = \(runID) AND state <> 'withdrawn' \(ids ?? "") GROUP BY kind
        """
      ) { chunk in
        for row in 0..<chunk.count {
          guard let kind = DetectionKind(rawValue: UInt8(truncatingIfNeeded: chunk.required(0, row))) else {
            preconditionFailure("StoreReader: a kind this program does not know, in a file whose version it knows")
          }
          counts[kind] = chunk.required(1, row)
        }
      }
      return counts
    }
  }

  private func read(
    _ query: DetectionQuery, order: String, limit: Int
  ) throws(StorageError) -> [StoredDetection] {
    precondition(profile == .full, "StoreReader: the reference profile keeps no detections")
    return try guardian.run(timeLimitSeconds) { () throws(StorageError) in
      var rows: [StoredDetection] = []
      try connection.query(query.sql(order: order, limit: limit), query.parameters) { chunk in
        for row in 0..<chunk.count { rows.append(DetectionQuery.read(chunk, row)) }
      }
      return rows
    }
  }
}
