import Clocks
import Feeds
import Logging
import MarketModel
import Rings
import Synchronization

/// Plays the market on a thread of its own: pulls steps from the source, waits until they are due, keeps them for REST and
/// hands them to the sockets.
final class Playback: Sendable {
  enum Status: Int, Sendable {
    case preparing
    case waitingForClients
    case playing
    case ended
    case failed

    var name: String {
      switch self {
      case .preparing: "preparing"
      case .waitingForClients: "waiting for clients"
      case .playing: "playing"
      case .ended: "ended"
      case .failed: "failed"
      }
    }
  }

  private let options: SimulatorOptions
  private let market: PlayedMarket
  private let outbox: Outbox
  private let counters: FaultCounters
  private let log: Log
  /// Has the network thread look into the outbox.
  private let wake: @Sendable () -> Void
  private let statusValue = Atomic<Int>(Status.preparing.rawValue)
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<WorkerThread?>(nil)

  init(
    options: SimulatorOptions, market: PlayedMarket, outbox: Outbox, counters: FaultCounters, log: Log,
    wake: @escaping @Sendable () -> Void
  ) {
    self.options = options
    self.market = market
    self.outbox = outbox
    self.counters = counters
    self.log = log
    self.wake = wake
  }

  var status: Status {
    guard let status = Status(rawValue: statusValue.load(ordering: .acquiring)) else {
      preconditionFailure("Playback: status \(statusValue.load(ordering: .relaxed))")
    }
    return status
  }

  func start() {
    thread.withLock { thread in
      precondition(thread == nil, "Playback: started twice")
      thread = WorkerThread("player") { [self] in
        do {
          try run()
        } catch {
          set(.failed)
          log.error("player", "\(error)")
        }
      }
    }
  }

  func stop() {
    isStopping.store(true, ordering: .releasing)
    outbox.ring()
    thread.withLock { $0 }?.join()
  }

  private var mustStop: Bool { isStopping.load(ordering: .acquiring) }

  private func set(_ status: Status) { statusValue.store(status.rawValue, ordering: .releasing) }

  private func run() throws {
    switch options.tape {
    case .demo(let settings):
      let feed = DemoFeed(settings: settings, instruments: market.instruments)
      market.register()
      try play(FeedReader(source: feed, instruments: market.instruments))
    case .file(let path):
      try readContracts(path)
      try play(
        FeedReader(
          source: try ReplayFile(path: path, instruments: market.instruments), instruments: market.instruments))
    }
  }

  /// The vendor lists contracts before they trade, and so does the simulator.
  private func readContracts(_ path: String) throws {
    var reader = FeedReader(
      source: try ReplayFile(path: path, instruments: market.instruments), instruments: market.instruments)
    while !mustStop, reader.source.bytesRead < SimulatorLimits.scannedBytes, try reader.next() {}
    market.register()
  }

  private func play<Source: FrameSource & ~Copyable>(_ opened: consuming FeedReader<Source>) throws {
    var reader = opened
    var pacer = Pacer(speed: options.speed)
    var encoder = EventEncoder(instruments: market.instruments, faults: options.faults, counters: counters)
    var played: [PlayedMarket.Event] = []
    waitForClients(options.waitsForClients)
    set(.playing)
    while !mustStop {
      guard try reader.next() else { break }
      waitUntilDue(reader.streamTime, &pacer)
      played.removeAll(keepingCapacity: true)
      market.play(reader.batch.events, at: reader.streamTime, into: &played)
      send(encoder.encode(played, at: reader.streamTime))
    }
    // Prints that are still held back come after the last.
    if encoder.isHoldingBack { send(encoder.encode([], at: Timestamp(nanoseconds: .max))) }
    if !mustStop { set(.ended) }
  }

  private func send(_ batch: PlayedBatch?) {
    while !mustStop {
      // Without pace, nothing is played to nobody.
      let isHeard = options.speed != nil || options.waitsForClients == 0 || outbox.subscribers > 0
      if isHeard, outbox.hasRoom { break }
      outbox.wait(milliseconds: 100) { isHeard ? outbox.hasRoom : outbox.subscribers > 0 }
    }
    guard let batch, outbox.subscribers > 0 else { return }
    outbox.push(batch)
    wake()
  }

  private func waitForClients(_ count: Int) {
    guard count > 0 else { return }
    set(.waitingForClients)
    while !mustStop, outbox.subscribers < count {
      outbox.wait(milliseconds: 500) { outbox.subscribers >= count || mustStop }
    }
  }

  private func waitUntilDue(_ time: Timestamp, _ pacer: inout Pacer) {
    while !mustStop {
      let delay = pacer.delay(until: time, now: SystemClock.monotonicNanoseconds)
      guard delay > 0 else { return }
      // Rounded up: a pause of zero would spin through the last millisecond.
      outbox.wait(milliseconds: Int32(clamping: min(delay / 1_000_000 + 1, 500))) { mustStop }
    }
  }
}
