#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The vendor's side of one WebSocket conversation. Sans-I/O: messages in, steps out.
struct SocketSession {
  /// What the connection has to do next, in order.
  enum Step: Equatable {
    case send(StatusFrame)
    /// Somebody signs in; `signIn` wants to hear whether they may.
    case authenticate(key: String)
    /// A last status, then the close frame.
    case close(StatusFrame, code: UInt16)
  }

  enum SignIn: Equatable {
    case granted
    case unknownKey
    case noPlan
    case tooManyConnections(allowed: Int)
  }

  struct Rules {
    var quotedContracts = SimulatorLimits.quotedContracts
    /// Option quotes are not part of the plan.
    var hasOptionQuotes = true
    var acknowledgesAtOnce = false
  }

  private struct Message: Decodable {
    var action: String
    var params: String?
  }

  let cluster: Cluster
  let rules: Rules
  private(set) var channels = ChannelSet()
  private(set) var isAuthenticated = false

  init(cluster: Cluster, rules: Rules) {
    self.cluster = cluster
    self.rules = rules
  }

  /// The handshake is done.
  func opened() -> [Step] { [.send(StatusFrame(.connected, "Connected Successfully"))] }

  /// A text message came.
  mutating func received(_ text: [UInt8]) -> [Step] {
    let message: Message
    do {
      message = try JSONDecoder().decode(Message.self, from: Data(text))
    } catch {
      return [.send(StatusFrame(.error, "message not understood: wanted {\"action\":\"…\",\"params\":\"…\"}"))]
    }
    switch message.action {
    case "auth":
      // A second sign-in changes nothing.
      return isAuthenticated ? [] : [.authenticate(key: message.params ?? "")]
    case "subscribe", "unsubscribe":
      guard isAuthenticated else { return [.send(StatusFrame(.authRequired, "authenticate first"))] }
      return change(message.params ?? "", isSubscribing: message.action == "subscribe")
    default:
      return [.send(StatusFrame(.error, "unknown action \"\(message.action)\": wanted auth, subscribe or unsubscribe"))]
    }
  }

  /// The answer to `authenticate`.
  mutating func signIn(_ result: SignIn) -> [Step] {
    switch result {
    case .granted:
      isAuthenticated = true
      return [.send(StatusFrame(.authSuccess, "authenticated"))]
    case .unknownKey:
      return [.close(StatusFrame(.authFailed, "authentication failed"), code: 1008)]
    case .noPlan:
      let words =
        "Your plan doesn't include websocket access. Visit https://massive.com/pricing to upgrade."
      return [.close(StatusFrame(.authFailed, words), code: 1008)]
    case .tooManyConnections(let allowed):
      let words =
        "Maximum number of websocket connections exceeded. You may only use \(allowed) connections at a time."
      return [.close(StatusFrame(.maxConnections, words), code: 1008)]
    }
  }

  /// No sign-in came in time.
  func timedOut() -> [Step] { [.close(StatusFrame(.authTimeout, "authentication timed out"), code: 1008)] }

  /// The reader does not keep up.
  func fellBehind() -> [Step] {
    [.close(StatusFrame(.slowConsumer, "Slow consumer: messages are not read fast enough"), code: 1008)]
  }

  // MARK: Channels

  /// Refusals come first, as the vendor sends them; then one word for each channel that changed.
  private mutating func change(_ list: String, isSubscribing: Bool) -> [Step] {
    var refusals: [StatusFrame.Status] = []
    var changes: [StatusFrame.Status] = []
    for part in list.split(separator: ",") {
      let text = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      guard !text.isEmpty else { continue }
      guard let channel = Channel(text) else {
        refusals.append(StatusFrame.Status(.error, "not authorized"))
        continue
      }
      guard channels.contains(channel) != isSubscribing else { continue }
      if isSubscribing {
        if let refusal = refusal(of: channel) {
          refusals.append(StatusFrame.Status(.error, refusal))
          continue
        }
        channels.insert(channel)
        changes.append(StatusFrame.Status(.success, "subscribed to: \(text)"))
      } else {
        channels.remove(channel)
        changes.append(StatusFrame.Status(.success, "unsubscribed to: \(text)"))
      }
    }
    let statuses = refusals + changes
    guard !statuses.isEmpty else { return [] }
    if rules.acknowledgesAtOnce { return [.send(StatusFrame(statuses))] }
    return statuses.map { .send(StatusFrame([$0])) }
  }

  /// The vendor's words against a channel; nil when it may be held.
  private func refusal(of channel: Channel) -> String? {
    guard cluster == .options, channel.kind == .quote else { return nil }
    if !rules.hasOptionQuotes || channel.isAll { return "not authorized" }
    if channels.quotedCount >= rules.quotedContracts {
      return "maximum of \(rules.quotedContracts) option contracts per connection exceeded: \(channel.symbol)"
    }
    return nil
  }
}
