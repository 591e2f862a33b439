/// The path by which this program starts itself again to answer SQL.
enum WorkerExecutable {
  static var path: String {
    #if os(Linux)
      // The running file, whatever has become of its name.
      "/proc/self/exe"
    #else
      PageDirectory.executable ?? CommandLine.arguments[0]
    #endif
  }
}
