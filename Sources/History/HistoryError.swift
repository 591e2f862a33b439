import Files

/// Why the cache cannot do something: subject, value seen, value wanted, what to do next.
public struct HistoryError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// The day or the instruments asked for cannot be had: a holiday, a day to come, no such contract.
    case unusable
    /// The vendor failed or refused.
    case upstream
    /// What lies on the disk is not what was written.
    case damaged
    /// Another process is writing the day.
    case locked
    /// The operating system refused or failed.
    case system
    /// What was asked for has not been fetched to its end.
    case incomplete
  }
  public var kind: Kind
  public var description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}

extension HistoryError {
  init(_ error: FileError) {
    self.init(.system, "cache file \(error); check space and permissions")
  }
}
