import Clocks
import Feeds
import FlowEngine
import Foundation
import Logging
import MarketModel
import Rings
import Server
import Testing

@testable import Application

/// Pause, speed and leaps, through the feed's own thread.
@Suite(.serialized) struct PlaybackTests {
  private let live: LiveSession
  init() throws { live = try LiveSession() }

  /// The feed's thread with an engine at the other end of its ring.
  private struct Player: ~Copyable {
    let control: PlayControl
    let inbox = InjectionInbox()
    let gauges = IngestGauges()
    let ring = SPSCRing<MarketEvent>(capacity: 1 << 12)
    let feed: FeedThread
    var engine: FlowEngine
    var outputs = OutputBuffer()
    var prints: Int64 = 0
    /// Numbers of the prints since the source began last.
    var numbers: ClosedRange<Int64>?

    init(_ day: RecordedDay, speed: ReplaySpeed, window: PlayWindow = PlayWindow()) {
      let instruments = InstrumentTable(capacity: 1 << 16)
      control = PlayControl(speed: speed, window: window, bell: inbox.bell)
      engine = FlowEngine(instruments: instruments)
      feed = FeedThread(
        options: FeedThread.Options(control: control), ring: ring, engineBell: Doorbell(), gauges: gauges, inbox: inbox,
        log: Log(minimumLevel: .critical))
      feed.start(day, instruments: instruments)
    }

    /// Takes what comes until the player is where it is wanted.
    mutating func run(until isThere: (ReplayFacts) -> Bool) {
      while true {
        // Read before the ring is emptied: what was handed over before it was true is taken, too.
        let isDone = isThere(control.facts)
        while ring.consume(limit: 512, { engine.process($0, into: &outputs) }) > 0 {}
        for output in outputs.outputs {
          switch output {
          case .incident(let incident) where incident.kind == .restarted: numbers = nil
          case .print(let print): numbers = (numbers?.lowerBound ?? print.number)...print.number
          default: break
          }
        }
        outputs.removeAll()
        if isDone { return }
        sched_yield()
      }
    }

    mutating func go(to time: Timestamp) {
      control.wish(PlayerCommand(position: time))
      run { !$0.isSeeking && $0.position == time }
    }
  }

  /// The state that an uninterrupted play has at a moment.
  private func expected(at time: Timestamp) throws -> UInt64 {
    let instruments = InstrumentTable(capacity: 1 << 16)
    var engine = FlowEngine(instruments: instruments)
    var outputs = OutputBuffer()
    let source = try JournalDaySource(
      try live.archive, LiveSession.second, instruments: instruments, log: Log(minimumLevel: .critical))
    var reader = FeedReader(source: source, instruments: instruments)
    while try reader.next(), reader.streamTime <= time {
      engine.process(reader.batch.events, into: &outputs)
      outputs.removeAll()
    }
    return engine.stateDigest()
  }

  private func moment(_ second: Int64, _ millisecond: Int64 = 0) -> Timestamp {
    Timestamp(newYork: LiveSession.second, hour: 9, minute: 30).adding(
      nanoseconds: second * 1_000_000_000 + millisecond * 1_000_000)
  }

  @Test func leapsLandOnTheStateOfAnUninterruptedPlay() throws {
    var player = Player(try live.day(LiveSession.second), speed: .times(1))
    player.control.wish(PlayerCommand(isPaused: true))
    for (second, millisecond) in [(5, 300), (9, 0), (2, 150), (2, 151), (14, 999), (1, 0)] as [(Int64, Int64)] {
      let time = moment(second, millisecond)
      player.go(to: time)
      #expect(player.engine.stateDigest() == (try expected(at: time)), "at \(second).\(millisecond)")
      #expect(player.control.facts.isPaused)
      #expect(player.numbers?.lowerBound ?? 1 == 1)
    }
    player.control.wish(PlayerCommand(isPaused: false, speed: .maximum))
    player.run { $0.hasEnded }
    #expect(player.engine.stateDigest() == live.last[LiveSession.second]?.digest)
    #expect(player.numbers == 1...(live.prints[LiveSession.second] ?? 0))
    // From the end back, too.
    player.control.wish(PlayerCommand(isPaused: true))
    player.go(to: moment(7))
    #expect(player.engine.stateDigest() == (try expected(at: moment(7))))
    #expect(!player.control.facts.hasEnded)
    player.feed.stop()
  }

  @Test func theStretchBeginsWithoutPausesAndEndsWhereItIsTold() throws {
    let window = PlayWindow(from: DayTime("09:30:04"), to: DayTime("09:30:06"))
    var player = Player(try live.day(LiveSession.second), speed: .times(1), window: window)
    player.control.wish(PlayerCommand(isPaused: true))
    player.run { !$0.isSeeking && $0.position == moment(4) }
    #expect(player.engine.stateDigest() == (try expected(at: moment(4))))
    #expect(player.control.facts.from == moment(4) && player.control.facts.to == moment(6))
    player.control.wish(PlayerCommand(isPaused: false, speed: .times(50)))
    player.run { $0.hasEnded }
    #expect(player.engine.streamTime < moment(6))
    #expect(player.engine.streamTime > moment(5))
    player.feed.stop()
  }

  @Test func aPauseHoldsTheStreamAndItsEndGoesOn() throws {
    var player = Player(try live.day(LiveSession.second), speed: .times(1))
    player.control.wish(PlayerCommand(isPaused: true))
    player.go(to: moment(3))
    let digest = player.engine.stateDigest()
    // Another wish that changes nothing is taken, and still nothing comes.
    player.control.wish(PlayerCommand(speed: .times(1000)))
    let control = player.control
    player.run { _ in !control.hasWish }
    #expect(player.engine.stateDigest() == digest)
    player.control.wish(PlayerCommand(isPaused: false))
    player.run { $0.hasEnded }
    #expect(player.engine.stateDigest() == live.last[LiveSession.second]?.digest)
    player.feed.stop()
  }

  @Test func aDayThatCannotBePlayedIsNotTheEndOfThePlayer() throws {
    try live.damage(LiveSession.first)
    let (broken, whole) = (try live.day(LiveSession.first), try live.day(LiveSession.second))
    var player = Player(whole, speed: .maximum)
    player.run { $0.hasEnded }
    for _ in 0..<2 {
      player.control.wish(PlayerCommand(), program: PlayControl.Program(day: broken, window: PlayWindow()))
      player.run { $0.failure != nil }
      #expect(player.control.facts.failure?.hasPrefix("journal 2025-12-16 cannot be played: ") == true)
      #expect(player.gauges.ingest(source: "", subscribed: []).status == .failed)
      // What was on its way when it failed.
      player.control.wish(PlayerCommand(position: moment(3)))
      let control = player.control
      player.run { _ in !control.hasWish }
      player.control.wish(PlayerCommand(), program: PlayControl.Program(day: whole, window: PlayWindow()))
      #expect(player.control.facts.failure == nil)
      player.run { $0.hasEnded }
      #expect(player.engine.stateDigest() == live.last[LiveSession.second]?.digest)
      #expect(player.gauges.ingest(source: "", subscribed: []).failure == nil)
    }
    player.feed.stop()
  }

  // MARK: Verdicts

  @Test func aDayThatIsWantedHasNoPositionOfTheOneBefore() throws {
    let control = PlayControl(speed: .maximum, window: PlayWindow(), bell: Doorbell())
    var playback = Playback(FeedThread.Options(control: control))
    #expect(playback.verdict(at: moment(0), now: 0) == .due)
    playback.advance(to: moment(0))
    #expect(control.facts.position == moment(0))
    let program = PlayControl.Program(day: try live.day(LiveSession.first), window: PlayWindow())
    control.wish(PlayerCommand(), program: program)
    #expect(control.facts.position == .none && control.facts.to == .none)
    // The feed thread had handed over more meanwhile.
    playback.advance(to: moment(1))
    #expect(control.facts.position == .none && control.facts.to == .none)
    #expect(playback.verdict(at: moment(2), now: 0) == .startAgain)
    #expect(control.facts.position == .none && control.facts.to == .none)
    playback.startAgain()
    #expect(control.facts.position == .none)
  }

  @Test func aPauseTakesNoTimeOfTheStream() {
    let bell = Doorbell()
    let control = PlayControl(speed: .times(10), window: PlayWindow(), bell: bell)
    var playback = Playback(FeedThread.Options(control: control))
    let start = moment(0)
    #expect(playback.verdict(at: start, now: 1_000) == .due)
    playback.advance(to: start)
    // A second of the stream takes a tenth.
    #expect(playback.verdict(at: moment(1), now: 1_000) == .wait(nanoseconds: 100_000_000))
    control.wish(PlayerCommand(isPaused: true))
    guard case .wait = playback.verdict(at: moment(1), now: 60_001_000) else { Issue.record("not held"); return }
    #expect(playback.isHeld)
    guard case .wait = playback.verdict(at: moment(1), now: 9_000_000_000) else { Issue.record("not held"); return }
    control.wish(PlayerCommand(isPaused: false))
    #expect(playback.verdict(at: moment(1), now: 9_000_000_000) == .wait(nanoseconds: 40_000_000))
    control.wish(PlayerCommand(speed: .times(1)))
    #expect(playback.verdict(at: moment(1), now: 9_020_000_000) == .wait(nanoseconds: 200_000_000))
    control.wish(PlayerCommand(speed: .maximum))
    #expect(playback.verdict(at: moment(1), now: 9_020_000_000) == .due)
  }

  @Test func onlyAMomentThatHasPassedBeginsAgain() {
    let control = PlayControl(speed: .times(1), window: PlayWindow(), bell: Doorbell())
    var playback = Playback(FeedThread.Options(control: control))
    #expect(playback.verdict(at: moment(0), now: 0) == .due)
    playback.advance(to: moment(0))
    control.wish(PlayerCommand(position: moment(8)))
    #expect(control.facts.isSeeking)
    #expect(playback.verdict(at: moment(7), now: 0) == .due)
    playback.advance(to: moment(7))
    #expect(playback.verdict(at: moment(9), now: 5) == .wait(nanoseconds: 1_000_000_000))
    #expect(!control.facts.isSeeking && control.facts.position == moment(8))
    control.wish(PlayerCommand(position: moment(6)))
    #expect(playback.verdict(at: moment(9), now: 5) == .startAgain)
    playback.startAgain()
    #expect(playback.verdict(at: moment(0), now: 5) == .due)
    #expect(playback.verdict(at: moment(6), now: 5) == .due)
    #expect(playback.verdict(at: moment(7), now: 5) == .wait(nanoseconds: 1_000_000_000))
  }
}
