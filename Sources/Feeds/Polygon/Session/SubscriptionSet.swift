import JSONText
import MarketModel

/// What a connection shall hold and what it does hold: the difference is sent, nothing else. Channels are the vendor's
/// (`T.*`, `Q.O:SPY251216C00572000`).
struct SubscriptionSet {
  /// Channels that shall be held, in the order of relevance.
  private(set) var desired: [String] = []
  /// `Q.` channels beyond the bound: the least relevant ones.
  private(set) var leftOutQuotes = 0
  /// Asked for on this connection, acknowledged or not, and not refused.
  private(set) var held: Set<String> = []
  /// Asked for and not yet answered. The vendor does not answer for a channel that is held already.
  private(set) var unanswered: Set<String> = []
  /// Refused on this connection: not asked for again before the next one.
  private(set) var refused: Set<String> = []
  /// `success` answers to subscriptions of this connection. Channels of unknown symbols are acknowledged, too.
  private(set) var acknowledgements = 0

  private let quoteLimit: Int
  private let messageBytes: Int

  init(quoteLimit: Int = Limits.quotedContracts, messageBytes: Int = Limits.subscriptionBytes) {
    self.quoteLimit = quoteLimit
    self.messageBytes = messageBytes
  }

  /// - Parameter channels: most relevant first. Repeats are dropped; so are channels that a wildcard of their own kind covers
  ///   (the vendor would send their events twice), and quotes beyond the bound.
  mutating func want(_ channels: [String]) {
    let wildcards = Set(channels.filter { $0.hasSuffix(".*") }.map { $0.dropLast() })
    var seen: Set<String> = []
    var quotes = 0
    desired = channels.filter { channel in
      guard seen.insert(channel).inserted else { return false }
      if let dot = channel.firstIndex(of: "."), wildcards.contains(channel[...dot]), !channel.hasSuffix(".*") {
        return false
      }
      guard channel.hasPrefix("Q.") else { return true }
      quotes += 1
      return quotes <= quoteLimit
    }
    leftOutQuotes = max(0, quotes - quoteLimit)
  }

  /// The connection is gone, and with it all that was held.
  mutating func reset() {
    held = []
    unanswered = []
    refused = []
    acknowledgements = 0
  }

  /// The messages that make what is held what is desired: subscriptions first, so that nothing is missed between. They count
  /// as sent.
  mutating func takeMessages() -> [String] {
    let added = desired.filter { !held.contains($0) && !refused.contains($0) }
    let wanted = Set(desired)
    let removed = held.subtracting(wanted).sorted()
    held = held.subtracting(removed).union(added)
    unanswered = unanswered.subtracting(removed).union(added)
    refused = refused.intersection(wanted)
    return messages("subscribe", added) + messages("unsubscribe", removed)
  }

  /// A `success` status. False when its words name no channel that was asked for.
  mutating func acknowledge(_ message: String) -> Bool {
    let subscribed = "subscribed to: "
    let unsubscribed = "unsubscribed to: "
    if message.hasPrefix(unsubscribed) { return true }
    guard message.hasPrefix(subscribed) else { return false }
    // One channel each; a list is taken apart all the same.
    let channels = message.dropFirst(subscribed.count).split(whereSeparator: { $0 == "," || $0 == " " }).map(
      String.init)
    let known = channels.filter { held.contains($0) }
    acknowledgements += known.count
    unanswered.subtract(known)
    return !known.isEmpty
  }

  /// Takes the refused ones out of what is held.
  mutating func refuse(_ channels: some Sequence<String>) {
    let channels = Set(channels)
    held.subtract(channels)
    unanswered.subtract(channels)
    refused.formUnion(channels)
  }

  /// Nobody answers for these any more: the vendor held them already.
  mutating func forgetUnanswered() { unanswered = [] }

  private func messages(_ action: String, _ channels: [String]) -> [String] {
    var messages: [String] = []
    var list = ""
    for channel in channels {
      if !list.isEmpty, list.utf8.count + 1 + channel.utf8.count > messageBytes {
        messages.append(SubscriptionSet.message(action, list))
        list = ""
      }
      list += list.isEmpty ? channel : "," + channel
    }
    if !list.isEmpty { messages.append(SubscriptionSet.message(action, list)) }
    return messages
  }

  /// `{"action":"subscribe","params":"T.*"}`
  static func message(_ action: String, _ parameters: String) -> String {
    var json = JSONWriter(reservingBytes: parameters.utf8.count + 48)
    json.object {
      $0.field("action", action)
      $0.field("params", parameters)
    }
    return json.text
  }
}
