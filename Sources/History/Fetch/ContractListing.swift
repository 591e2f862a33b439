import Feeds
import MarketModel

/// Which contracts of an underlying were listed on the day.
struct ContractListing {
  let rest: PolygonREST
  let writer: DayWriter
  let window: HistoryWindow
  let clock: RESTClock
  let patienceNanoseconds: Int64

  /// No contract expires later.
  private static let lastExpiry = MarketDate(daysSinceEpoch: 47_481)

  /// Their tickers in order; asked for once a day that is over.
  func contracts(of underlying: String) async throws(HistoryError) -> [String] {
    let manifest = writer.manifest
    if let known = manifest.listings[underlying], known.isFinal {
      return manifest.contracts.keys.filter { isOption($0, of: underlying) }.sorted()
    }
    // Before it is asked: what is listed meanwhile is not in the answer.
    let now = Timestamp(nanoseconds: clock.wallNow())
    let tickers = try await ask(underlying)
    try writer.change { manifest in
      for ticker in tickers where manifest.contracts[ticker] == nil {
        manifest.contracts[ticker] = HistoryManifest.Contract()
      }
      manifest.listings[underlying] = HistoryManifest.Listing(
        contracts: tickers.count, fetched: now.rfc3339, isFinal: window.isOver(at: now))
      manifest.closeCovered()
    }
    return tickers
  }

  private func isOption(_ ticker: String, of underlying: String) -> Bool {
    OptionSymbol(polygon: ticker)?.underlying == underlying
  }

  private func ask(_ underlying: String) async throws(HistoryError) -> [String] {
    // The vendor lists an index under either name.
    for name in Set([underlying, PolygonTicker.underlying(underlying)]).sorted(by: >) {
      let tickers = try await pages(name)
      if !tickers.isEmpty { return tickers }
    }
    throw HistoryError(
      .unusable,
      "\(underlying): the vendor lists no contract that was there on \(window.date); check the symbol, and how far back "
        + "the plan's history goes")
  }

  private func pages(_ name: String) async throws(HistoryError) -> [String] {
    let patience = Patience(patienceNanoseconds, clock: clock)
    while true {
      do throws(PolygonRESTError) {
        var tickers = Set<String>()
        let days = window.date...ContractListing.lastExpiry
        for try await page in rest.contracts(underlying: name, expiries: days, asOf: window.date, for: .backfill) {
          patience.progressed()
          for row in page.rows {
            guard let symbol = OptionSymbol(polygon: row.ticker), symbol.expiry >= window.date else { continue }
            tickers.insert(row.ticker)
          }
        }
        return tickers.sorted()
      } catch {
        do throws(PolygonRESTError) { try await patience.wait(after: error) } catch { throw .upstream(error) }
      }
    }
  }
}
