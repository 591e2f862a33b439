import Clocks
import FlowEngine
import Logging
import MarketModel
import Positioning
import Rings
import Storage
import Synchronization

/// The thread of alerts: takes what the engine gives out, keeps the file, and answers what people ask. The engine never waits for
/// it: prints and detections that find no room in its queue are read from the store later; incidents have a queue of their own.
public final class AlertsThread: Sendable {
  public typealias Job = @Sendable (AlertOffice) -> Void

  /// What the thread is joined to.
  public struct Connections: Sendable {
    public var instruments: InstrumentTable
    /// Crossings of levels since the last call; called on the alerts thread. Nil when nobody watches levels.
    public var crossings: (@Sendable () -> [LevelCrossing])?
    /// What the store has; nil without one.
    public var catchUp: StoreCatchUp?
    /// Names the run that begins when the source begins again; nil when it is the one that was. Called once for each `restarted`, in
    /// their order, on the alerts thread. Nil for a source that plays one recording only.
    public var restart: (@Sendable () -> String?)?
    /// Outputs that may wait; fewer in tests only.
    public var queueCapacity = Limits.alertRing

    public init(
      instruments: InstrumentTable, crossings: (@Sendable () -> [LevelCrossing])? = nil, catchUp: StoreCatchUp? = nil
    ) {
      self.instruments = instruments
      self.crossings = crossings
      self.catchUp = catchUp
    }
  }

  /// How it is, for /health.
  public struct Status: Sendable, Hashable {
    /// Begun, and not told to stop.
    public var isRunning = false
    /// As of the last turn of the thread that could read the file.
    public var open = OpenAlerts()
    public var queueDepth = 0
    public var queueCapacity = 0
    /// Outputs that found no room in the queue, and candidates that found none while the file could not be written; both are read
    /// from the store later, when there is one.
    public var missed: Int64 = 0
    /// Alerts waiting for the file.
    public var pending = 0
    /// Why the file cannot be written; nil while it can.
    public var error: String?

    public init() {}
  }

  /// Alerts that are new or different.
  public let news: AlertNews
  private let connections: Connections
  private let log: Log
  private let ring: SPSCRing<FlowOutput>
  /// Nobody reads incidents again from the store, which may not have them: prints must not take their room.
  private let incidents = SPSCRing<FeedIncident>(capacity: AlertsThread.waitingIncidents)
  /// Restarts that found no room in the queue: until they do, what comes behind them is missed. Engine's thread.
  private let waitingRestarts = Atomic<Int>(0)
  private let bell = Doorbell()
  private let jobs = Mutex<[Job]>([])
  private let takesPrints = Atomic<Bool>(false)
  private let isStopping = Atomic<Bool>(false)
  private let missed = Atomic<Int64>(0)
  private let lostIncidents = Atomic<Int64>(0)
  /// Newest print that the engine has told of.
  private let newestPrint = Atomic<Int64>(0)
  private let status = Mutex(Status())
  private let thread = Mutex<WorkerThread?>(nil)

  /// Jobs that may wait.
  static let waitingJobs = 128
  static let waitingIncidents = 256
  private static let pollMilliseconds: Int32 = 50
  private static let outputsPerTurn = 4096
  private static let commitNanoseconds: Int64 = 1_000_000_000
  private static let retryNanoseconds: Int64 = 2_000_000_000
  /// Between two lines about what is lost.
  private static let lossNanoseconds: Int64 = 60_000_000_000

  public init(_ connections: Connections, news: AlertNews, log: Log) {
    self.connections = connections
    self.news = news
    self.log = log
    ring = SPSCRing(capacity: connections.queueCapacity)
  }

  // MARK: Other threads

  /// Engine's thread: takes of the outputs what alerts are made of.
  public func offer(_ outputs: UnsafeBufferPointer<FlowOutput>) {
    let takesPrints = takesPrints.load(ordering: .relaxed)
    for output in outputs {
      switch output {
      case .detection(let detection):
        told(detection.lastPrint)
        put(output)
      case .incident(let incident):
        if !incidents.push(incident) { lostIncidents.add(1, ordering: .relaxed) }
        if incident.kind == .restarted {
          waitingRestarts.add(1, ordering: .relaxed)
          putRestarts()
        }
      case .print(let print):
        told(print.number)
        if takesPrints { put(output) }
      case .cancellation, .minuteBar, .openInterest, .sessionReset, .digest, .detectionLeg: break
      }
    }
  }

  /// Before it is handed over: whoever misses it knows how far the store has to come.
  private func told(_ print: Int64) {
    newestPrint.store(max(print, newestPrint.load(ordering: .relaxed)), ordering: .relaxed)
  }

  private func put(_ output: FlowOutput) {
    if !putRestarts() || !ring.push(output) { missed.add(1, ordering: .releasing) }
  }

  /// Their place among prints and detections says which run those are of.
  /// - Returns: whether all are in the queue.
  @discardableResult private func putRestarts() -> Bool {
    while waitingRestarts.load(ordering: .relaxed) > 0 {
      guard ring.push(.incident(FeedIncident(kind: .restarted, time: .none))) else { return false }
      waitingRestarts.subtract(1, ordering: .relaxed)
    }
    return true
  }

  /// Any thread: asks the office something.
  /// - Returns: false when too many wait already, or the thread stops.
  public func submit(_ job: @escaping Job) -> Bool {
    let isAccepted = jobs.withLock { jobs in
      guard jobs.count < AlertsThread.waitingJobs, !isStopping.load(ordering: .acquiring) else { return false }
      jobs.append(job)
      return true
    }
    if isAccepted { bell.ring() }
    return isAccepted
  }

  public var currentStatus: Status {
    var status = status.withLock { $0 }
    status.isRunning = thread.withLock { $0 != nil }
    status.queueDepth = ring.count
    status.queueCapacity = ring.capacity
    status.missed += missed.load(ordering: .relaxed)
    return status
  }

  /// - Parameter office: the thread's own from here on.
  public func start(_ office: sending AlertOffice) {
    let handed = Handed(office)
    thread.withLock { thread in
      precondition(thread == nil, "AlertsThread: started twice")
      thread = WorkerThread("alerts", .patient) { [self] in
        guard let office = handed.office.take() else { preconditionFailure("AlertsThread: no office") }
        run(office)
      }
    }
  }

  private final class Handed: @unchecked Sendable {
    var office: AlertOffice?
    init(_ office: AlertOffice) { self.office = office }
  }

  /// Takes what is in the queue, stores it, and ends the thread. The engine must have stopped before.
  public func stop() {
    // Under the lock: no job gets in behind the last look.
    jobs.withLock { _ in isStopping.store(true, ordering: .releasing) }
    bell.ring()
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    running?.join()
  }

  // MARK: The thread

  private struct Pace {
    var nextCommit: Int64 = 0
    var missed: MissedOutputs
    var lost: Int64 = 0
    var nextLossWords: Int64 = 0
    var error: String?
  }

  private func run(_ office: AlertOffice) {
    var pace = Pace(missed: MissedOutputs(after: office.lastPrint > 0 ? office.lastPrint - 1 : nil))
    while true {
      takesPrints.store(office.wantsPrints, ordering: .relaxed)
      let isLast = isStopping.load(ordering: .acquiring)
      let before = office.lastPrint
      takeOutputs(office)
      noteMissed(office, before: before, &pace)
      for crossing in connections.crossings?() ?? [] { office.see(crossing, connections.instruments) }
      keep(office, &pace, isLast: isLast)
      for job in takeJobs() { job(office) }
      if isLast, ring.count == 0, incidents.count == 0 { return }
      bell.wait(milliseconds: AlertsThread.pollMilliseconds) {
        ring.count > 0 || incidents.count > 0 || isStopping.load(ordering: .acquiring)
          || jobs.withLock { !$0.isEmpty }
      }
    }
  }

  private func takeOutputs(_ office: AlertOffice) {
    while incidents.consume(limit: AlertsThread.waitingIncidents, { $0.forEach { office.see($0) } }) > 0 {}
    var room = AlertsThread.outputsPerTurn
    while room > 0 {
      let taken = ring.consume(limit: room) { take($0, office) }
      if taken == 0 { return }
      room -= taken
    }
  }

  private func take(_ outputs: UnsafeBufferPointer<FlowOutput>, _ office: AlertOffice) {
    var rest = outputs
    while let place = rest.firstIndex(where: AlertsThread.isRestart) {
      office.see(UnsafeBufferPointer(rebasing: rest[..<place]), connections.instruments)
      beginAgain(office)
      rest = UnsafeBufferPointer(rebasing: rest[(place + 1)...])
    }
    office.see(rest, connections.instruments)
  }

  private static func isRestart(_ output: FlowOutput) -> Bool {
    if case .incident(let incident) = output { incident.kind == .restarted } else { false }
  }

  private func beginAgain(_ office: AlertOffice) {
    guard let run = connections.restart?() else { return }
    do throws(StorageError) {
      try office.begin(run: run)
    } catch {
      log.error("alerts", "\(error); alerts of what was played before that were not stored are lost")
    }
  }

  private func takeJobs() -> [Job] {
    jobs.withLock { jobs in
      defer { jobs.removeAll(keepingCapacity: true) }
      return jobs
    }
  }

  private func noteMissed(_ office: AlertOffice, before: Int64, _ pace: inout Pace) {
    let time = SystemClock.monotonicNanoseconds
    let count = missed.load(ordering: .acquiring) + office.dropped
    let told = newestPrint.load(ordering: .relaxed)
    if pace.missed.note(count: count, before: before, told: told, now: time) {
      let rest = connections.catchUp == nil ? "they are lost, this run keeps nothing" : "they are read from the store"
      log.warning("alerts", "outputs find no room in the alerts' queue of \(ring.capacity); \(rest)")
    }
    let lost = lostIncidents.load(ordering: .relaxed) + office.lost
    if lost > pace.lost, time >= pace.nextLossWords {
      log.error(
        "alerts", "\(lost) incidents and crossings of levels found no room since the start; nobody is told of them")
      pace.lost = lost
      pace.nextLossWords = time + AlertsThread.lossNanoseconds
    }
  }

  private func keep(_ office: AlertOffice, _ pace: inout Pace, isLast: Bool) {
    let time = SystemClock.monotonicNanoseconds
    guard isLast || time >= pace.nextCommit || (office.pendingCount > 0 && pace.error == nil) else { return }
    do throws(StorageError) {
      office.progressLimit = pace.missed.after
      try catchUp(office, &pace)
      office.progressLimit = pace.missed.after
      try office.commit()
      if let count = pace.missed.ended(now: time, isLast: isLast) {
        log.info("alerts", "\(count) outputs that had found no room were read from the store")
      }
      try office.review()
      let open = try office.openAlerts()
      status.withLock { $0.open = open }
      if pace.error != nil { log.info("alerts", "the file \(office.database.path) is written again") }
      pace.error = nil
      pace.nextCommit = time + AlertsThread.commitNanoseconds
    } catch {
      pace.error = "\(error)"
      pace.nextCommit = time + AlertsThread.retryNanoseconds
      log.error("alerts", "\(error); what waits is tried again in 2 s")
    }
    let pending = office.pendingCount
    let dropped = office.dropped
    status.withLock { status in
      status.pending = pending
      status.missed = dropped
      status.error = pace.error
    }
  }

  /// Reads what was missed, once the store has all of it.
  private func catchUp(_ office: AlertOffice, _ pace: inout Pace) throws(StorageError) {
    guard let store = connections.catchUp, let after = pace.missed.after else { return }
    let newest = try store.newestPrint()
    guard newest >= pace.missed.through else { return }
    // What came through the queue may be newer than what the store has of it.
    try office.commit()
    var place = StoreCatchUp.DetectionPlace(before: after)
    while let page = try store.detections(after: place) {
      for detection in page.detections {
        try office.makeRoom()
        office.see(detection)
      }
      try office.commit()
      place = page.last
    }
    if office.wantsPrints {
      var number = after
      while let page = try store.prints(after: number, through: newest) {
        for print in page.prints {
          try office.makeRoom()
          office.see(print)
        }
        number = page.last
        try office.commit()
      }
    }
    pace.missed.caughtUp()
  }
}
