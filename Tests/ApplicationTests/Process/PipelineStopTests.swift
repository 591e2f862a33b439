import FlowEngine
import Logging
import MarketModel
import Rings
import Storage
import Testing

@testable import Application

/// The engine's thread between its rings.
@Suite struct PipelineStopTests {
  private func trades(_ count: Int, _ instruments: InstrumentTable) throws -> [MarketEvent] {
    let contract = try #require(instruments.intern("O:SPY240621C00500000"))
    return (1...count).map { number in
      .trade(
        Trade(
          time: Timestamp(seconds: 1_718_371_800).adding(nanoseconds: Int64(number) * 1_000_000),
          price: Price(micros: 1_230_000), sequence: Int64(number), conditions: ConditionSet(vendorID: 209),
          instrument: contract, size: 1, venue: VenueID(302), reportingFacility: 0))
    }
  }

  /// A stop finds the store's small queue full again and again: the engine waits for it, whatever the source.
  @Test(arguments: [true, false]) func aStopWaitsForTheStore(source canWait: Bool) throws {
    let folder = try ProcessFolder()
    let instruments = InstrumentTable(capacity: 1000)
    var options = StoreOptions(path: folder.path("flow.duckdb"))
    options.queueCapacity = 256
    options.flushPrints = 500
    let writer = try Store(options).makeWriter(instruments: instruments)
    _ = try writer.begin(IngestSource(source: "test", fingerprint: "test", resumable: canWait))
    let events = SPSCRing<MarketEvent>(capacity: 1 << 14)
    let gauges = IngestGauges()
    let engine = EngineThread(
      EngineThread.Connections(
        events: events, publisher: SPSCRing<FlowOutput>(capacity: 1024), snapshots: Exchange<FlowSnapshot>(),
        store: writer, storePatience: canWait ? .endless : .short, gauges: gauges))
    #expect(try trades(10_000, instruments).withUnsafeBufferPointer { events.push($0) } == 10_000)
    // Stopped before it starts, so that it is stopping from its first event on.
    engine.stop()
    engine.start(FlowEngine(instruments: instruments))
    engine.stop()
    try writer.close(finished: false)
    #expect(writer.counters.lostOutputs == 0)
    #expect(writer.counters.rowsWritten == 10_000)
  }
}
