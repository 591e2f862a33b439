import Clocks
import Files
import MarketModel

/// The files of one directory, found by a scan when its page is asked for (once a second at most, whoever asks how often), and read
/// again when they change on disk. Only a path that a scan found is ever opened, so no request can name a file elsewhere.
///
/// The page refers to its files by addresses that change with their content, which browsers keep for ever: a second visit asks for
/// the page and nothing else. By their plain paths the files are answered, too, and asked for again each time.
struct StaticFiles {
  private let directory: String?
  private let monotonicNanoseconds: @Sendable () -> Int64
  private var lastScan: Int64 = 0
  private var files: [String: StaticFile] = [:]
  /// Of all files: changes when one does.
  private var hash = ""
  /// The page with the addresses of `hash`.
  private var page: StaticFile?

  private static let scanNanoseconds: Int64 = 1_000_000_000
  private static let pagePath = "/index.html"
  private static let always = "no-cache"
  private static let forever = "public, max-age=31536000, immutable"

  /// Scans a directory; a missing one has no files.
  init(
    directory: String?, monotonicNanoseconds: @escaping @Sendable () -> Int64 = { SystemClock.monotonicNanoseconds }
  ) {
    self.directory = directory
    self.monotonicNanoseconds = monotonicNanoseconds
    scan()
  }

  var count: Int { files.count }

  /// The answer for a path; nil when no file has it.
  mutating func answer(_ request: APIRequest) -> APIResponse? {
    let path = request.path.hasSuffix("/") ? request.path + "index.html" : request.path
    if path == StaticFiles.pagePath {
      if monotonicNanoseconds() - lastScan >= StaticFiles.scanNanoseconds { scan() } else { _ = current(path) }
      return page?.answer(request, caching: StaticFiles.always)
    }
    if let address = AssetAddress(path) {
      guard address.path != StaticFiles.pagePath, let file = current(address.path) else { return nil }
      // Another hash is that of a page which was open while the files changed: what it still has to load comes as it is now
      // rather than not at all, and is not kept under the old name.
      return file.answer(request, caching: address.hash == hash ? StaticFiles.forever : StaticFiles.always)
    }
    return current(path)?.answer(request, caching: StaticFiles.always)
  }

  /// A file as it is on disk now.
  private mutating func current(_ path: String) -> StaticFile? {
    guard let file = files[path] else { return nil }
    guard let stamp = StaticFile.stamp(file.diskPath, maximumBytes: Limits.staticFileBytes), stamp != file.stamp,
      let fresh = StaticFile(diskPath: file.diskPath, stamp: stamp)
    else { return file }
    files[path] = fresh
    renew()
    return fresh
  }

  // MARK: The whole

  private mutating func scan() {
    guard let directory else { return }
    lastScan = monotonicNanoseconds()
    var found: [String: StaticFile] = [:]
    collect(directory, prefix: "/", depth: 0, &found)
    let isSame = found.count == files.count && found.allSatisfy { files[$0.key]?.tag == $0.value.tag }
    files = found
    if !isSame { renew() }
  }

  private mutating func renew() {
    hash = StaticFile.hash(files.sorted { $0.key < $1.key }.flatMap { "\($0.key)\n\($0.value.tag)\n".utf8 })
    page = files[StaticFiles.pagePath].map { [files, hash] plain in
      StaticFile(
        diskPath: plain.diskPath, stamp: plain.stamp,
        bytes: AssetAddress.rewrite(plain.bytes, hash: hash) { files[$0] != nil && $0 != StaticFiles.pagePath })
    }
  }

  private func collect(_ directory: String, prefix: String, depth: Int, _ found: inout [String: StaticFile]) {
    guard depth < 8 else { return }
    let names: [String]
    do throws(FileError) { names = try Folder.names(in: directory) } catch {
      // What cannot be listed is not served.
      return
    }
    // Hidden files are nobody's business.
    for name in names where !name.hasPrefix(".") {
      guard found.count < Limits.staticFiles else { return }
      let diskPath = directory + "/" + name
      if StaticFile.isDirectory(diskPath) {
        collect(diskPath, prefix: prefix + name + "/", depth: depth + 1, &found)
      } else if let stamp = StaticFile.stamp(diskPath, maximumBytes: Limits.staticFileBytes) {
        let known = files[prefix + name].flatMap { $0.stamp == stamp ? $0 : nil }
        found[prefix + name] = known ?? StaticFile(diskPath: diskPath, stamp: stamp)
      }
    }
  }
}
