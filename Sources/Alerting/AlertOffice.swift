import FlowEngine
import JSONText
import MarketModel
import Positioning
import Storage

/// Everything about alerts but the thread: what rules let through becomes alerts in the file, with their messages, in one
/// transaction. One thread at a time; reads no clock but the one it is given.
public final class AlertOffice {
  let database: AlertDatabase
  private(set) var options: AlertOptions
  private let clock: () -> Timestamp
  private let news: AlertNews
  private(set) var rules: [String: AlertRule] = [:]
  private(set) var subscribers: [String: Subscriber] = [:]
  private var pending: [AlertCandidate] = []
  private var pendingPlaces: [String: Int] = [:]
  private var coolDowns = CoolDowns()
  private var nextID: Int64 = 1
  private var paces: [String: MessagePace] = [:]
  private var digests: [String: Timestamp] = [:]
  /// Newest print whose outputs were looked at, and what the file has of it.
  private(set) var lastPrint: Int64 = 0
  private var storedLastPrint: Int64 = 0
  /// Print behind which something was missed that is still to be read: nothing behind it counts as looked at.
  var progressLimit: Int64?
  private var lastReview = Timestamp.none
  /// Nil when an alert has changed since they were counted.
  private var openCounts: OpenAlerts?
  // Rules by what they look at, those that are on.
  private var printRules: [AlertRule] = []
  private var detectionRules: [AlertRule] = []
  private var otherRules: [AlertRule] = []
  /// Told after a transaction that stored messages.
  public var onMessages: (() -> Void)?
  /// Prints and detections that were thrown away because too many waited while the file could not be written.
  public private(set) var dropped: Int64 = 0
  /// Levels and incidents that were: nothing else has them.
  private(set) var lost: Int64 = 0
  /// Levels and incidents that may wait beside as many prints and detections as may.
  private static let reservedCapacity = 1_000
  /// Candidates that one transaction takes.
  private static let batchCandidates = 500
  private static let reviewNanoseconds: Int64 = 60_000_000_000

  /// - Parameters:
  ///   - clock: the machine's time.
  ///   - news: told of every alert that is new or different, once it is stored.
  public init(
    _ database: AlertDatabase, options: AlertOptions, clock: @escaping () -> Timestamp, news: AlertNews
  ) throws(StorageError) {
    self.database = database
    self.options = options
    self.clock = clock
    self.news = news
    try reload()
  }

  var session: SQLSession { database.session }
  var now: Timestamp { clock() }
  /// Whether any rule looks at prints.
  public var wantsPrints: Bool { !printRules.isEmpty }
  public var pendingCount: Int { pending.count }

  /// Takes everything from the file.
  private func reload() throws(StorageError) {
    nextID = (try session.rows("SELECT coalesce(max(id), 0) FROM alerts").first?.first?.integer ?? 0) + 1
    storedLastPrint =
      try session.rows("SELECT max(last_print) FROM alert_progress WHERE run = $1", [.text(options.run)])
      .first?.first?.integer ?? 0
    lastPrint = max(lastPrint, storedLastPrint)
    digests = [:]
    for row in try session.rows("SELECT subscriber, min(since) FROM digest_entries GROUP BY 1") {
      if let name = row[0].text, let since = row[1].integer { digests[name] = Timestamp(nanoseconds: since) }
    }
    var read: [Subscriber] = []
    for body in try RecordTable.subscribers.bodies(session) {
      do throws(DataProblem) { read.append(try Subscriber(json: body)) } catch {
        throw unreadable("subscribers", error)
      }
    }
    subscribers = Dictionary(read.map { ($0.name, $0) }) { $1 }
    var changed = AlertRule.builtIn
    for body in try RecordTable.rules.bodies(session) {
      do throws(DataProblem) { changed.append(try AlertRule(json: body)) } catch { throw unreadable("rules", error) }
    }
    set(rules: Dictionary(changed.map { ($0.name, $0) }) { $1 })
    openCounts = nil
    try reloadCoolDowns()
  }

  private func unreadable(_ table: String, _ problem: DataProblem) -> StorageError {
    .cannotOpen(path: database.path, words: "\(table): \(problem)")
  }

  private func reloadCoolDowns() throws(StorageError) {
    coolDowns = CoolDowns()
    let newest = try AlertTable.read(
      where:
        "id IN (SELECT max(id) FROM alerts WHERE starts_with(key, $1) GROUP BY rule, symbol ORDER BY 1 DESC LIMIT 16000)",
      [.text(options.run + "/")], session)
    for alert in newest.sorted(by: { $0.id < $1.id }) {
      guard let rule = rules[alert.rule] else { continue }
      coolDowns.begin(
        rule.scope(symbol: alert.symbol, underlying: alert.underlying), alert: alert.id, at: alert.firstTime)
    }
  }

  /// Another recording is played from here on, whose prints have numbers of their own; alerts of the one before stay in the file.
  /// - Parameter run: as `AlertOptions.run`; the same again changes nothing.
  /// - Throws: when the file cannot be read, or what waited cannot be stored, which is given up: it is of the run before.
  public func begin(run: String) throws(StorageError) {
    guard run != options.run else { return }
    var problem: StorageError?
    do throws(StorageError) { try commit() } catch {
      problem = error
      pending = []
      pendingPlaces = [:]
    }
    options.run = run
    lastPrint = 0
    storedLastPrint = 0
    coolDowns = CoolDowns()
    try reload()
    if let problem { throw problem }
  }

  // MARK: What happens

  /// Takes outputs of the engine over.
  public func see(_ outputs: UnsafeBufferPointer<FlowOutput>, _ instruments: InstrumentTable) {
    for output in outputs {
      switch output {
      case .detection(let detection):
        see(DetectionFacts(detection, instruments))
        lastPrint = max(lastPrint, detection.lastPrint)
      case .print(let print):
        see(PrintFacts(print, instruments))
        lastPrint = max(lastPrint, print.number)
      case .incident(let incident): see(incident)
      case .cancellation, .minuteBar, .openInterest, .sessionReset, .digest, .detectionLeg: break
      }
    }
  }

  func see(_ print: PrintFacts) {
    for rule in printRules where rule.filter.matches(print) { add(rule, AlertCause(print)) }
  }

  func see(_ detection: DetectionFacts) {
    for rule in detectionRules where detection.isWithdrawn || rule.filter.matches(detection) {
      // Withdrawn ones resolve the alert that was made of them, whatever is left of them.
      if detection.isWithdrawn, !rule.filter.kinds.isEmpty, !rule.filter.kinds.contains(detection.kind) { continue }
      add(rule, AlertCause(detection))
    }
  }

  func see(_ incident: FeedIncident) {
    for rule in otherRules where rule.source == .incidents && rule.filter.matches(incident.kind) {
      add(rule, AlertCause(incident))
    }
  }

  /// The underlying's price has crossed a level.
  public func see(_ crossing: LevelCrossing, _ instruments: InstrumentTable) {
    let symbol = instruments[crossing.underlying].symbol
    for rule in otherRules
    where rule.source == .levels && rule.filter.matches(crossing.level, underlying: symbol) {
      add(rule, AlertCause(crossing, instruments))
    }
  }

  private func add(_ rule: AlertRule, _ cause: AlertCause) {
    let key = "\(options.run)/\(rule.name)/\(cause.name)"
    let candidate = AlertCandidate(key: key, rule: rule, cause: cause)
    // The newest record of a detection stands.
    if let place = pendingPlaces[key] {
      pending[place] = candidate
    } else if pending.count < capacity(for: rule.source) {
      pendingPlaces[key] = pending.count
      pending.append(candidate)
    } else if rule.source.isStored {
      dropped += 1
    } else {
      lost += 1
    }
  }

  private func capacity(for source: RuleSource) -> Int {
    options.pendingCapacity + (source.isStored ? 0 : AlertOffice.reservedCapacity)
  }

  /// Stores what waits when the next output might find no room.
  /// - Throws: as `commit`.
  func makeRoom() throws(StorageError) {
    if pending.count + max(printRules.count, detectionRules.count) > options.pendingCapacity { try commit() }
  }

  // MARK: What becomes of it

  /// Stores what waits: alerts, their causes and messages, and how far the outputs were looked at, all of a batch or nothing.
  /// - Throws: when the file cannot be written; what waited waits on.
  public func commit() throws(StorageError) {
    repeat { try commitBatch() } while !pending.isEmpty
  }

  private func commitBatch() throws(StorageError) {
    let candidates = Array(pending.prefix(AlertOffice.batchCandidates))
    let isLast = candidates.count == pending.count
    // Not before everything that waits is stored: what comes after it would be taken for seen.
    let progress = isLast ? max(storedLastPrint, min(lastPrint, progressLimit ?? .max)) : storedLastPrint
    guard !candidates.isEmpty || progress > storedLastPrint else { return }
    let batch = try batch(candidates)
    let (outcome, paces) = address(batch)
    try store { () throws(StorageError) in
      try AlertTable.insert(batch.made, session)
      try AlertTable.update(batch.changed, session)
      try AlertTable.insert(causes: batch.causes, session)
      try store(outcome)
      try store(progress: progress)
    }
    pending.removeFirst(candidates.count)
    pendingPlaces = Dictionary(uniqueKeysWithValues: pending.enumerated().map { ($1.key, $0) })
    coolDowns = batch.coolDowns
    nextID = batch.nextID
    self.paces = paces
    for entry in outcome.waiting where digests[entry.subscriber] == nil { digests[entry.subscriber] = now }
    storedLastPrint = progress
    if !outcome.deliveries.isEmpty { onMessages?() }
    tell(batch.made + batch.changed)
  }

  private func batch(_ candidates: [AlertCandidate]) throws(StorageError) -> AlertBatch {
    let known = try AlertTable.alertIDs(ofKeys: candidates.map(\.key), session)
    var ids = Set(known.values)
    for candidate in candidates where known[candidate.key] == nil {
      let cause = candidate.cause
      let scope = candidate.rule.scope(symbol: cause.symbol, underlying: cause.underlying)
      if let id = coolDowns.alert(scope, at: cause.lastTime, seconds: candidate.rule.coolDownSeconds) { ids.insert(id) }
    }
    var batch = AlertBatch(
      before: try AlertTable.read(ids: ids, session), known: known, coolDowns: coolDowns, nextID: nextID, now: now)
    for candidate in candidates { batch.add(candidate) }
    return batch
  }

  private func address(_ batch: AlertBatch) -> (Addressing.Outcome, [String: MessagePace]) {
    let addressing = Addressing(
      subscribers: subscribers.values.sorted { $0.name < $1.name }, rules: rules, tellsOutside: options.tellsOutside,
      now: now)
    var outcome = Addressing.Outcome()
    var paces = paces
    for alert in batch.made + batch.changed {
      addressing.address(alert, before: batch.before[alert.id], &paces, into: &outcome)
    }
    return (outcome, paces)
  }

  private func store(_ outcome: Addressing.Outcome) throws(StorageError) {
    try DeliveryTable.insert(outcome.deliveries, on: session, now: now)
    for entry in outcome.waiting {
      try session.rows(
        "INSERT INTO digest_entries VALUES ($1, $2, make_timestamp_ns($3))",
        [.text(entry.subscriber), .integer(entry.alert), .integer(now.nanoseconds)])
    }
  }

  private func store(progress: Int64) throws(StorageError) {
    guard progress != storedLastPrint else { return }
    try session.rows("DELETE FROM alert_progress WHERE run = $1", [.text(options.run)])
    try session.rows("INSERT INTO alert_progress VALUES ($1, $2)", [.text(options.run), .integer(progress)])
  }

  /// A transaction of ours. A commit whose end is unknown is looked up: what was stored is known by its keys afterwards.
  func store(_ body: () throws(StorageError) -> Void) throws(StorageError) {
    do throws(StorageError) {
      try session.transaction(body)
    } catch {
      guard case .uncommitted = error else { throw error }
      try session.reopen()
      try reload()
      throw error
    }
  }

  // MARK: What time does

  /// Lets alerts expire, sends digests whose time has come, and forgets what is old; cheap when there is nothing to do.
  public func review() throws(StorageError) {
    let now = now
    try sendDigests(at: now)
    guard abs(now - lastReview) >= AlertOffice.reviewNanoseconds else { return }
    try expire(at: now)
    try forget(at: now)
    lastReview = now
  }

  private func sendDigests(at now: Timestamp) throws(StorageError) {
    for (name, since) in digests.sorted(by: { $0.key < $1.key }) {
      guard let subscriber = subscribers[name], subscriber.isEnabled else {
        try session.rows("DELETE FROM digest_entries WHERE subscriber = $1", [.text(name)])
        digests[name] = nil
        continue
      }
      if subscriber.quietHours?.contains(now) == true || abs(now - since) < MessagePace.windowNanoseconds { continue }
      let alerts = try AlertTable.read(
        where: "id IN (SELECT alert_id FROM digest_entries WHERE subscriber = $1) ORDER BY id", [.text(name)], session)
      try store { () throws(StorageError) in
        if let first = alerts.first, let last = alerts.last {
          let message = AlertDigest.message(alerts)
          try DeliveryTable.insert(
            subscriber.channels.map { channel in
              Delivery(
                idempotencyKey: Delivery.key(
                  alert: "digest/\(name)/\(first.id)-\(last.id)-\(since.nanoseconds)", channel: channel),
                alertID: 0, channel: channel, message: message, nextAttempt: now)
            }, on: session, now: now)
        }
        try session.rows("DELETE FROM digest_entries WHERE subscriber = $1", [.text(name)])
      }
      digests[name] = nil
      onMessages?()
    }
  }

  private func expire(at now: Timestamp) throws(StorageError) {
    let limit = now.adding(nanoseconds: -options.expiryNanoseconds)
    let rows = try session.rows(
      """
      UPDATE alerts SET state = 'expired', changed_time = make_timestamp_ns($1), changed_by = NULL \
      WHERE state = 'new' AND created_time <= make_timestamp_ns($2) RETURNING id
      """, [.integer(now.nanoseconds), .integer(limit.nanoseconds)])
    let ids = Set(rows.compactMap { $0.first?.integer })
    tell(try AlertTable.read(ids: ids, session).values.sorted { $0.id < $1.id })
  }

  private func forget(at now: Timestamp) throws(StorageError) {
    let limit = now.adding(nanoseconds: -options.retentionNanoseconds)
    let old = "state <> 'new' AND changed_time < make_timestamp_ns($1)"
    let time = SQLValue.integer(limit.nanoseconds)
    try store { () throws(StorageError) in
      try session.rows("DELETE FROM alert_causes WHERE alert_id IN (SELECT id FROM alerts WHERE \(old))", [time])
      try session.rows("DELETE FROM alerts WHERE \(old)", [time])
    }
    openCounts = nil
  }

  // MARK: For people's commands

  func set(rules: [String: AlertRule]) {
    self.rules = rules
    let ordered = rules.values.filter(\.isEnabled).sorted { $0.name < $1.name }
    printRules = ordered.filter { $0.source == .prints }
    detectionRules = ordered.filter { $0.source == .detections }
    otherRules = ordered.filter { $0.source == .levels || $0.source == .incidents }
  }

  func set(_ subscriber: Subscriber?, named name: String) { subscribers[name] = subscriber }

  /// Alerts that are stored and new or different.
  func tell(_ alerts: [Alert]) {
    if !alerts.isEmpty { openCounts = nil }
    news.put(alerts)
  }

  // MARK: For health

  /// Alerts that nobody has looked at, and those that somebody is at.
  func openAlerts() throws(StorageError) -> OpenAlerts {
    if let openCounts { return openCounts }
    let row = try session.rows(
      "SELECT count(*) FILTER (state = 'new'), count(*) FILTER (state = 'acknowledged') FROM alerts"
    ).first
    let counts = OpenAlerts(new: row?[0].integer ?? 0, acknowledged: row?[1].integer ?? 0)
    openCounts = counts
    return counts
  }
}

/// How many alerts somebody has to look at still.
public struct OpenAlerts: Hashable, Sendable {
  public var new: Int64 = 0
  public var acknowledged: Int64 = 0
}
