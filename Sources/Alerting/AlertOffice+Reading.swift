import MarketModel
import Storage

/// Which alerts are wanted; a field that is nil does not restrict.
public struct AlertFilter: Hashable, Sendable {
  public var state: AlertState?
  public var minimumSeverity: AlertSeverity?
  public var rule: String?
  /// A detection's kind, `print`, a level, an incident.
  public var kind: String?
  /// A contract or an underlying.
  public var symbol: String?
  /// Only alerts with a lower id.
  public var beforeID: Int64?

  public init() {}

  /// The condition and its bound values.
  fileprivate var condition: (sql: String, parameters: [SQLValue]) {
    var parts: [String] = []
    var parameters: [SQLValue] = []
    func add(_ column: String, _ value: String?) {
      guard let value else { return }
      parameters.append(.text(value))
      parts.append("\(column) = $\(parameters.count)")
    }
    add("state", state?.rawValue)
    add("rule", rule)
    add("kind", kind)
    if let symbol {
      parameters.append(.text(symbol))
      parts.append("(symbol = $\(parameters.count) OR underlying = $\(parameters.count))")
    }
    if let least = minimumSeverity {
      let names = AlertSeverity.allCases.filter { $0 >= least }.map { "'\($0.rawValue)'" }
      parts.append("severity IN (\(names.joined(separator: ", ")))")
    }
    if let beforeID {
      parameters.append(.integer(beforeID))
      parts.append("id < $\(parameters.count)")
    }
    return (parts.isEmpty ? "true" : parts.joined(separator: " AND "), parameters)
  }
}

/// Counts of the alerts made within some hours, and what became of their messages.
public struct AlertStatistics: Hashable, Sendable {
  public struct Count: Hashable, Sendable {
    public var name: String
    public var count: Int64
  }
  public struct Hour: Hashable, Sendable {
    /// Its beginning, machine's time.
    public var time: Timestamp
    public var alerts: Int64
  }
  public struct Channel: Hashable, Sendable {
    public var name: String
    public var queued: Int64
    public var delivered: Int64
    public var dead: Int64
    /// Delivered of those whose fate is known; nil while none is.
    public var successShare: Double? {
      delivered + dead == 0 ? nil : Double(delivered) / Double(delivered + dead)
    }
  }
  public var since: Timestamp
  public var alerts: Int64
  /// Repeats that were folded into them.
  public var repeats: Int64
  public var byKind: [Count]
  public var byRule: [Count]
  public var bySeverity: [Count]
  public var byState: [Count]
  /// Ascending; hours without alerts are left out.
  public var byHour: [Hour]
  public var channels: [Channel]
}

extension AlertOffice {
  /// Alerts that match, newest (highest id) first.
  public func alerts(_ filter: AlertFilter, limit: Int) throws(AlertRefusal) -> [Alert] {
    let (condition, parameters) = filter.condition
    return try reading { () throws(StorageError) in
      try AlertTable.read(where: "\(condition) ORDER BY id DESC LIMIT \(limit)", parameters, session)
    }
  }

  public func alert(_ id: Int64) throws(AlertRefusal) -> Alert? {
    try reading { () throws(StorageError) in try AlertTable.read(ids: [id], session)[id] }
  }

  /// - Parameter hours: back from now.
  public func statistics(hours: Int) throws(AlertRefusal) -> AlertStatistics {
    let since = now.adding(nanoseconds: -Int64(hours) * 3_600_000_000_000)
    let made = "created_time >= make_timestamp_ns($1)"
    let time = [SQLValue.integer(since.nanoseconds)]
    return try reading { () throws(StorageError) in
      func counts(_ column: String) throws(StorageError) -> [AlertStatistics.Count] {
        try session.rows(
          "SELECT \(column), count(*) FROM alerts WHERE \(made) GROUP BY 1 ORDER BY 2 DESC, 1", time
        ).map { AlertStatistics.Count(name: $0[0].text ?? "", count: $0[1].integer ?? 0) }
      }
      let sums = try session.rows(
        "SELECT count(*), coalesce(sum(occurrences - 1), 0)::BIGINT FROM alerts WHERE \(made)", time
      ).first
      let hours = try session.rows(
        """
        SELECT epoch_ns(created_time) // 3600000000000, count(*) FROM alerts WHERE \(made) GROUP BY 1 ORDER BY 1
        """, time)
      let channels = try session.rows(
        """
        SELECT channel, count(*) FILTER (state IN ('pending', 'sending')), count(*) FILTER (state = 'delivered'), \
        count(*) FILTER (state = 'dead') FROM deliveries WHERE changed_time >= make_timestamp_ns($1) GROUP BY 1 ORDER BY 1
        """, time)
      return AlertStatistics(
        since: since, alerts: sums?[0].integer ?? 0, repeats: sums?[1].integer ?? 0, byKind: try counts("kind"),
        byRule: try counts("rule"), bySeverity: try counts("severity"), byState: try counts("state"),
        byHour: hours.map {
          AlertStatistics.Hour(
            time: Timestamp(nanoseconds: ($0[0].integer ?? 0) * 3_600_000_000_000), alerts: $0[1].integer ?? 0)
        },
        channels: channels.map {
          AlertStatistics.Channel(
            name: $0[0].text ?? "", queued: $0[1].integer ?? 0, delivered: $0[2].integer ?? 0, dead: $0[3].integer ?? 0)
        })
    }
  }
}
