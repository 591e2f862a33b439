import Logging
import MarketModel

@testable import Journal

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder of its own, gone with the test.
final class TestFolder: Sendable {
  let path: String
  private let isOwned: Bool

  /// A folder of somebody else's, which stays.
  init(of path: String) {
    self.path = path
    isOwned = false
  }

  init() throws {
    var template = Array("/tmp/marketflow-journal-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw JournalError.file("/tmp", "used") }
    path = String(cString: made)
    isOwned = true
  }

  deinit { if isOwned { TestFolder.remove(path) } }

  private static func remove(_ path: String) {
    for name in (try? JournalFolder.names(in: path)) ?? [] {
      if unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
    }
    rmdir(path)
  }
}

extension Log {
  static var quiet: Log { Log(sink: .function { _ in }) }
}
