/// Why a recorded file cannot be opened or read further.
public struct ReplayFileError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// No such file.
    case missing
    /// A directory or other thing that is not a regular file.
    case notAFile
    /// The operating system refused or failed to read.
    case unreadable
    /// Nothing in it.
    case empty
    /// Neither frames nor a known flat file.
    case unknownFormat
    /// The compressed data are truncated or altered.
    case damaged
    /// A flat file out of the order of its times, too long to be sorted in memory.
    case tooLongToSort
  }
  public var kind: Kind
  /// Subject, value seen, value wanted, what to do next.
  public var description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
