#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Tells threads apart.
enum ThreadIdentity {
  /// The calling thread's number; never 0.
  static var current: UInt {
    #if canImport(Glibc)
      UInt(pthread_self())
    #else
      UInt(bitPattern: pthread_self())
    #endif
  }
}
