import CDuckDB
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Settings of one DuckDB instance. DuckDB's own defaults take 80 % of the memory and every core.
struct DatabaseOptions: Sendable {
  var memoryLimitMegabytes = 512
  var threads = 1
  /// Size of the write-ahead log at which DuckDB checkpoints by itself, in the middle of a commit.
  var checkpointThresholdMegabytes = 256
  /// Where DuckDB spills what does not fit into memory.
  var temporaryDirectory: String
}

/// One open database file. Holds the file's lock until the last connection is gone.
final class Database: @unchecked Sendable {
  let path: String
  private let canonicalPath: String
  private var handle: duckdb_database?

  /// File locks are per process, so DuckDB does not notice a second opening in the same process and would damage the file.
  private static let openPaths = Mutex<Set<String>>([])

  init(path: String, options: DatabaseOptions) throws(StorageError) {
    self.path = path
    let canonical = Database.canonical(path)
    canonicalPath = canonical
    guard Database.openPaths.withLock({ $0.insert(canonical).inserted }) else { throw .alreadyOpen(path: path) }
    UnfinishedFile.remove(at: path)
    do {
      handle = try Database.open(path, options)
    } catch {
      _ = Database.openPaths.withLock { $0.remove(canonical) }
      throw error
    }
  }

  deinit {
    if handle != nil { duckdb_close(&handle) }
    _ = Database.openPaths.withLock { $0.remove(canonicalPath) }
  }

  /// Version of the loaded DuckDB library, `v1.5.5`.
  static var libraryVersion: String { duckdb_library_version().map { String(cString: $0) } ?? "unknown" }

  func connect() throws(StorageError) -> Connection {
    var connection: duckdb_connection?
    guard duckdb_connect(handle, &connection) == DuckDBSuccess, let connection else {
      throw .cannotOpen(path: path, words: "no connection (out of memory?)")
    }
    return Connection(connection, database: self)
  }

  private static func open(_ path: String, _ options: DatabaseOptions) throws(StorageError) -> duckdb_database? {
    var config: duckdb_config?
    guard duckdb_create_config(&config) == DuckDBSuccess else { throw .cannotOpen(path: path, words: "out of memory") }
    defer { duckdb_destroy_config(&config) }
    let settings = [
      // Both default to on: a typo in a query would fetch code from the network.
      ("autoinstall_known_extensions", "false"), ("autoload_known_extensions", "false"),
      ("memory_limit", "\(options.memoryLimitMegabytes)MB"), ("threads", "\(options.threads)"),
      ("temp_directory", options.temporaryDirectory), ("preserve_insertion_order", "true"),
      ("checkpoint_threshold", "\(options.checkpointThresholdMegabytes)MB"),
    ]
    for (name, value) in settings where duckdb_set_config(config, name, value) != DuckDBSuccess {
      throw .cannotOpen(path: path, words: "DuckDB \(libraryVersion) refuses the setting \(name)=\(value)")
    }
    var handle: duckdb_database?
    var message: UnsafeMutablePointer<CChar>?
    guard duckdb_open_ext(path, &handle, config, &message) == DuckDBSuccess else {
      let words = message.map { String(cString: $0) } ?? "DuckDB gave no reason"
      duckdb_free(message)
      throw refusal(path, words)
    }
    return handle
  }

  /// DuckDB's words for a locked file name the holder: `Conflicting lock is held in /usr/bin/x (PID 12).`
  static func refusal(_ path: String, _ words: String) -> StorageError {
    guard words.utf8.contains(subsequence: "Could not set lock".utf8) else {
      return .cannotOpen(path: path, words: words)
    }
    let marker = "held in "
    guard let start = words.firstIndex(ofText: marker) else { return .locked(path: path, holder: words) }
    let tail = words[words.index(start, offsetBy: marker.count)...]
    let end = tail.firstIndex(of: ")").map { tail.index(after: $0) } ?? tail.endIndex
    return .locked(path: path, holder: String(tail[..<end]))
  }

  /// The file need not exist yet, its folder must.
  private static func canonical(_ path: String) -> String {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    let cut = path.lastIndex(of: "/")
    let folder = cut.map { String(path[..<$0]) } ?? "."
    let file = cut.map { String(path[path.index(after: $0)...]) } ?? path
    guard let real = realpath(folder.isEmpty ? "/" : folder, nil) else { return path }
    defer { free(real) }
    return String(cString: real) + "/" + file
  }
}

extension String {
  fileprivate func firstIndex(ofText text: String) -> Index? {
    indices.first { self[$0...].hasPrefix(text) }
  }
}

extension String.UTF8View {
  fileprivate func contains(subsequence: String.UTF8View) -> Bool {
    indices.contains { self[$0...].starts(with: subsequence) }
  }
}
