import FlowEngine
import MarketModel

/// What a rule let through, waiting to be stored.
struct AlertCandidate {
  /// Run, rule and cause.
  var key: String
  var rule: AlertRule
  var cause: AlertCause
}

/// Some candidates on their way to becoming alerts: which are new, which change or raise one that is there. Nothing is stored
/// yet, and the office's own state stays as it is until everything is.
struct AlertBatch {
  /// Alerts that the candidates may touch, as they were stored.
  let before: [Int64: Alert]
  private let now: Timestamp
  private var alerts: [Int64: Alert]
  private var known: [String: Int64]
  private(set) var coolDowns: CoolDowns
  private(set) var nextID: Int64
  private(set) var causes: [(key: String, id: Int64)] = []
  /// In the order in which they were first touched.
  private var touched: [Int64] = []

  /// - Parameter known: alerts of keys that were stored before.
  init(before: [Int64: Alert], known: [String: Int64], coolDowns: CoolDowns, nextID: Int64, now: Timestamp) {
    self.before = before
    self.known = known
    self.coolDowns = coolDowns
    self.nextID = nextID
    self.now = now
    alerts = before
  }

  /// Alerts that are not stored yet, in order of their ids.
  var made: [Alert] { touched.filter { before[$0] == nil }.compactMap { alerts[$0] } }
  /// Stored ones that are different now.
  var changed: [Alert] { touched.compactMap { id in before[id] != nil && before[id] != alerts[id] ? alerts[id] : nil } }

  mutating func add(_ candidate: AlertCandidate) {
    if let id = known[candidate.key] {
      raise(id, candidate)
    } else {
      addUnknown(candidate)
    }
  }

  private mutating func addUnknown(_ candidate: AlertCandidate) {
    let cause = candidate.cause
    let score = AlertScoring.score(cause)
    guard !cause.isWithdrawn, AlertSeverity(score: score.total) >= candidate.rule.severityFloor else { return }
    let scope = candidate.rule.scope(symbol: cause.symbol, underlying: cause.underlying)
    // What is more severe than the alert that it would be folded into is news.
    if let active = coolDowns.alert(scope, at: cause.lastTime, seconds: candidate.rule.coolDownSeconds),
      let alert = alerts[active], alert.severity >= AlertSeverity(score: score.total)
    {
      alerts[active]?.occurrences += 1
      note(candidate.key, active)
      raise(active, candidate)
    } else {
      make(candidate, score)
      coolDowns.begin(scope, alert: nextID - 1, at: cause.firstTime)
    }
  }

  private mutating func make(_ candidate: AlertCandidate, _ score: AlertScore) {
    let cause = candidate.cause
    var alert = Alert(
      id: nextID, key: candidate.key, rule: candidate.rule.name, subject: cause.subject, score: score,
      title: cause.title, text: cause.text, symbol: cause.symbol, underlying: cause.underlying, side: cause.side,
      premiumMicros: cause.premiumMicros, firstTime: cause.firstTime, lastTime: cause.lastTime, createdTime: now)
    alert.prints = AlertScoring.prints(cause)
    alert.toldTime = cause.lastTime
    alert.direction = cause.direction
    alerts[nextID] = alert
    touched.append(nextID)
    note(candidate.key, nextID)
    nextID += 1
  }

  private mutating func note(_ key: String, _ id: Int64) {
    known[key] = id
    causes.append((key, id))
  }

  /// An alert shows its strongest cause, so that what is told again in another order comes to the same.
  private mutating func raise(_ id: Int64, _ candidate: AlertCandidate) {
    guard var alert = alerts[id] else { return }
    let cause = candidate.cause
    if cause.isWithdrawn {
      withdraw(&alert, candidate)
    } else {
      let score = AlertScoring.score(cause)
      // The newest record of the strongest cause stands, whichever is told again.
      let isNewer = cause.subject == alert.subject && cause.lastTime >= alert.lastTime
      if score.total > alert.score.total || (score.total == alert.score.total && isNewer) {
        alert.subject = cause.subject
        alert.title = cause.title
        alert.text = cause.text
        alert.symbol = cause.symbol
        alert.side = cause.side
        alert.premiumMicros = cause.premiumMicros
        alert.prints = AlertScoring.prints(cause)
        alert.score = score
        alert.severity = AlertSeverity(score: score.total)
      }
    }
    alert.firstTime = min(alert.firstTime, cause.firstTime)
    alert.lastTime = max(alert.lastTime, cause.lastTime)
    alerts[id] = alert
    if !touched.contains(id) { touched.append(id) }
  }

  /// An alert whose only cause was taken back has nothing to say any more.
  private func withdraw(_ alert: inout Alert, _ candidate: AlertCandidate) {
    guard alert.key == candidate.key, alert.occurrences == 1 else { return }
    alert.text = candidate.cause.text
    guard alert.state == .new || alert.state == .acknowledged else { return }
    alert.state = .resolved
    alert.changedTime = now
    alert.changedBy = nil
  }
}
