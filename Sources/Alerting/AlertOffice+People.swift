import MarketModel
import Storage

/// Why something that somebody asked for is not done.
public enum AlertRefusal: Error, Hashable, Sendable {
  /// There is no such thing.
  case notFound(String)
  /// The one who asks may not.
  case notAllowed(String)
  /// It does not fit with what is there.
  case conflict(String)
  /// What was sent cannot be used.
  case unusable(DataProblem)
  /// The file cannot be read or written.
  case unavailable(String)

  /// Subject first, value seen, value wanted, what to do next.
  public var words: String {
    switch self {
    case .notFound(let words), .notAllowed(let words), .conflict(let words), .unavailable(let words): words
    case .unusable(let problem): problem.description
    }
  }
}

extension AlertOffice {
  /// Somebody has seen it, or has done with it.
  /// - Parameter by: name of a subscriber; nil for the one who owns this machine.
  public func set(_ state: AlertState, of id: Int64, by name: String?) throws(AlertRefusal) -> Alert {
    precondition(state == .acknowledged || state == .resolved, "AlertOffice: people set no alert to \(state)")
    try demand(.trader, of: name)
    let found = try reading { () throws(StorageError) in try AlertTable.read(ids: [id], session)[id] }
    guard var alert = found else {
      throw .notFound("alert \(id) is not there; GET /alerts lists those that are")
    }
    guard alert.state != state, alert.state != .resolved else { return alert }
    alert.state = state
    alert.changedTime = now
    alert.changedBy = name ?? "owner"
    try reading { () throws(StorageError) in
      try store { () throws(StorageError) in try AlertTable.update([alert], session) }
    }
    tell([alert])
    return alert
  }

  // MARK: Rules

  /// Makes a rule, or changes one; a built-in one is changed by giving its name.
  /// - Parameter isNew: it must not be there yet.
  public func put(_ rule: AlertRule, isNew: Bool, by name: String?) throws(AlertRefusal) {
    try demand(.admin, of: name)
    let known = rules[rule.name]
    if isNew, known != nil {
      throw .conflict("rule \(rule.name) is there already; change it with PUT, or take another name")
    }
    if !isNew, known == nil { throw .notFound("rule \(rule.name) is not there; make it with POST /alerts/rules") }
    if let problem = rule.problem { throw .unusable(problem) }
    try demandChannels(rule.channels, beside: known?.channels ?? [])
    guard known != nil || rules.count < AlertOffice.mostRules else {
      throw .conflict("rules: \(rules.count) are there, at most \(AlertOffice.mostRules); delete one first")
    }
    try reading { () throws(StorageError) in
      try store { () throws(StorageError) in try RecordTable.rules.put(rule.name, rule.json, session) }
    }
    var changed = rules
    changed[rule.name] = rule
    set(rules: changed)
  }

  /// Deletes a rule; a built-in one becomes what it was.
  public func deleteRule(_ rule: String, by name: String?) throws(AlertRefusal) {
    try demand(.admin, of: name)
    guard rules[rule] != nil else {
      throw .notFound("rule \(rule) is not there; GET /alerts/rules lists those that are")
    }
    try reading { () throws(StorageError) in
      try store { () throws(StorageError) in try RecordTable.rules.remove(rule, session) }
    }
    var changed = rules
    changed[rule] = AlertRule.builtIn.first { $0.name == rule }
    set(rules: changed)
  }

  /// Rules and subscribers that may be there.
  static let mostRules = 500
  static let mostSubscribers = 200

  public var allRules: [AlertRule] { rules.values.sorted { $0.name < $1.name } }

  // MARK: Subscribers

  public var allSubscribers: [Subscriber] { subscribers.values.sorted { $0.name < $1.name } }

  public func put(_ subscriber: Subscriber, isNew: Bool, by name: String?) throws(AlertRefusal) {
    try demand(.admin, of: name)
    let known = subscribers[subscriber.name]
    if isNew, known != nil {
      throw .conflict("subscriber \(subscriber.name) is there already; change it with PUT, or take another name")
    }
    if !isNew, known == nil {
      throw .notFound("subscriber \(subscriber.name) is not there; make it with POST /alerts/subscribers")
    }
    try demandChannels(subscriber.channels, beside: known?.channels ?? [])
    guard known != nil || subscribers.count < AlertOffice.mostSubscribers else {
      throw .conflict(
        "subscribers: \(subscribers.count) are there, at most \(AlertOffice.mostSubscribers); delete one first")
    }
    try reading { () throws(StorageError) in
      try store { () throws(StorageError) in
        try RecordTable.subscribers.put(subscriber.name, subscriber.json, session)
      }
    }
    set(subscriber, named: subscriber.name)
  }

  public func deleteSubscriber(_ subscriber: String, by name: String?) throws(AlertRefusal) {
    try demand(.admin, of: name)
    guard subscribers[subscriber] != nil else {
      throw .notFound("subscriber \(subscriber) is not there; GET /alerts/subscribers lists those that are")
    }
    try reading { () throws(StorageError) in
      try store { () throws(StorageError) in try RecordTable.subscribers.remove(subscriber, session) }
    }
    set(nil, named: subscriber)
  }

  // MARK: Messages

  /// Puts messages that were given up back into the queue.
  /// - Parameters:
  ///   - channel: nil for those of every channel.
  ///   - id: nil for all.
  /// - Returns: how many.
  public func resend(channel: String?, id: Int64?, by name: String?) throws(AlertRefusal) -> Int {
    try demand(.trader, of: name)
    let count = try reading { () throws(StorageError) in
      try DeliveryTable.resend(channel: channel, id: id, on: session, now: now)
    }
    if count > 0 { onMessages?() }
    return count
  }

  // MARK: Checks

  /// Roles are kept here and asked for by name only: whoever reaches the API may give any name, or none, which is the owner's.
  private func demand(_ role: SubscriberRole, of name: String?) throws(AlertRefusal) {
    guard let name else { return }
    guard let subscriber = subscribers[name] else {
      throw .notAllowed("by: \"\(name.prefix(80))\" is no subscriber; GET /alerts/subscribers lists those that are")
    }
    guard subscriber.isEnabled, subscriber.role >= role else {
      throw .notAllowed("by: \(name) is a \(subscriber.role.rawValue), wanted \(role.rawValue); ask an admin")
    }
  }

  /// A message to a channel that is not there would be given up as soon as it is made.
  /// - Parameter stored: what it has already; who switches off what names a channel that is gone need not mend it first.
  private func demandChannels(_ names: [String], beside stored: [String]) throws(AlertRefusal) {
    guard let known = options.channels,
      let unknown = names.first(where: { !known.contains($0) && !stored.contains($0) })
    else { return }
    throw .unusable(
      DataProblem(member: "channels", seen: unknown, wanted: "channels of \(known.joined(separator: ", "))"))
  }

  func reading<Value>(_ body: () throws(StorageError) -> Value) throws(AlertRefusal) -> Value {
    do throws(StorageError) { return try body() } catch { throw .unavailable("alerts: \(error)") }
  }
}
