import Files
import Logging

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder of its own under $TMPDIR (else /tmp), for files that nobody needs afterwards.
struct TemporaryDirectory {
  let path: String

  init() throws {
    let parent = EnvironmentVariables.all["TMPDIR"] ?? "/tmp"
    var template = Array("\(parent)/marketflow-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ServeError("\(parent) takes no temporary folder: \(String(cString: strerror(errno))); set TMPDIR")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes the folder and all that is in it.
  func remove() {
    do throws(FileError) { try Folder.remove(path, withFoldersBelow: true) } catch {
      Log(minimumLevel: .warning).warning("bench", "\(error); remove \(path) by hand")
    }
  }
}
