import Clocks
import FlowEngine
import Logging
import MarketModel
import Positioning
import Rings
import Storage
import Synchronization

/// The thread of alerts: takes what the engine gives out, keeps the file, and answers what people ask. The engine never waits for
/// it: what finds no room in its queue is read from the store later.
public final class AlertsThread: Sendable {
  public typealias Job = @Sendable (AlertOffice) -> Void

  /// What the thread is joined to.
  public struct Connections: Sendable {
    public var instruments: InstrumentTable
    /// Crossings of levels since the last call; called on the alerts thread. Nil when nobody watches levels.
    public var crossings: (@Sendable () -> [LevelCrossing])?
    /// What the store has; nil without one.
    public var catchUp: StoreCatchUp?
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
  private let bell = Doorbell()
  private let jobs = Mutex<[Job]>([])
  private let takesPrints = Atomic<Bool>(false)
  private let isStopping = Atomic<Bool>(false)
  private let missed = Atomic<Int64>(0)
  /// Newest print among the outputs that found no room.
  private let missedThrough = Atomic<Int64>(0)
  private let status = Mutex(Status())
  private let thread = Mutex<WorkerThread?>(nil)

  /// Jobs that may wait.
  static let waitingJobs = 128
  private static let pollMilliseconds: Int32 = 50
  private static let outputsPerTurn = 4096
  private static let commitNanoseconds: Int64 = 1_000_000_000
  private static let retryNanoseconds: Int64 = 2_000_000_000

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
      case .detection(let detection): put(output, detection.lastPrint)
      case .incident: put(output, 0)
      case .print(let print): if takesPrints { put(output, print.number) }
      case .cancellation, .minuteBar, .openInterest, .sessionReset, .digest, .detectionLeg: break
      }
    }
  }

  private func put(_ output: FlowOutput, _ print: Int64) {
    guard !ring.push(output) else { return }
    missedThrough.store(max(print, missedThrough.load(ordering: .relaxed)), ordering: .relaxed)
    missed.add(1, ordering: .releasing)
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
    var seenMissed: Int64 = 0
    /// Number of the last print before what was missed; nil when nothing is.
    var missingAfter: Int64?
    var error: String?
  }

  private func run(_ office: AlertOffice) {
    var pace = Pace()
    if office.lastPrint > 0 { pace.missingAfter = office.lastPrint - 1 }
    while true {
      takesPrints.store(office.wantsPrints, ordering: .relaxed)
      let isLast = isStopping.load(ordering: .acquiring)
      let before = office.lastPrint
      takeOutputs(office)
      noteMissed(office, before: before, &pace)
      for crossing in connections.crossings?() ?? [] { office.see(crossing, connections.instruments) }
      keep(office, &pace, isLast: isLast)
      for job in takeJobs() { job(office) }
      if isLast, ring.count == 0 { return }
      bell.wait(milliseconds: AlertsThread.pollMilliseconds) {
        ring.count > 0 || isStopping.load(ordering: .acquiring) || jobs.withLock { !$0.isEmpty }
      }
    }
  }

  private func takeOutputs(_ office: AlertOffice) {
    var room = AlertsThread.outputsPerTurn
    while room > 0 {
      let taken = ring.consume(limit: room) { office.see($0, connections.instruments) }
      if taken == 0 { return }
      room -= taken
    }
  }

  private func takeJobs() -> [Job] {
    jobs.withLock { jobs in
      defer { jobs.removeAll(keepingCapacity: true) }
      return jobs
    }
  }

  private func noteMissed(_ office: AlertOffice, before: Int64, _ pace: inout Pace) {
    let count = missed.load(ordering: .acquiring) + office.dropped
    guard count > pace.seenMissed else { return }
    pace.seenMissed = count
    pace.missingAfter = min(pace.missingAfter ?? .max, before)
    log.warning(
      "alerts", "\(count) outputs found no room in the alerts' queue of \(ring.capacity); they are read from the store")
  }

  private func keep(_ office: AlertOffice, _ pace: inout Pace, isLast: Bool) {
    let time = SystemClock.monotonicNanoseconds
    guard isLast || time >= pace.nextCommit || (office.pendingCount > 0 && pace.error == nil) else { return }
    do throws(StorageError) {
      office.progressLimit = pace.missingAfter
      try catchUp(office, &pace)
      office.progressLimit = pace.missingAfter
      try office.commit()
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
    guard let store = connections.catchUp, let after = pace.missingAfter else { return }
    let newest = try store.newestPrint()
    guard newest >= missedThrough.load(ordering: .acquiring) else { return }
    for detection in try store.detections(from: after) { office.see(detection) }
    try office.commit()
    if office.wantsPrints {
      var number = after
      while let page = try store.prints(after: number, through: newest) {
        for print in page.prints { office.see(print) }
        number = page.last
        try office.commit()
      }
    }
    pace.missingAfter = nil
  }
}
