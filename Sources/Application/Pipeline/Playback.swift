import Feeds
import MarketModel
import Server

/// When the events of a source are due: the pace, the stretch that is played, pauses and leaps. The feed thread's own.
struct Playback {
  /// What to do with events of a moment.
  enum Verdict: Equatable {
    case due
    /// Not yet; at most so many wall nanoseconds until it is worth asking again.
    case wait(nanoseconds: Int64)
    /// They lie behind the stretch: nothing more is played.
    case over
    /// The moment that is wanted has passed: the source has to begin again.
    case startAgain
  }

  private var pacer: Pacer
  private let control: PlayControl?
  private var bounds: PlayWindow.Bounds?
  /// Up to here nothing is waited for.
  private var target: Timestamp?
  /// What the source begins again with; nil when that is what it was.
  private var next: PlayControl.Program?
  private var isPaused = false
  /// Where the pace goes on after a pause; nil while it goes on.
  private var heldAt: Timestamp?
  /// Stream time of what was handed over last; `.none` before the first.
  private(set) var position = Timestamp.none

  /// A pause is looked out of this often.
  private static let pauseNanoseconds: Int64 = 500_000_000

  init(_ options: FeedThread.Options) {
    control = options.control
    pacer = Pacer(speed: options.control.map { $0.speed.factor } ?? options.speed, warmUp: options.warmUp)
  }

  var isWarm: Bool { pacer.isWarm }
  /// Somebody holds the stream; it is silent on purpose.
  var isHeld: Bool { isPaused && target == nil }

  /// - Parameters:
  ///   - time: stream time of the events that come next; `.none` while none is known.
  ///   - now: monotonic nanoseconds.
  mutating func verdict(at time: Timestamp, now: Int64) -> Verdict {
    guard let control else { return Playback.verdict(delay: pacer.delay(until: time, now: now)) }
    if control.hasWish, let wish = control.take(), !apply(wish, held: time, now: now) { return .startAgain }
    guard time != .none else { return isHeld ? .wait(nanoseconds: Playback.pauseNanoseconds) : .due }
    let bounds = self.bounds ?? resolve(first: time, control)
    let isBehind = bounds.to.map { time >= $0 } ?? false
    if let target {
      if time <= target, !isBehind { return .due }
      if time > target { arrive(at: target, now: now, control) }
    }
    if isHeld { return .wait(nanoseconds: Playback.pauseNanoseconds) }
    if isBehind { return .over }
    return Playback.verdict(delay: pacer.delay(until: time, now: now))
  }

  private static func verdict(delay: Int64) -> Verdict { delay > 0 ? .wait(nanoseconds: delay) : .due }

  /// The events were handed over.
  mutating func advance(to time: Timestamp) {
    position = max(position, time)
    control?.notePosition(position)
  }

  /// Nothing more comes.
  func end() { control?.noteEnded(true, at: position) }

  /// Looks whether somebody wants a moment again that has been played, or another day.
  mutating func wantsToStartAgain(now: Int64) -> Bool {
    guard let control, control.hasWish, let wish = control.take() else { return false }
    let mayGoOn = apply(wish, held: position, now: now)
    if mayGoOn {
      target = nil
      end()
    }
    return !mayGoOn
  }

  /// Looks whether somebody wants another day, where nothing more of this one can be played. What is said of pause and speed holds
  /// for the one that comes.
  mutating func wantsAnotherDay(now: Int64) -> Bool {
    guard let control, control.hasWish, let wish = control.take() else { return false }
    _ = apply(wish, held: position, now: now)
    return wish.program != nil
  }

  /// The source begins again, on the way to the moment that is wanted.
  mutating func startAgain() {
    if let next, let control {
      self.next = nil
      control.begin(next, isSeeking: target != nil)
      bounds = nil
      pacer = Pacer(speed: control.speed.factor)
    }
    position = .none
    control?.notePosition(target ?? .none)
    control?.noteEnded(false, at: .none)
    heldAt = nil
  }

  /// How many of a batch's events lie within the stretch.
  func countWithin(_ events: UnsafeBufferPointer<MarketEvent>) -> Int {
    bounds?.end(in: events) ?? events.count
  }

  // MARK: Wishes

  /// - Returns: false when the source has to begin again.
  private mutating func apply(_ wish: PlayControl.Wish, held: Timestamp, now: Int64) -> Bool {
    let current = min(heldAt ?? pacer.position(now: now), held)
    if let speed = wish.speed { pacer.goOn(at: max(current, position), speed: speed.factor, now: now) }
    if let pauses = wish.isPaused, pauses != isPaused {
      isPaused = pauses
      heldAt = pauses ? max(current, position) : nil
      if !pauses { pacer.goOn(at: max(current, position), speed: pacer.speed, now: now) }
    }
    if let program = wish.program {
      next = program
      target = wish.position
      return false
    }
    guard let wanted = wish.position else { return true }
    target = max(wanted, bounds?.from ?? wanted)
    return wanted >= position
  }

  private mutating func arrive(at target: Timestamp, now: Int64, _ control: PlayControl) {
    self.target = nil
    heldAt = isPaused ? target : nil
    pacer.goOn(at: target, speed: pacer.speed, now: now)
    control.notePosition(max(target, position))
    control.noteSeeking(false)
  }

  private mutating func resolve(first time: Timestamp, _ control: PlayControl) -> PlayWindow.Bounds {
    let day = TradingCalendar.tradingDay(containing: time)
    let bounds = control.window.bounds(on: day)
    self.bounds = bounds
    let lastClose = TradingCalendar.session(on: day)?.lateOptionsClose ?? time
    control.noteBounds(day: day, from: bounds.from ?? time, to: bounds.to ?? max(lastClose, time))
    if let from = bounds.from, target == nil, time < from {
      target = from
      control.noteSeeking(true)
    }
    if isPaused, target == nil { heldAt = time }
    return bounds
  }
}
