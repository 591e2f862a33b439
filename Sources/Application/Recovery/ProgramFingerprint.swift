import FlowEngine

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a snapshot of the engine may be read back by: the very same program under the same rules. Any other plays the events.
enum ProgramFingerprint {
  static func text(_ rules: FlowConfiguration) -> String {
    var status = stat()
    // Nobody can tell one program from another then: the process number makes it one that no other start shares.
    guard let path = PageDirectory.executable, stat(path, &status) == 0 else { return "unknown \(getpid())" }
    #if canImport(Glibc)
      let modified = status.st_mtim
    #else
      let modified = status.st_mtimespec
    #endif
    return "marketflow-\(marketFlowVersion) \(status.st_size) \(modified.tv_sec).\(modified.tv_nsec) \(rules)"
  }
}
