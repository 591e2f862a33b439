import Clocks
import Feeds
import Logging
import MarketModel
import Rings
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The first thread of the road: pulls frames, waits until they are due, hands their events to the engine's ring. When the ring
/// is full it waits, for a file or a synthetic market can wait; how often is counted.
final class FeedThread: Sendable {
  struct Options: Sendable {
    /// Stream seconds a wall second; nil without pauses.
    var speed: Double?
    var warmUp: Pacer.WarmUp?
    /// Whoever may pause, hasten and move the playing; nil for what is no recording. Its speed goes before `speed`.
    var control: PlayControl?
  }

  private let options: Options
  private let ring: SPSCRing<MarketEvent>
  private let engineBell: Doorbell
  private let gauges: IngestGauges
  private let inbox: InjectionInbox
  private let log: Log
  private let isStopping = Atomic<Bool>(false)
  private let isWarm = Atomic<Bool>(false)
  private let warmBell = Doorbell()
  private let thread = Mutex<WorkerThread?>(nil)

  init(
    options: Options, ring: SPSCRing<MarketEvent>, engineBell: Doorbell, gauges: IngestGauges, inbox: InjectionInbox,
    log: Log
  ) {
    self.options = options
    self.ring = ring
    self.engineBell = engineBell
    self.gauges = gauges
    self.inbox = inbox
    self.log = log
  }

  /// Starts the thread. `open` is called on it, because the source interns symbols there; again when a recording is to begin
  /// again.
  func start<Source: FrameSource & ~Copyable>(
    instruments: InstrumentTable, _ open: @escaping @Sendable () throws -> Source
  ) {
    begin { [self] in try play(instruments: instruments, open) }
  }

  /// Starts the thread with a day that was recorded, and with another one whenever that is wanted.
  func start(_ day: RecordedDay, instruments: InstrumentTable) {
    begin { [self] in
      try playAgain { door, playback, injected in
        let day = options.control?.day ?? day
        do {
          return try play(day, instruments, &door, &playback, &injected)
        } catch {
          return waitForAnotherDay(than: day, error, &playback)
        }
      }
    }
  }

  /// Starts the thread with a source that is recorded: plays what an earlier life of the process recorded, opens the source
  /// with what that life knew, and records from there on.
  /// - Parameter onRefusal: the record cannot be played or the source not opened; the process has no use any more.
  func start<Source: FrameSource & ~Copyable>(
    instruments: InstrumentTable, recovering recovery: JournalRecovery,
    onRefusal: @escaping @Sendable (any Error) -> Void,
    _ open: @escaping @Sendable (consuming LiveMemory) throws -> Source
  ) {
    begin { [self] in
      var hasBegun = false
      do {
        let isStopping: @Sendable () -> Bool = { [self] in isToStop }
        gauges.setStatus(.recovering)
        let playing = EventDoor(ring: ring, engineBell: engineBell, gauges: gauges, isStopping: isStopping)
        let memory = try recovery.play(through: playing, into: instruments, isStopping: isStopping)
        if isToStop { return }
        let streamTime = memory.standing.streamTime
        inbox.noteStreamTime(streamTime)
        var door = EventDoor(
          ring: ring, engineBell: engineBell, gauges: gauges, isStopping: isStopping,
          journal: try recovery.record.journal.makeAppender(instruments: instruments),
          room: JournalRoom(status: recovery.record.journal.status, bytes: recovery.record.options.heldBytes))
        var reader = FeedReader(source: try open(memory), instruments: instruments)
        hasBegun = true
        var playback = Playback(options)
        var injected = EventBatch()
        _ = try run(&reader, &door, &playback, &injected, from: streamTime)
      } catch {
        if !hasBegun { onRefusal(error) }
        throw error
      }
    }
  }

  private func begin(_ body: @escaping @Sendable () throws -> Void) {
    thread.withLock { thread in
      precondition(thread == nil, "FeedThread: started twice")
      thread = WorkerThread("feed") { [self] in
        do {
          try body()
        } catch {
          gauges.fail("\(error)")
          noteWarm()
          inbox.close("\(error)")
          log.error("feed", "\(error)")
        }
      }
    }
  }

  private var isToStop: Bool { isStopping.load(ordering: .acquiring) }

  /// Waits until the faster beginning is over, so that nobody who is invited now misses it; not for ever.
  func waitUntilWarm(timeoutMilliseconds: Int32) {
    warmBell.wait(milliseconds: timeoutMilliseconds) { isWarm.load(ordering: .acquiring) }
  }

  /// Ends the thread after the frame under way.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    inbox.bell.ring()
    thread.withLock { $0 }?.join()
  }

  /// Plays a source, and again from its beginning as often as a moment is wanted that has passed.
  private func play<Source: FrameSource & ~Copyable>(instruments: InstrumentTable, _ open: () throws -> Source) throws {
    try playAgain { door, playback, injected in
      var reader = FeedReader(source: try open(), instruments: instruments)
      return try run(&reader, &door, &playback, &injected, from: .none)
    }
  }

  /// - Returns: whether a source is to begin again.
  private func play(
    _ day: RecordedDay, _ instruments: InstrumentTable, _ door: inout EventDoor, _ playback: inout Playback,
    _ injected: inout EventBatch
  ) throws -> Bool {
    switch day {
    case .journal(let archive, let date):
      let source = try JournalDaySource(archive, date, instruments: instruments, log: log)
      var reader = FeedReader(source: source, instruments: instruments)
      return try run(&reader, &door, &playback, &injected, from: .none)
    case .history(let day):
      var reader = FeedReader(source: try day.makeSource(instruments: instruments), instruments: instruments)
      return try run(&reader, &door, &playback, &injected, from: .none)
    }
  }

  /// A day that cannot be played is not the end: others can be wanted.
  /// - Returns: whether one is; false when the thread is to stop.
  private func waitForAnotherDay(than day: RecordedDay, _ error: any Error, _ playback: inout Playback) -> Bool {
    let words = "\(day.summary) cannot be played: \(error)"
    gauges.fail(words)
    options.control?.noteFailure(words)
    noteWarm()
    log.error("feed", words)
    // They would become prints of the day that comes.
    let trades = inbox.takeAll().count
    if trades > 0 { log.warning("feed", "\(trades) trades entered by hand are dropped with \(day.summary)") }
    while !isToStop {
      inbox.bell.wait(milliseconds: 1000) { isToStop || options.control?.hasWish == true }
      if playback.wantsAnotherDay(now: SystemClock.monotonicNanoseconds) { return true }
    }
    return false
  }

  /// - Parameter once: opens a source and plays it; returns whether it is to begin again.
  private func playAgain(_ once: (inout EventDoor, inout Playback, inout EventBatch) throws -> Bool) throws {
    var door = EventDoor(ring: ring, engineBell: engineBell, gauges: gauges, isStopping: { [self] in isToStop })
    var playback = Playback(options)
    var injected = EventBatch()
    while try once(&door, &playback, &injected) {
      playback.startAgain()
      options.control?.noteRestart()
      // Before the engine forgets: its empty state is nobody's last.
      gauges.setStatus(.streaming)
      injected.removeAll()
      injected.append(.incident(FeedIncident(kind: .restarted, time: .none)))
      door.push(injected.events)
    }
  }

  /// - Parameter start: stream time before the source's first event.
  /// - Returns: whether the source is to begin again.
  private func run<Source: FrameSource & ~Copyable>(
    _ reader: inout FeedReader<Source>, _ door: inout EventDoor, _ playback: inout Playback,
    _ injected: inout EventBatch, from start: Timestamp
  ) throws -> Bool {
    var badEvents: Int64 = 0
    var streamTime = start
    gauges.setStatus(.streaming)
    log.info("feed", "streaming \(reader.source.summary)", ["speed": speedText])
    var stopDeadline: Int64?
    while !mayStop(isIdle: reader.isIdle, drains: Source.drainsAtStop, &stopDeadline) {
      door.waitForJournal()
      guard try reader.next(gathering: door.gathers) else {
        return finish(&reader, &door, &playback, &injected, streamTime)
      }
      switch waitUntilDue(
        reader.streamTime, &playback, { injectWaiting(&reader, &door, &injected, at: streamTime) })
      {
      case .due, .wait: break
      case .startAgain: return true
      case .over:
        door.push(UnsafeBufferPointer(rebasing: reader.batch.events[..<playback.countWithin(reader.batch.events)]))
        return finish(&reader, &door, &playback, &injected, streamTime)
      }
      streamTime = max(streamTime, reader.streamTime)
      if playback.isWarm, !isWarm.load(ordering: .relaxed) { noteWarm() }
      inbox.noteStreamTime(streamTime)
      door.push(reader.batch.events)
      playback.advance(to: streamTime)
      // Neither a live source that says that nothing has come, nor greeks over REST, make old prints younger.
      if reader.batch.events.first?.time != nil { gauges.noteReceived(wallNanoseconds: SystemClock.wallNanoseconds) }
      gauges.noteDecoded(reader.decoder.counters)
      gauges.noteSource(refusedLines: reader.source.refusedLines, correctedRows: reader.source.correctedRows)
      if reader.decoder.counters.badEvents != badEvents {
        badEvents = reader.decoder.counters.badEvents
        reportBad(reader.decoder.counters)
      }
    }
    return false
  }

  private var speedText: String {
    let factor = if let control = options.control { control.speed.factor } else { options.speed }
    return factor.map { "\($0)" } ?? "max"
  }

  /// Told to stop, a live source goes on until it has nothing more, for two seconds at most.
  private func mayStop(isIdle: Bool, drains: Bool, _ deadline: inout Int64?) -> Bool {
    guard isStopping.load(ordering: .acquiring) else { return false }
    guard drains else { return true }
    let now = SystemClock.monotonicNanoseconds
    guard let end = deadline else {
      deadline = now + EventDoor.drainNanoseconds
      return false
    }
    return isIdle || now >= end
  }

  /// The source is exhausted, the door stays open for trades entered by hand and for who wants to see it again.
  /// - Returns: whether the source is to begin again.
  private func finish<Source: FrameSource & ~Copyable>(
    _ reader: inout FeedReader<Source>, _ door: inout EventDoor, _ playback: inout Playback,
    _ injected: inout EventBatch, _ streamTime: Timestamp
  ) -> Bool {
    gauges.setStatus(.ended)
    playback.end()
    noteWarm()
    log.info("feed", "\(reader.source.summary) has ended", ["frames": "\(reader.decoder.counters.frames)"])
    while !isStopping.load(ordering: .acquiring) {
      inbox.bell.wait(milliseconds: 1000) {
        !inbox.isEmpty || isStopping.load(ordering: .acquiring) || options.control?.hasWish == true
      }
      if playback.wantsToStartAgain(now: SystemClock.monotonicNanoseconds) { return true }
      guard !inbox.isEmpty else { continue }
      injectWaiting(&reader, &door, &injected, at: streamTime)
      // The minutes that those trades belong to are given out again.
      injected.removeAll()
      injected.append(.incident(FeedIncident(kind: .ended, time: streamTime)))
      door.push(injected.events)
    }
    return false
  }

  private func noteWarm() {
    isWarm.store(true, ordering: .releasing)
    warmBell.ring()
  }

  /// - Returns: what to do with the events; `.wait` only when the thread is to stop.
  private func waitUntilDue(_ time: Timestamp, _ playback: inout Playback, _ inject: () -> Void) -> Playback.Verdict {
    while true {
      if !inbox.isEmpty { inject() }
      let verdict = playback.verdict(at: time, now: SystemClock.monotonicNanoseconds)
      guard case .wait(let delay) = verdict, !isStopping.load(ordering: .acquiring) else { return verdict }
      let isHeld = playback.isHeld
      if isHeld || delay > 1_000_000_000 {
        // A pause has no end that is known: it is said anew each time somebody looks.
        let quiet = isHeld ? 2 * delay : delay
        gauges.noteQuiet(untilWallNanoseconds: SystemClock.wallNanoseconds + quiet)
      }
      // Rounded up: a pause of zero would spin through the last millisecond.
      inbox.bell.wait(milliseconds: Int32(clamping: min(delay / 1_000_000 + 1, 500))) {
        !inbox.isEmpty || isStopping.load(ordering: .acquiring) || options.control?.hasWish == true
      }
    }
  }

  private func injectWaiting<Source: FrameSource & ~Copyable>(
    _ reader: inout FeedReader<Source>, _ door: inout EventDoor, _ batch: inout EventBatch,
    at streamTime: Timestamp
  ) {
    guard !inbox.isEmpty else { return }
    for trade in inbox.takeAll() {
      // Before the first event of the stream there is no stream time; the wall's will do.
      let now = streamTime == .none ? Timestamp(nanoseconds: SystemClock.wallNanoseconds) : streamTime
      var frame = InjectionInbox.frame(trade, streamTime: now)
      let count = frame.count
      frame.append(contentsOf: repeatElement(0, count: frameSourcePadding))
      batch.removeAll()
      frame.withUnsafeBufferPointer {
        reader.inject(UnsafeBufferPointer(rebasing: $0[..<count]), into: &batch)
      }
      gauges.noteDecoded(reader.decoder.counters)
      door.push(batch.events)
      log.info("feed", "trade entered by hand: \(trade.size) \(trade.symbol) at \(trade.price.doubleValue)")
    }
  }

  private func reportBad(_ counters: DecodeCounters) {
    // The reason is a fixed text, so that the log can count repeats; what differs stands in the fields.
    log.warning(
      "feed", "bad event skipped: \(counters.lastBadReason ?? "unknown"); its neighbours are kept",
      [
        "last": counters.lastBadDetail ?? "", "bad_events": "\(counters.badEvents)",
        "bad_frames": "\(counters.badFrames)",
      ])
  }
}
