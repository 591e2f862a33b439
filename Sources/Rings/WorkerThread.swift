import CThreads
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A named, joinable thread of the system: for loops that own their state and must not share a pool with anybody.
public final class WorkerThread: Sendable {
  #if canImport(Glibc)
    private let handle: Mutex<pthread_t>
  #else
    private let handle: Mutex<pthread_t?>
  #endif
  private let isJoined = Atomic<Bool>(false)

  /// How urgent a thread's work is when there are more threads than cores.
  public enum Urgency: Sendable {
    /// Somebody waits for each result: sockets, decoding, the engine.
    case prompt
    /// Work in bursts that may take some milliseconds longer: the disk, questions to the database.
    case patient
  }

  private final class Start: Sendable {
    let name: String
    let urgency: Urgency
    let body: @Sendable () -> Void
    init(_ name: String, _ urgency: Urgency, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.urgency = urgency
      self.body = body
    }
  }

  /// - Parameter name: at most 15 bytes, as `top -H` shows it.
  public init(_ name: String, _ urgency: Urgency = .prompt, _ body: @escaping @Sendable () -> Void) {
    precondition(name.utf8.count <= 15, "WorkerThread: name \(name) is longer than 15 bytes")
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    let start = Unmanaged.passRetained(Start(name, urgency, body))
    let status = pthread_create(
      &thread, nil,
      { argument in
        #if canImport(Glibc)
          guard let argument else { return nil }
        #endif
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        WorkerThread.nameCurrent(start.name)
        switch start.urgency {
        case .prompt: WorkerThread.takeShortTurns()
        case .patient: WorkerThread.yieldToOthers()
        }
        start.body()
        return nil
      }, start.toOpaque())
    precondition(status == 0, "thread \(name): cannot be started (errno \(status)); raise `ulimit -u`")
    handle = Mutex(thread)
  }

  /// A thread that nobody joined gives its stack back by itself when its body returns.
  deinit {
    guard !isJoined.load(ordering: .acquiring) else { return }
    #if canImport(Glibc)
      pthread_detach(handle.withLock { $0 })
    #else
      if let thread = handle.withLock({ $0 }) { pthread_detach(thread) }
    #endif
  }

  /// Waits until the body has returned. Calling it again does nothing.
  public func join() {
    guard !isJoined.exchange(true, ordering: .acquiringAndReleasing) else { return }
    #if canImport(Glibc)
      pthread_join(handle.withLock { $0 }, nil)
    #else
      if let thread = handle.withLock({ $0 }) { pthread_join(thread, nil) }
    #endif
  }

  /// A message passes four threads on its way; each may find the processor busy with somebody in the middle of a turn of
  /// milliseconds. Where short turns cannot be had a thread waits like any other.
  private static func takeShortTurns() {
    _ = marketflow_set_turn_nanoseconds(100_000)
  }

  /// Where it cannot be had the thread is as urgent as any.
  private static func yieldToOthers() {
    #if canImport(Glibc)
      // On Linux the nice value belongs to the thread; 0 is the calling one. A third of the weight of the others.
      _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
    #else
      _ = pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0)
    #endif
  }

  /// A name is a convenience for `top`: where it cannot be set, the thread goes without.
  private static func nameCurrent(_ name: String) {
    #if canImport(Glibc)
      let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { return }
      _ = name.withCString { write(file, $0, strlen($0)) }
      close(file)
    #else
      pthread_setname_np(name)
    #endif
  }
}
