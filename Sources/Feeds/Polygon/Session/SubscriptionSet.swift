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
  /// Refused on this connection: not asked for again before the next one; quotes are, once others made room for them.
  private(set) var refused: Set<String> = []
  /// The vendor's words about channels of prints; nil while it refuses none.
  private var printsRefusal: String?
  /// Its latest words about other channels; nil while it refuses none.
  private var otherRefusal: String?
  /// `success` answers to subscriptions of this connection. Channels of unknown symbols are acknowledged, too.
  private(set) var acknowledgements = 0

  private let quoteLimit: Int
  private let messageBytes: Int

  init(quoteLimit: Int = Limits.quotedContracts, messageBytes: Int = Limits.subscriptionBytes) {
    self.quoteLimit = quoteLimit
    self.messageBytes = messageBytes
  }

  /// Why the vendor refuses channels; prints come before all others. Nil while it refuses none.
  var refusal: String? { printsRefusal ?? otherRefusal }
  /// Whether channels of prints are among the refused.
  var arePrintsRefused: Bool { printsRefusal != nil }

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
      guard SubscriptionSet.isQuote(channel) else { return true }
      quotes += 1
      return quotes <= quoteLimit
    }
    leftOutQuotes = max(0, quotes - quoteLimit)
  }

  /// The connection is gone, and with it all that was held.
  mutating func reset() {
    held = []
    unanswered = []
    keepRefused { _ in false }
    acknowledgements = 0
  }

  /// The messages that make what is held what is desired. Subscriptions come first, so that nothing is missed between, unless
  /// the vendor would hold more quotes than it allows until the others are gone, or refused some already. The messages count
  /// as sent.
  mutating func takeMessages() -> [String] {
    let wanted = Set(desired)
    let removed = held.subtracting(wanted).sorted()
    let wasFull = refused.contains(where: SubscriptionSet.isQuote)
    let makesRoom = removed.contains(where: SubscriptionSet.isQuote)
    keepRefused { wanted.contains($0) && !(makesRoom && SubscriptionSet.isQuote($0)) }
    let added = desired.filter { !held.contains($0) && !refused.contains($0) }
    let quotes = held.count(where: SubscriptionSet.isQuote) + added.count(where: SubscriptionSet.isQuote)
    held = held.subtracting(removed).union(added)
    unanswered = unanswered.subtracting(removed).union(added)
    let subscriptions = messages("subscribe", added)
    let goodbyes = messages("unsubscribe", removed)
    return wasFull || quotes > quoteLimit ? goodbyes + subscriptions : subscriptions + goodbyes
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
  /// - Parameter words: the vendor's, fit for people.
  mutating func refuse(_ channels: some Sequence<String>, _ words: String) {
    let channels = Set(channels)
    held.subtract(channels)
    unanswered.subtract(channels)
    refused.formUnion(channels)
    if channels.contains(where: SubscriptionSet.isPrints) { printsRefusal = words }
    if !channels.allSatisfy(SubscriptionSet.isPrints) { otherRefusal = words }
  }

  /// Forgets the other refusals, and the words that only they gave rise to.
  private mutating func keepRefused(_ isKept: (String) -> Bool) {
    refused = refused.filter(isKept)
    if !refused.contains(where: SubscriptionSet.isPrints) { printsRefusal = nil }
    if refused.allSatisfy(SubscriptionSet.isPrints) { otherRefusal = nil }
  }

  private static func isQuote(_ channel: String) -> Bool { channel.hasPrefix("Q.") }
  private static func isPrints(_ channel: String) -> Bool { channel.hasPrefix("T.") }

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
