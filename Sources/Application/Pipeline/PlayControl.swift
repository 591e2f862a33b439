import MarketModel
import Rings
import Server
import Synchronization

/// How a recording is being played, and what somebody wants of it: wishes are left here by the network thread and taken by the
/// feed thread, as trades entered by hand are. So data still go one way.
final class PlayControl: Sendable {
  /// A day and the stretch of it that is played.
  struct Program: Sendable {
    var day: RecordedDay
    var window: PlayWindow
  }

  /// What is wanted of the player; nil where nothing is to change.
  struct Wish: Sendable {
    var isPaused: Bool?
    var speed: ReplaySpeed?
    var position: Timestamp?
    /// Another day, or the same again.
    var program: Program?

    /// Whether what is played now is to be left for something else.
    var leaps: Bool { position != nil || program != nil }
  }

  /// What the feed thread says of itself.
  struct Playing: Sendable {
    var position = Timestamp.none
    var from = Timestamp.none
    var to = Timestamp.none
    var day: MarketDate?
    var isSeeking = false
    var hasEnded = false
    /// Why the day cannot be played; nil while it can.
    var failure: String?
  }

  private struct State {
    var wish: Wish?
    var isPaused = false
    var wasMoved = false
    var speed: ReplaySpeed
    var window: PlayWindow
    var day: RecordedDay?
    var playing = Playing()
    /// What began with each restart that nobody has asked for yet, oldest first.
    var restarts: [RecordedDay?] = []
  }

  private let state: Mutex<State>
  private let isWished = Atomic<Bool>(false)
  private let position = Atomic<Int64>(0)
  /// Wakes the feed thread out of its pause.
  private let bell: Doorbell

  /// - Parameter day: what is played first; nil for a file.
  init(speed: ReplaySpeed, window: PlayWindow, day: RecordedDay? = nil, bell: Doorbell) {
    self.bell = bell
    state = Mutex(State(speed: speed, window: window, day: day))
  }

  // MARK: Anybody

  /// Leaves a wish; those that the feed thread has not taken yet become one with it, the newer word counting.
  func wish(_ command: PlayerCommand, program: Program? = nil) {
    state.withLock { state in
      var wish = state.wish ?? Wish()
      if let isPaused = command.isPaused {
        wish.isPaused = isPaused
        state.isPaused = isPaused
      }
      if let speed = command.speed {
        wish.speed = speed
        state.speed = speed
      }
      if let position = command.position {
        wish.position = position
        state.wasMoved = true
        state.playing.isSeeking = true
        state.playing.hasEnded = false
      }
      if let program {
        wish.program = program
        // A moment of the day before means nothing in this one.
        wish.position = nil
        state.playing = Playing()
      }
      state.wish = wish
      isWished.store(true, ordering: .releasing)
    }
    bell.ring()
  }

  /// Whether another moment was ever wanted.
  var wasMoved: Bool { state.withLock { $0.wasMoved } }

  /// The day that is played; nil for a file.
  var day: RecordedDay? { state.withLock { $0.day } }

  var facts: ReplayFacts {
    state.withLock { state in
      // Until a day that is wanted begins, the position is one of the day before.
      let isLeft = state.wish?.program != nil
      let position = isLeft ? .none : Timestamp(nanoseconds: position.load(ordering: .relaxed))
      let playing = state.playing
      return ReplayFacts(
        day: playing.day, position: position, from: playing.from, to: max(playing.to, position), speed: state.speed,
        isPaused: state.isPaused, isSeeking: playing.isSeeking, hasEnded: playing.hasEnded, failure: playing.failure)
    }
  }

  /// The day that begins with a restart of the source; to be asked once for each restart, in their order. Nil for a file.
  func takeRestart() -> RecordedDay? {
    state.withLock { $0.restarts.isEmpty ? nil : $0.restarts.removeFirst() }
  }

  // MARK: Feed thread

  /// Cheap enough to ask for every batch.
  var hasWish: Bool { isWished.load(ordering: .acquiring) }

  func take() -> Wish? {
    state.withLock { state in
      isWished.store(false, ordering: .releasing)
      defer { state.wish = nil }
      if state.wish?.program != nil { position.store(Timestamp.none.nanoseconds, ordering: .relaxed) }
      return state.wish
    }
  }

  var speed: ReplaySpeed { state.withLock { $0.speed } }
  /// The stretch that is played.
  var window: PlayWindow { state.withLock { $0.window } }

  /// Another day is played from here on.
  /// - Parameter isSeeking: on the way to a moment of it.
  func begin(_ program: Program, isSeeking: Bool) {
    state.withLock { state in
      state.day = program.day
      state.window = program.window
      state.playing = Playing()
      state.playing.isSeeking = isSeeking || state.wish?.position != nil
    }
  }

  /// The source begins again, before anybody can have seen that.
  func noteRestart() { state.withLock { $0.restarts.append($0.day) } }

  /// The day cannot be played, or not any further.
  func noteFailure(_ words: String) {
    state.withLock { state in
      // Of a day that is about to be left.
      guard state.wish?.program == nil else { return }
      state.playing.failure = words
    }
  }

  func notePosition(_ time: Timestamp) { position.store(time.nanoseconds, ordering: .relaxed) }

  /// The day and its stretch are known.
  func noteBounds(day: MarketDate, from: Timestamp, to: Timestamp) {
    state.withLock { state in
      // Of a day that is about to be left.
      guard state.wish?.program == nil else { return }
      state.playing.day = day
      state.playing.from = from
      state.playing.to = to
    }
  }

  /// A moment that was asked for is being looked for, or was found.
  func noteSeeking(_ isSeeking: Bool) {
    // A wish that came meanwhile is looked for next.
    state.withLock { state in state.playing.isSeeking = isSeeking || state.wish?.position != nil }
  }

  func noteEnded(_ hasEnded: Bool, at time: Timestamp) {
    state.withLock { state in
      state.playing.hasEnded = hasEnded && state.wish?.leaps != true
      if hasEnded {
        state.playing.isSeeking = state.wish?.position != nil
        if time != .none, state.wish?.program == nil { state.playing.to = time }
      }
    }
  }
}
