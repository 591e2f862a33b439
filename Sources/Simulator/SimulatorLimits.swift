/// Every bound of the simulator; what it costs is counted in `/simulator/played`.
enum SimulatorLimits {
  /// Prints kept for REST. Beyond, a contract's oldest make room for its newest.
  static let trades = 12_000_000
  /// Quotes kept for REST, of all instruments together. Beyond, an instrument's oldest make room for its newest.
  static let quotes = 6_000_000
  /// Steps of the stream that wait for the network thread; the player waits beyond.
  static let waitingBatches = 512
  /// Bytes of them.
  static let waitingBytes = 8 << 20
  /// Frames that wait for one reader; beyond it is a slow consumer.
  static let queuedFrames = 1 << 15
  /// Bytes of one frame; the vendor's own clients refuse more than 1 MiB.
  static let frameBytes = 512 << 10
  /// Option contracts whose quotes one connection may hold (the vendor's documentation).
  static let quotedContracts = 1_000
  /// A connection has so long to sign in.
  static let authSeconds = 10
  /// Without pace: a reader that takes nothing for so long is a slow consumer.
  static let stuckSeconds = 30
  /// REST requests that wait for an answer; beyond they get 503.
  static let waitingRequests = 4_096
  /// Bytes of a tape that are looked through for its contracts before it is played.
  static let scannedBytes = 256 << 20
}
