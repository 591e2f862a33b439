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
    if let executable, let directory = folder(of: executable) {
      candidates = [installed(beside: directory)] + parents(of: directory).map { $0 + "/Web" } + candidates
    }
    return candidates.first(where: isPage)
  }

  /// Whether `make install` put a program there.
  static func isInstalled(_ executable: String) -> Bool {
    folder(of: executable).map { isPage(installed(beside: $0)) } ?? false
  }

  private static func installed(beside directory: String) -> String { "\(directory)/../share/marketflow/web" }

  private static func isPage(_ directory: String) -> Bool { access(directory + "/index.html", R_OK) == 0 }

  private static func folder(of executable: String) -> String? {
    executable.lastIndex(of: "/").map { String(executable[..<$0]) }
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
