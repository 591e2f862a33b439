import Files
import MarketModel

/// What can go wrong with a journal, in words a person can act on.
public enum JournalError: Error, Sendable, Equatable {
  /// Another process (or another `Journal` of this one) writes it; `holder` says which.
  case locked(directory: String, holder: String)
  /// Bytes that were whole once are not any more: nothing is read past them.
  case damaged(path: String, offset: Int64, words: String)
  /// Whole bytes that say something this program does not know.
  case unreadable(path: String, offset: Int64, words: String)
  /// Written by a newer MarketFlow.
  case newerFormat(path: String, found: UInt32, supported: UInt32)
  /// A folder that is not a journal.
  case foreign(path: String, words: String)
  /// There is nothing of this day.
  case noDay(directory: String, day: MarketDate)
  /// The events' instruments do not fit into the table they are read into.
  case instruments(path: String, words: String)
  /// The operating system refused something.
  case file(path: String, action: String, words: String)
}

extension JournalError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .locked(let directory, let holder):
      "journal \(directory) is being written by another process (\(holder)); stop it, or start with another --data-dir"
    case .damaged(let path, let offset, let words):
      "journal file \(path) is damaged at byte \(offset): \(words)"
    case .unreadable(let path, let offset, let words):
      "journal file \(path) cannot be read at byte \(offset): \(words); it was written by another version, use that one"
    case .newerFormat(let path, let found, let supported):
      "journal file \(path) has format \(found), this program reads \(supported); update marketflow"
    case .foreign(let path, let words):
      "\(path) is not a journal: \(words); name another folder"
    case .noDay(let directory, let day):
      "journal \(directory) has nothing of \(day); `days` lists what it has"
    case .instruments(let path, let words):
      "journal file \(path): \(words)"
    case .file(let path, let action, let words):
      "journal file \(path) cannot be \(action): \(words)"
    }
  }
}

extension JournalError {
  init(_ error: FileError) { self = .file(path: error.path, action: error.action, words: error.words) }

  /// With the reason of the last system call.
  static func file(_ path: String, _ action: String) -> JournalError {
    JournalError(FileError(path: path, action: action))
  }
}
