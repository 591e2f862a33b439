/// Why an engine cannot be made from a snapshot. In each case the events can be played again from the day's beginning.
public enum SnapshotError: Error, Sendable, Equatable {
  /// The bytes are no snapshot, or not all of one, or have been changed.
  case damaged(words: String)
  /// It was saved by another program, whose state may mean something else.
  case otherProgram(found: String, wanted: String)
  /// It was saved under other rules.
  case otherConfiguration(found: String, wanted: String)
  /// An instrument has another number there.
  case otherInstruments(id: UInt32, found: String, wanted: String)
}

extension SnapshotError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .damaged(let words): "snapshot is damaged: \(words); play the day from its beginning"
    case .otherProgram(let found, let wanted):
      "snapshot was saved by program \(found), this is \(wanted); play the day from its beginning"
    case .otherConfiguration(let found, let wanted):
      "snapshot was saved under the rules \(found), these are \(wanted); play the day from its beginning"
    case .otherInstruments(let id, let found, let wanted):
      "snapshot has \(wanted) as instrument \(id), here it is \(found); play the day from its beginning"
    }
  }
}
