import Logging
import MarketModel
import Rings
import Testing

@testable import Feeds

/// The whole feed over a real socket, against a server that shares no line with us.
@Suite(.enabled(if: SessionPeer.hasPython, SessionPeer.missing), .timeLimit(.minutes(10))) struct PolygonFeedTests {
  /// What is known of a gap when the end comes stands in the books, although nothing can be asked for any more: closed for good
  /// when nobody will know of it later, left for the next start where a journal keeps it.
  @Test(arguments: [false, true]) func aGapFoundJustBeforeTheEndIsRecorded(isRecorded: Bool) async throws {
    let peer = try SessionPeer("spoiled")
    let bell = Doorbell()
    let feed = try PolygonFeed(
      PolygonFeedSettings(
        key: Secret("test-key"), socketBase: "ws://127.0.0.1:\(peer.port)", restBase: "http://127.0.0.1:1",
        filter: try SymbolFilter(["SPY"]), followsStocks: false, isRecorded: isRecorded), bell: bell,
      log: Log(minimumLevel: .critical))
    let instruments = InstrumentTable(capacity: 64)
    let source = feed.makeSource(instruments: instruments, memory: LiveMemory(instruments: instruments))
    var reader = FeedReader(source: source, instruments: instruments)
    try feed.start()
    var incidents: [FeedIncident] = []
    var times: [Timestamp] = []
    while times.count < 3 { try await read(&reader, &times, &incidents) }
    // A slow machine may have been told of the gap by now.
    #expect(incidents.first?.kind == .connected)
    await withCheckedContinuation { stopped in
      // Not on a thread that the feed's tasks may need.
      _ = WorkerThread("stop") {
        feed.stop()
        stopped.resume()
      }
    }
    let last: FeedIncident.Kind = isRecorded ? .gapFound : .gapUnfilled
    while incidents.last?.kind != last { try await read(&reader, &times, &incidents) }
    let gaps = incidents.filter { $0.gap != 0 }
    #expect(gaps.map(\.kind) == (isRecorded ? [.gapFound] : [.gapFound, .gapUnfilled]))
    #expect(gaps.allSatisfy { $0.scope == .options && $0.gap == 1 && $0.from == times[0] && $0.time >= times[1] })
    #expect(feed.status.gapsFound == 1 && feed.status.backfill.gapsUnfilled == (isRecorded ? 0 : 1))
    #expect(feed.status.backfill.waiting + feed.status.backfill.running == (isRecorded ? [1] : []))
  }

  private func read(
    _ reader: inout FeedReader<LiveSource>, _ times: inout [Timestamp], _ incidents: inout [FeedIncident]
  ) async throws {
    try Task.checkCancellation()
    _ = try reader.next()
    for event in reader.batch.events {
      switch event {
      case .trade(let trade): times.append(trade.time)
      case .incident(let incident): incidents.append(incident)
      default: break
      }
    }
    await Task.yield()
  }
}
