import MarketModel

/// Notices a connection that stands but brings nothing although the market is open. Sans-I/O: counts and clocks in, a verdict
/// out; asked once a second or so.
///
/// The market's clock is the latest stream time plus the monotonic time since it came (the wall clock before the first
/// event), so it is right for delayed feeds and for a simulator that plays another day, too. How long a silence is
/// suspicious follows from how often messages came lately. A halt of the whole market looks the same from here; it costs a
/// dial a minute.
public struct MuteWatchdog: Sendable {
  /// A silence is suspicious after this many mean gaps between messages …
  static let suspiciousGaps = 50.0
  /// … but neither sooner nor later than this, …
  static let shortestNanoseconds = 4_000_000_000.0
  static let longestNanoseconds = 60_000_000_000.0
  /// … unless messages are so rare that a silence of so many gaps must be waited for to mean anything.
  static let meaningfulGaps = 25.0
  /// After the open, before a silence counts: the opening auction takes its time.
  static let graceNanoseconds: Int64 = 60_000_000_000
  /// The mean forgets at this pace.
  static let memoryNanoseconds = 60_000_000_000.0
  /// Messages in the session before the mean is believed.
  static let believedMessages: Int64 = 50

  private var isConnected = false
  private var messages: Int64 = 0
  /// Monotonic, when messages were last seen to have come.
  private var lastMessage: Int64 = 0
  private var lastAsked: Int64?
  /// The latest stream time and the monotonic time at which it was first seen.
  private var anchor: (stream: Timestamp, monotonic: Int64)?
  private var gapNanoseconds = 0.0
  /// Messages and the time they took, each forgotten alike: their ratio is the mean gap.
  private var rememberedMessages = 0.0
  private var rememberedNanoseconds = 0.0
  private var messagesOfSession: Int64 = 0
  /// Mutes in a row without a message between them: each doubles the patience.
  private var fruitless = 0
  private var span = WatchedSpan()
  private let delayNanoseconds: Int64

  /// - Parameter delayNanoseconds: how far the feed is behind the market (15 minutes for delayed plans).
  public init(delayNanoseconds: Int64 = 0) { self.delayNanoseconds = delayNanoseconds }

  /// A connection streams from here on: silence is counted anew.
  public mutating func connected(at monotonic: Int64) {
    isConnected = true
    lastMessage = monotonic
    lastAsked = nil
    gapNanoseconds = 0
  }

  public mutating func disconnected() {
    isConnected = false
    lastAsked = nil
  }

  /// - Parameters:
  ///   - received: messages with data since the process began, as a counter that only grows.
  ///   - streamTime: latest believed time on an event; `.none` before the first.
  ///   - wall: the machine's clock.
  ///   - monotonic: the machine's monotonic clock, nanoseconds.
  /// - Returns: how long nothing has come, in nanoseconds, when that is too long: dial anew, then call `connected`. It is
  ///   said once a silence.
  public mutating func check(
    received: Int64, streamTime: Timestamp, wall: Timestamp, at monotonic: Int64
  ) -> Int64? {
    let market = marketTime(streamTime: streamTime, wall: wall, at: monotonic)
    if span.move(to: market) { forgetRate() }
    let fresh = received - messages
    messages = received
    guard isConnected else { return nil }
    let elapsed = lastAsked.map { monotonic - $0 }
    lastAsked = monotonic
    if fresh > 0 {
      lastMessage = monotonic
      fruitless = 0
    }
    guard market >= span.start, market < span.end else { return nil }
    if let elapsed, elapsed > 0 { learn(messages: fresh, elapsed: Double(elapsed)) }
    let inSession = market - span.start
    let silence = min(monotonic - lastMessage, inSession)
    guard Double(silence) > thresholdNanoseconds else { return nil }
    fruitless += 1
    // Not said again before the connection is a new one, or as much silence again has passed.
    lastMessage = monotonic
    return silence
  }

  /// The silence that is too long now, nanoseconds.
  public var thresholdNanoseconds: Double {
    guard messagesOfSession >= MuteWatchdog.believedMessages, rememberedMessages > 0 else {
      return MuteWatchdog.longestNanoseconds
    }
    let gap = rememberedNanoseconds / rememberedMessages
    let usual = min(
      max(gap * MuteWatchdog.suspiciousGaps, MuteWatchdog.shortestNanoseconds), MuteWatchdog.longestNanoseconds)
    let patient = min(usual * Double(1 << min(fruitless, 4)), MuteWatchdog.longestNanoseconds)
    return max(patient, gap * MuteWatchdog.meaningfulGaps)
  }

  private mutating func marketTime(streamTime: Timestamp, wall: Timestamp, at monotonic: Int64) -> Timestamp {
    if streamTime != .none, anchor?.stream != streamTime { anchor = (streamTime, monotonic) }
    guard let anchor else { return wall.adding(nanoseconds: -delayNanoseconds) }
    return anchor.stream.adding(nanoseconds: monotonic - anchor.monotonic)
  }

  /// Counts a gap only when its end has come, so that a silence under way does not excuse itself.
  private mutating func learn(messages: Int64, elapsed: Double) {
    gapNanoseconds += elapsed
    guard messages > 0 else { return }
    messagesOfSession += messages
    let kept = max(0, 1 - gapNanoseconds / MuteWatchdog.memoryNanoseconds)
    rememberedNanoseconds = rememberedNanoseconds * kept + gapNanoseconds
    rememberedMessages = rememberedMessages * kept + Double(messages)
    gapNanoseconds = 0
  }

  private mutating func forgetRate() {
    gapNanoseconds = 0
    rememberedNanoseconds = 0
    rememberedMessages = 0
    messagesOfSession = 0
  }
}

/// The part of a session in which silence means something: from a minute after the open to the close of the stock market. It
/// is worked out once a day, because it is asked every second.
private struct WatchedSpan: Sendable {
  private(set) var start = Timestamp(nanoseconds: .max)
  private(set) var end = Timestamp(nanoseconds: .min)
  /// Before this the span may be another one.
  private var validFrom = Timestamp(nanoseconds: .max)

  /// Makes it the span of the session that is on at `time`, or comes next.
  /// - Returns: whether it is another session than before.
  mutating func move(to time: Timestamp) -> Bool {
    guard time < validFrom || time >= end else { return false }
    let today = NewYorkTime(time).date
    var date = TradingCalendar.isSession(today) ? today : TradingCalendar.nextSession(after: today)
    if let session = TradingCalendar.session(on: date), time >= session.close {
      date = TradingCalendar.nextSession(after: date)
    }
    guard let session = TradingCalendar.session(on: date) else { return false }
    let before = end
    start = session.open.adding(nanoseconds: MuteWatchdog.graceNanoseconds)
    end = session.close
    validFrom = time
    return end != before
  }
}
