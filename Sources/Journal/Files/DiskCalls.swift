#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two calls by which events reach the disk; tests put a full or broken disk in their place.
struct DiskCalls: Sendable {
  /// `pwrite(2)`: bytes written, or -1 and `errno`.
  var write: @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int64) -> Int = {
    pwrite($0, $1.baseAddress, $1.count, off_t($2))
  }
  /// `fdatasync(2)`: 0, or -1 and `errno`.
  var sync: @Sendable (_ descriptor: Int32) -> Int32 = {
    #if canImport(Glibc)
      fdatasync($0)
    #else
      fsync($0)
    #endif
  }
}
