#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds the page's files: beside an installed binary, or in the package a build came from.
enum PageDirectory {
  /// Nil when there are none; /health and the API work without them.
  static func find(executable: String?) -> String? {
    var candidates = ["Web"]
    if let executable, let slash = executable.lastIndex(of: "/") {
      let directory = String(executable[..<slash])
      candidates = ["\(directory)/../share/marketflow/web"] + parents(of: directory).map { $0 + "/Web" } + candidates
    }
    return candidates.first { access($0 + "/index.html", R_OK) == 0 }
  }

  /// The running program's file.
  static var executable: String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    #if os(Linux)
      let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
      guard length > 0 else { return nil }
    #else
      var size = UInt32(buffer.count)
      guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
    #endif
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The path by which this program starts itself again; on Linux the running file, whatever has become of its name.
  static var worker: String {
    #if os(Linux)
      "/proc/self/exe"
    #else
      executable ?? CommandLine.arguments[0]
    #endif
  }

  /// A build lies some folders deep in its package: `.build/x86_64-unknown-linux-gnu/release`.
  private static func parents(of directory: String) -> [String] {
    var result: [String] = []
    var rest = Substring(directory)
    for _ in 0..<4 {
      guard let slash = rest.lastIndex(of: "/"), slash != rest.startIndex else { break }
      rest = rest[..<slash]
      result.append(String(rest))
    }
    return result
  }
}
