#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

private final class Body {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

/// Runs both at once, the first on a thread of its own, and returns when both are done. Plain threads, because the thread
/// sanitizer sees no race between two blocks of one dispatch queue.
func onTwoThreads(_ first: @escaping @Sendable () -> Void, _ second: () -> Void) {
  let body = Unmanaged.passRetained(Body(first)).toOpaque()
  #if canImport(Glibc)
    var thread = pthread_t()
  #else
    var thread: pthread_t?
  #endif
  let code = pthread_create(
    &thread, nil,
    { pointer in
      #if canImport(Glibc)
        guard let pointer else { return nil }
      #endif
      Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run()
      return nil
    }, body)
  precondition(code == 0, "onTwoThreads: no thread (error \(code))")
  second()
  #if canImport(Glibc)
    pthread_join(thread, nil)
  #else
    if let thread { pthread_join(thread, nil) }
  #endif
}
