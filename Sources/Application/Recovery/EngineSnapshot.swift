import Feeds
import MarketModel
import Storage

/// The engine's state at a place in a journal's day, with what else a restart needs that does not want to read the day from its
/// beginning.
struct EngineSnapshot: Sendable {
  var day: MarketDate
  /// Events of the day that are in it.
  var events: Int64
  /// What the source had brought up to here.
  var position: IngestPosition
  /// How far the live stream had come.
  var standing: LiveStanding
  /// All symbols so far, in the order of their ids.
  var symbols: [SymbolText]
  /// Cancellations of the day that are in it.
  var cancellationsOfDay: Int64
  /// `FlowEngine`'s own bytes.
  var state: [UInt8]
}
