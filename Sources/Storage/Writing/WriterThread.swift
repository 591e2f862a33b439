#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A joinable thread of the system.
final class WriterThread: @unchecked Sendable {
  private var handle = pthread_t(bitPattern: 0)
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  init(_ run: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t(bitPattern: 0)
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    precondition(code == 0, "WriterThread: no thread could be started (errno \(code)); raise `ulimit -u`")
    handle = thread
  }

  /// Waits for the end of the thread. Once.
  func join() { pthread_join(handle, nil) }
}
