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
