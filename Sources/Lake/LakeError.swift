import Files
import MarketModel
import Storage

/// What can go wrong with the lake, in words a person can act on.
public enum LakeError: Error, Sendable, Equatable {
  /// Another process writes this day. `holder` is its process id, 0 when it is not known.
  case dayLocked(path: String, holder: Int32)
  /// The file system refused; `words` are its own.
  case file(path: String, doing: String, words: String)
  /// A file lies in the lake that is no part of it.
  case foreignPart(path: String, words: String)
  /// A part was written by a newer MarketFlow.
  case newerSchema(path: String, found: String, supported: Int)
  /// The file system cannot exchange two folders in one step.
  case noExchange(path: String)
  /// What was written does not have the rows it should have.
  case rowsDiffer(path: String, found: Int64, wanted: Int64)
  /// DuckDB refused.
  case storage(StorageError)
  /// The bucket refused or cannot be reached; `words` hold no secret.
  case bucket(place: String, words: String)
  /// DuckDB's extension for S3 is not there.
  case noExtension(path: String, words: String)
}

extension LakeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .dayLocked(let path, let holder):
      "lake: day folder \(path) is being written by another process (PID \(holder == 0 ? "unknown" : "\(holder)")); "
        + "one process writes a day, stop that one or wait for it"
    case .file(let path, let doing, let words): "lake: \(path) cannot be \(doing): \(words)"
    case .foreignPart(let path, let words):
      "lake: \(path) is no part of ours (\(words)); move it out of the lake's folder"
    case .newerSchema(let path, let found, let supported):
      "lake: \(path) has schema version \(found), this program knows \(supported); update marketflow"
    case .noExchange(let path):
      "lake: the file system of \(path) cannot exchange two folders in one step, so that small parts stay as they are; "
        + "keep the data folder on ext4, XFS, Btrfs or tmpfs"
    case .rowsDiffer(let path, let found, let wanted):
      "lake: \(path) has \(found) rows, wanted \(wanted); it was not taken into the lake"
    case .storage(let error): "lake: \(error)"
    case .bucket(let place, let words): "lake: \(place): \(words)"
    case .noExtension(let path, let words):
      "lake: DuckDB's httpfs extension is not usable at \(path): \(words); scripts/setup puts it beside libduckdb"
    }
  }
}

extension LakeError {
  init(_ error: FileError) { self = .file(path: error.path, doing: error.action, words: error.words) }
}

extension SQLSession {
  /// As `execute`, in the lake's errors.
  @discardableResult
  func run(_ sql: String) throws(LakeError) -> Int {
    do { return try execute(sql) } catch { throw .storage(error) }
  }

  /// As `rows`, in the lake's errors.
  func ask(_ sql: String) throws(LakeError) -> [[SQLCell]] {
    do { return try rows(sql) } catch { throw .storage(error) }
  }
}

extension String {
  /// Quoted for SQL.
  var sqlLiteral: String { "'" + replacing("'", with: "''") + "'" }
}
