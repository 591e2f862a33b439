import Journal

/// How the record of a live feed is kept.
public struct JournalSettings: Sendable, Equatable {
  /// Only live feeds are recorded: recordings and the invented market can be played again.
  public let isEnabled: Bool
  /// What was written reaches the disk after this time at the latest …
  public let commitMilliseconds: Int
  /// … or as soon as so much was written.
  public let commitKilobytes: Int
  /// Days that are kept, the running one included; nil for all.
  public let keepDays: Int?
  /// The oldest days go when there is more; nil for any number.
  public let keepGigabytes: Double?

  init(_ reader: SettingReader) {
    isEnabled = reader.boolean(.journal)
    commitMilliseconds = reader.integer(.journalCommitMilliseconds)
    commitKilobytes = reader.integer(.journalCommitKilobytes)
    let days = reader.integer(.journalKeepDays)
    keepDays = days == 0 ? nil : days
    let gigabytes = reader.number(.journalKeepGigabytes)
    keepGigabytes = gigabytes == 0 ? nil : gigabytes
  }

  /// - Parameters:
  ///   - directory: the journal's folder.
  ///   - source: where the events come from.
  func options(directory: String, source: String) -> JournalOptions {
    var options = JournalOptions(directory: directory, source: source)
    options.commitMilliseconds = commitMilliseconds
    options.commitBytes = commitKilobytes << 10
    options.keepDays = keepDays
    options.keepBytes = keepGigabytes.map { Int64($0 * 1e9) }
    return options
  }
}
