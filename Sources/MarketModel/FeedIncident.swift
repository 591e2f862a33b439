/// Something that happened to the data: connected, lost, a gap. Reaches the store, the API and the screen like any event.
@frozen public struct FeedIncident: Hashable, Sendable, BitwiseCopyable {
  @frozen public enum Kind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The feed delivers from this moment on.
    case connected
    /// The feed stopped delivering; quotes from before are not to be trusted.
    case disconnected
    /// The feed came to its end (a replayed file, a demo session).
    case ended
    /// The connection stands, nothing comes: the feed is dialled anew.
    case muted
    /// Something between `from` and `time` may not have been received; from here on it is looked for.
    case gapFound
    /// Everything between `from` and `time` that the vendor's history has is here; `count` prints were missing.
    case gapFilled
    /// The vendor's history could not be read for the gap, or not for all of it; `count` prints came all the same.
    case gapUnfilled
    /// The source begins again from its start: everything that was concluded from it is void. Of a recording that is played
    /// again from an earlier moment; nobody stores it.
    case restarted
  }

  /// Which stream of the vendor.
  @frozen public enum Scope: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case everything
    case options
    case equities
  }

  public var kind: Kind
  public var scope: Scope
  /// Number of the gap within the run, from 1; 0 for what is no gap, and for a hole in a record that is played again.
  public var gap: UInt32
  /// The moment it is about; for a gap its end.
  public var time: Timestamp
  /// A gap's beginning. Of a connection that ended with the process: the moment up to which everything is surely known.
  /// `.none` for all else.
  public var from: Timestamp
  /// A closed gap: prints that were missing and are here now.
  public var count: UInt32

  @inlinable public init(
    kind: Kind, time: Timestamp, scope: Scope = .everything, gap: UInt32 = 0, from: Timestamp = .none, count: UInt32 = 0
  ) {
    self.kind = kind
    self.scope = scope
    self.gap = gap
    self.time = time
    self.from = from
    self.count = count
  }
}
