/// The one kind of thing that enters the engine, whatever the venue and whether live, replayed, simulated or injected.
@frozen public enum MarketEvent: Hashable, Sendable, BitwiseCopyable {
  case trade(Trade)
  case quote(Quote)
  case bar(Bar)
  case reference(ContractReference)
  /// Stream time has reached this moment. Feeds emit at most one a frame, behind its events, when these passed into a new
  /// second (`StreamClock`), so that what depends on time passing is the same live and in replay. While no frames come, no
  /// clock comes either.
  case clock(Timestamp)
  /// Something happened to the data themselves.
  case incident(FeedIncident)
}

/// Something that happened to the data: connected, lost, a gap. Reaches the store, the API and the screen like any event.
@frozen public struct FeedIncident: Hashable, Sendable, BitwiseCopyable {
  @frozen public enum Kind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The feed delivers from this moment on.
    case connected
    /// The feed stopped delivering; quotes from before are not to be trusted.
    case disconnected
    /// The feed came to its end (a replayed file, a demo session).
    case ended
  }
  public var kind: Kind
  public var time: Timestamp

  @inlinable public init(kind: Kind, time: Timestamp) {
    self.kind = kind
    self.time = time
  }
}
