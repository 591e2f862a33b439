import MarketModel
import Rings
import Server
import Synchronization

/// How a recording is being played, and what somebody wants of it: wishes are left here by the network thread and taken by the
/// feed thread, as trades entered by hand are. So data still go one way.
final class PlayControl: Sendable {
  /// What is wanted of the player; nil where nothing is to change.
  struct Wish: Sendable, Equatable {
    var isPaused: Bool?
    var speed: ReplaySpeed?
    var position: Timestamp?
  }

  /// What the feed thread says of itself.
  struct Playing: Sendable {
    var position = Timestamp.none
    var from = Timestamp.none
    var to = Timestamp.none
    var day: MarketDate?
    var isSeeking = false
    var hasEnded = false
  }

  private struct State {
    var wish: Wish?
    var isPaused = false
    var speed: ReplaySpeed
    var playing = Playing()
  }

  /// The stretch that is played.
  let window: PlayWindow
  private let state: Mutex<State>
  private let isWished = Atomic<Bool>(false)
  private let position = Atomic<Int64>(0)
  /// Wakes the feed thread out of its pause.
  private let bell: Doorbell

  init(speed: ReplaySpeed, window: PlayWindow, bell: Doorbell) {
    self.window = window
    self.bell = bell
    state = Mutex(State(speed: speed))
  }

  // MARK: Anybody

  /// Leaves a wish; those that the feed thread has not taken yet become one with it, the newer word counting.
  func wish(_ command: PlayerCommand) {
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
        state.playing.isSeeking = true
        state.playing.hasEnded = false
      }
      state.wish = wish
      isWished.store(true, ordering: .releasing)
    }
    bell.ring()
  }

  var facts: ReplayFacts {
    state.withLock { state in
      let position = Timestamp(nanoseconds: position.load(ordering: .relaxed))
      let playing = state.playing
      return ReplayFacts(
        day: playing.day, position: position, from: playing.from, to: max(playing.to, position), speed: state.speed,
        isPaused: state.isPaused, isSeeking: playing.isSeeking, hasEnded: playing.hasEnded)
    }
  }

  // MARK: Feed thread

  /// Cheap enough to ask for every batch.
  var hasWish: Bool { isWished.load(ordering: .acquiring) }

  func take() -> Wish? {
    state.withLock { state in
      isWished.store(false, ordering: .releasing)
      defer { state.wish = nil }
      return state.wish
    }
  }

  var speed: ReplaySpeed { state.withLock { $0.speed } }

  func notePosition(_ time: Timestamp) { position.store(time.nanoseconds, ordering: .relaxed) }

  /// The day and its stretch are known.
  func noteBounds(day: MarketDate, from: Timestamp, to: Timestamp) {
    state.withLock { state in
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
      state.playing.hasEnded = hasEnded && state.wish?.position == nil
      if hasEnded {
        state.playing.isSeeking = state.wish?.position != nil
        if time != .none { state.playing.to = time }
      }
    }
  }
}
