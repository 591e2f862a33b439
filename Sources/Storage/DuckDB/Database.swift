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
  /// Where DuckDB spills what does not fit into memory; empty: nowhere.
  var temporaryDirectory: String
  /// The file has to be there and stays as it is.
  var isReadOnly = false
}

/// One open database file. Holds the file's lock until the last connection is gone.
final class Database: @unchecked Sendable {
  let path: String
  private let canonicalPath: String
  private let options: DatabaseOptions
  private let state: Mutex<State>

  private struct State: @unchecked Sendable {
    /// Nil while the file is being opened anew, and when that failed.
    var handle: duckdb_database?
    /// Every connection that still exists.
    var connections: [WeakConnection] = []
    var commitFault: CommitFault?
  }

  private struct WeakConnection {
    weak var connection: Connection?
  }

  /// What a test makes of the next commit.
  enum CommitFault {
    /// It does not happen.
    case refused
    /// It happens, and is reported as failed.
    case unanswered
  }

  /// File locks are per process, so DuckDB does not notice a second opening in the same process and would damage the file.
  private static let openPaths = Mutex<Set<String>>([])
  /// The path of a database that is no file: any number of them may be open.
  static let memory = ":memory:"

  init(path: String, options: DatabaseOptions) throws(StorageError) {
    self.path = path
    self.options = options
    guard path != Database.memory else {
      canonicalPath = path
      state = Mutex(State(handle: try Database.open(path, options)))
      return
    }
    let canonical = Database.canonical(path)
    canonicalPath = canonical
    guard Database.openPaths.withLock({ $0.insert(canonical).inserted }) else { throw .alreadyOpen(path: path) }
    if !options.isReadOnly { UnfinishedFile.remove(at: path) }
    do {
      state = Mutex(State(handle: try Database.open(path, options)))
    } catch {
      _ = Database.openPaths.withLock { $0.remove(canonical) }
      throw error
    }
  }

  deinit {
    state.withLock { state in
      if state.handle != nil { duckdb_close(&state.handle) }
    }
    _ = Database.openPaths.withLock { $0.remove(canonicalPath) }
  }

  /// Folder that the loaded DuckDB library lies in; nil when the system does not say.
  static var libraryDirectory: String? {
    guard let name = marketflow_duckdb_path() else { return nil }
    let path = String(cString: name)
    return path.lastIndex(of: "/").map { String(path[..<$0]) }
  }

  /// Version of the loaded DuckDB library, `v1.5.5`.
  static var libraryVersion: String { duckdb_library_version().map { String(cString: $0) } ?? "unknown" }

  func connect() throws(StorageError) -> Connection {
    let connection = Connection(try connectAgain(), database: self)
    state.withLock { state in
      state.connections.removeAll { $0.connection == nil }
      state.connections.append(WeakConnection(connection: connection))
    }
    return connection
  }

  /// A connection for a `Connection` that has lost its own.
  func connectAgain() throws(StorageError) -> duckdb_connection {
    var words = "no connection (out of memory?)"
    let connection = state.withLock { state in
      guard let handle = state.handle else {
        words = "it is being opened anew, ask again"
        return Opened()
      }
      var opened = Opened()
      if duckdb_connect(handle, &opened.raw) != DuckDBSuccess { opened.raw = nil }
      return opened
    }
    guard let raw = connection.raw else { throw .cannotOpen(path: path, words: words) }
    return raw
  }

  private struct Opened: @unchecked Sendable {
    var raw: duckdb_connection?
  }

  /// Closes the file and opens it again, so that memory holds what the disk does: the way out of a commit that failed. Running
  /// statements of other connections are stopped; connections open themselves again. May be called again when it failed.
  func reopen() throws(StorageError) {
    let (old, connections) = state.withLock { state in
      defer { state.handle = nil }
      return (Old(handle: state.handle), state.connections.compactMap(\.connection))
    }
    var handle = old.handle
    if handle != nil {
      Database.forbidCheckpoint(handle)
      for connection in connections { connection.close() }
      duckdb_close(&handle)
    }
    let fresh = Old(handle: try Database.open(path, options))
    state.withLock { $0.handle = fresh.handle }
  }

  private struct Old: @unchecked Sendable {
    var handle: duckdb_database?
  }

  /// Closing would write what is in memory, which is not trusted, into the file. When this is refused, too, DuckDB has declared
  /// the database invalid and writes nothing.
  private static func forbidCheckpoint(_ handle: duckdb_database?) {
    var connection: duckdb_connection?
    guard duckdb_connect(handle, &connection) == DuckDBSuccess else { return }
    var result = duckdb_result()
    _ = duckdb_query(connection, "PRAGMA disable_checkpoint_on_shutdown", &result)
    duckdb_destroy_result(&result)
    duckdb_disconnect(&connection)
  }

  /// For tests: what the next commit is to do, once.
  func failNextCommit(_ fault: CommitFault) { state.withLock { $0.commitFault = fault } }

  func takeCommitFault() -> CommitFault? {
    state.withLock { state in
      defer { state.commitFault = nil }
      return state.commitFault
    }
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
      ("access_mode", options.isReadOnly ? "read_only" : "automatic"),
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
