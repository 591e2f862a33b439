import Alerting
import FlowEngine
import JSONText
import MarketModel

/// Tells every client the newest state and the new prints. A message is encoded once, whoever gets it; nobody waits for a
/// slow client, which is told how much it missed.
final class StreamBroadcaster {
  private(set) var identity: ServerIdentity
  /// Epoch of the start; how often the source has begun again since is part of the epoch that clients see.
  private let firstEpoch: String
  private var restarts: Int64 = 0
  private let model: ReadModel
  private var members: [ObjectIdentifier: Member] = [:]
  private var stateSequence: Int64 = 0
  /// The newest state; nil before the first, and while nobody listens.
  private var round: StateRound?
  /// Last print number that was broadcast.
  private var broadcastNumber: Int64 = 0
  private(set) var messagesSent: Int64 = 0
  private(set) var messagesDropped: Int64 = 0
  /// Messages of clients that could not be taken.
  private(set) var requestsRefused: Int64 = 0

  private struct Member {
    var client: any StreamClient
    /// Prints it did not get since its last batch.
    var missed: Int64 = 0
    /// Cancellations it was not told.
    var cancelled = PendingCancellations()
    /// Alerts likewise.
    var missedAlerts: Int64 = 0
    /// Detections it was not told of.
    var detections = WaitingDetections()
    /// Whose grid and minutes it gets; nil for the leading underlying's.
    var watched: String?
    var pace = RequestPace()
  }

  init(identity: ServerIdentity, model: ReadModel) {
    self.identity = identity
    firstEpoch = identity.epoch
    self.model = model
    broadcastNumber = model.prints.nextNumber - 1
  }

  var clientCount: Int { members.count }
  var counters: StreamCounters {
    StreamCounters(clients: clientCount, sent: messagesSent, dropped: messagesDropped, refused: requestsRefused)
  }

  // MARK: Clients

  func add(_ client: any StreamClient, resuming point: ResumePoint?, watching watched: String? = nil) {
    let isResumed = point?.epoch == identity.epoch
    var member = Member(client: client)
    member.watched = watched
    greet(&member, isResumed: isResumed)
    if isResumed, let after = point?.after { catchUp(&member, after: after) }
    if let round { send(round.message(watching: watched), .latest, to: &member) }
    members[ObjectIdentifier(client)] = member
  }

  func remove(_ client: any StreamClient) { members[ObjectIdentifier(client)] = nil }

  private func greet(_ member: inout Member, isResumed: Bool) {
    let hello = StreamHello(
      identity: identity, isResumed: isResumed, lastPrintID: model.printBase + broadcastNumber)
    send(StreamMessage(StreamHello.schema.encode(hello)), .queued, to: &member)
  }

  /// Sends what a client missed since its last print, as far as memory reaches: the prints up to the last broadcast, and which
  /// of the prints it has were cancelled.
  private func catchUp(_ member: inout Member, after id: Int64) {
    let cancelled = model.cancelledIDs(through: id)
    let after = min(broadcastNumber, max(0, id.subtractingSaturating(model.printBase)))
    let oldest = max(after + 1, model.prints.firstNumber, broadcastNumber - Int64(Limits.resumedPrints) + 1)
    let rows = oldest <= broadcastNumber ? (oldest...broadcastNumber).map { model.row($0) } : []
    let missed = broadcastNumber - after - Int64(rows.count)
    guard missed > 0 || !rows.isEmpty || !cancelled.isEmpty else { return }
    let batch = StreamPrints(epoch: identity.epoch, missed: missed, rows: rows, cancelled: cancelled)
    send(StreamMessage(StreamPrints.schema.encode(batch, reservingBytes: 512 + rows.count * 640)), .queued, to: &member)
  }

  // MARK: Requests

  /// Takes a message of a client. One that cannot be used is answered, and changes nothing for anybody.
  /// - Parameter time: on a clock that never goes back.
  func receive(_ bytes: [UInt8], from client: any StreamClient, atNanoseconds time: Int64) {
    let key = ObjectIdentifier(client)
    guard var member = members[key] else { return }
    switch member.pace.judge(atNanoseconds: time) {
    case .taken:
      do throws(Problem) {
        switch try StreamRequest(bytes) {
        case .watch(let symbol): watch(symbol, &member)
        }
      } catch {
        refuse(error.detail, &member)
      }
    case .refused:
      refuse("message: more than \(Limits.clientRequestsPerSecond) within a second; wait for the next one.", &member)
    case .ignored: requestsRefused += 1
    }
    members[key] = member
  }

  private func watch(_ symbol: String?, _ member: inout Member) {
    member.watched = symbol
    guard let round else { return }
    send(round.message(watching: symbol), .latest, to: &member)
    guard round.messageCount > 2 * clientCount + 1 else { return }
    let watched = Set(members.values.map(\.watched))
    round.keepOnly { watched.contains($0) || $0 == symbol }
  }

  /// One who does not read is not written to: the answer would push out something that counts.
  private func refuse(_ detail: String, _ member: inout Member) {
    requestsRefused += 1
    if member.client.isBehind {
      messagesDropped += 1
    } else {
      send(StreamMessage(StreamError.schema.encode(StreamError(detail: detail))), .queued, to: &member)
    }
  }

  // MARK: Broadcasts

  /// When the source has begun again, ids begin again with it: everybody is greeted anew, under another epoch.
  func follow(restarts: Int64) {
    guard restarts != self.restarts else { return }
    self.restarts = restarts
    identity.epoch = "\(firstEpoch).\(restarts)"
    broadcastNumber = 0
    round = nil
    for key in Array(members.keys) {
      guard let old = members[key] else { continue }
      var member = Member(client: old.client)
      member.watched = old.watched
      member.pace = old.pace
      greet(&member, isResumed: false)
      members[key] = member
    }
  }

  /// Sends the prints that came since the last call.
  func broadcastPrints() {
    let cancelled = model.takeCancellations()
    let last = model.prints.nextNumber - 1
    guard last > broadcastNumber || !cancelled.isEmpty else { return tellWhatWaits() }
    let oldest = max(broadcastNumber + 1, model.prints.firstNumber, last - Int64(Limits.batchPrints) + 1)
    let rowCount = last > broadcastNumber ? last - oldest + 1 : 0
    let missing = last - broadcastNumber - rowCount
    broadcastNumber = last
    guard !members.isEmpty else { return }
    let rows = rowCount > 0 ? (oldest...last).map { model.row($0) } : []
    let batch = PrintBatch(epoch: identity.epoch, rows: rows, cancelled: cancelled.ids)
    for key in Array(members.keys) {
      guard var member = members[key] else { continue }
      member.missed = member.missed.addingSaturating(missing)
      if member.client.isBehind {
        member.missed = member.missed.addingSaturating(rowCount)
        member.cancelled.add(cancelled)
        messagesDropped += 1
      } else if member.cancelled.isEmpty && cancelled.isComplete {
        send(batch.message(missed: member.missed), .queued, to: &member)
        member.missed = 0
      } else {
        member.cancelled.add(cancelled)
        tellWhatWaits(&member, rows: rows)
      }
      members[key] = member
    }
  }

  /// Tells of the detections that are new or have changed since the last call.
  func broadcastDetections() {
    let fresh = model.takeDetections()
    if members.isEmpty { return }
    var shared: StreamMessage?
    for key in Array(members.keys) {
      guard var member = members[key], !fresh.isEmpty || !member.detections.isEmpty else { continue }
      if member.client.isBehind {
        guard !fresh.isEmpty else { continue }
        member.detections.add(fresh)
        messagesDropped += 1
      } else if member.detections.isEmpty {
        let message = shared ?? StreamDetections(fresh, epoch: identity.epoch, model: model).message
        shared = message
        send(message, .queued, to: &member)
      } else {
        member.detections.add(fresh)
        send(StreamDetections(member.detections, epoch: identity.epoch, model: model).message, .queued, to: &member)
        member.detections.removeAll()
      }
      members[key] = member
    }
  }

  /// Tells clients that take messages again what they missed; without a next print nothing else would.
  private func tellWhatWaits() {
    for (key, waiting) in members
    where (waiting.missed > 0 || !waiting.cancelled.isEmpty) && !waiting.client.isBehind {
      var member = waiting
      tellWhatWaits(&member, rows: [])
      members[key] = member
    }
  }

  /// A batch of one client's own. One that has missed more cancellations than are kept for it is greeted like a new client:
  /// what it holds cannot be put right any more.
  private func tellWhatWaits(_ member: inout Member, rows: [PrintRow]) {
    if !member.cancelled.isComplete {
      greet(&member, isResumed: false)
      member.missed = 0
    } else {
      let batch = StreamPrints(
        epoch: identity.epoch, missed: member.missed, rows: rows, cancelled: member.cancelled.ids)
      send(
        StreamMessage(StreamPrints.schema.encode(batch, reservingBytes: 512 + rows.count * 640)), .queued, to: &member)
      member.missed = 0
    }
    member.cancelled.removeAll()
  }

  /// Sends alerts that are new or different. What a client that is behind does not get it is told with the next ones.
  /// - Parameter missed: changes that nobody got.
  func broadcastAlerts(_ alerts: [Alert], missed: Int64) {
    guard !alerts.isEmpty || missed > 0 else { return }
    let whole = alertsMessage(alerts, missed: missed)
    for key in Array(members.keys) {
      guard var member = members[key] else { continue }
      if member.client.isBehind {
        member.missedAlerts = member.missedAlerts.addingSaturating(missed).addingSaturating(Int64(alerts.count))
        messagesDropped += 1
      } else {
        let before = member.missedAlerts
        send(before == 0 ? whole : alertsMessage(alerts, missed: missed + before), .queued, to: &member)
        member.missedAlerts = 0
      }
      members[key] = member
    }
  }

  private func alertsMessage(_ alerts: [Alert], missed: Int64) -> StreamMessage {
    StreamMessage(
      StreamAlerts.schema.encode(
        StreamAlerts(epoch: identity.epoch, missed: missed, rows: alerts), reservingBytes: 256 + alerts.count * 900))
  }

  /// Sends the newest state.
  func broadcastState(health: Health, wallTime: Timestamp) {
    stateSequence += 1
    guard !members.isEmpty else {
      round = nil
      return
    }
    let round = StateRound(state(health: health, wallTime: wallTime), model: model)
    self.round = round
    for key in Array(members.keys) {
      guard var member = members[key] else { continue }
      send(round.message(watching: member.watched), .latest, to: &member)
      members[key] = member
    }
  }

  /// What every client's state has in common.
  private func state(health: Health, wallTime: Timestamp) -> StreamState {
    let underlyings = model.snapshot.underlyings.map {
      UnderlyingRow(symbol: model.directory[$0.instrument].symbol, day: $0)
    }
    return StreamState(
      epoch: identity.epoch, sequence: stateSequence, streamTime: model.snapshot.streamTime, wallTime: wallTime,
      health: Health.stateSchema.encode(health),
      underlyings: UnderlyingRow.schema.encode(
        list: underlyings.sorted { ($0.day.premiumMicros, $1.symbol) > ($1.day.premiumMicros, $0.symbol) },
        reservingBytes: 256 * underlyings.count),
      top: ContractRow.schema.encode(
        list: TopRoute.answer(.init(limit: Limits.stateTopRows), from: model).rows,
        reservingBytes: 512 * Limits.stateTopRows))
  }

  private func send(_ message: StreamMessage, _ delivery: StreamDelivery, to member: inout Member) {
    member.client.send(message, delivery)
    messagesSent += 1
  }
}
