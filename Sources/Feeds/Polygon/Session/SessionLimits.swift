import MarketModel

extension Limits {
  /// Contracts whose quotes one connection may hold: the vendor's bound. What goes beyond it is left out and counted.
  public static let quotedContracts = 1000
  /// Bytes of the list of channels in one subscribe or unsubscribe message; longer lists are sent as several messages.
  public static let subscriptionBytes = 16 << 10
  /// Bytes kept of the vendor's words in a status message.
  public static let vendorWordsBytes = 300
  /// Shorter keys are not taken out of words: no vendor's key is, and a mistyped `k` would spoil every word that holds one.
  static let redactedKeyBytes = 8
  /// Refused channels that an event names; the others are only counted.
  public static let namedRefusals = 20
}
