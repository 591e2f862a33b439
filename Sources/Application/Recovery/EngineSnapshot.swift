import Feeds
import FlowEngine
import MarketModel
import Storage

/// The engine's state at a place in a journal's day, with what else a restart needs that does not want to read the day from its
/// beginning.
struct EngineSnapshot: Sendable {
  var day: MarketDate
  /// Events of the day that are in it.
  var events: Int64
  /// What the source had brought before the day, as the engine counted. A start that counts otherwise (without a store, in a
  /// database made anew) cannot use the snapshot: its numbers would name other prints.
  var before: IngestPosition
  /// What the source had brought up to here.
  var position: IngestPosition
  /// How far the live stream had come.
  var standing: LiveStanding
  /// Cancellations that the engine's counters know of.
  var cancellationsCounted: Int64
  /// `FlowEngine`'s own bytes.
  var state: SnapshotBytes

  /// The engine as it was. Interns the symbols that it knew.
  func restored(
    program: String, _ rules: FlowConfiguration, _ instruments: InstrumentTable
  ) throws(SnapshotError) -> sending FlowEngine {
    try .restored(from: state, program: program, configuration: rules, instruments: instruments)
  }
}
