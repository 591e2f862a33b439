import Foundation
import MarketModel
import Testing

@testable import Feeds

/// The small requests, with answers as the vendor's description shows them.
@Suite struct RESTReferenceTests {
  private func client(_ peer: RESTVendorPeer, _ path: String, _ body: String) async throws -> PolygonREST {
    let body = try JSONSerialization.jsonObject(with: Data(body.utf8))
    try await peer.control(["fixed": [path: [200, body]]])
    return peer.client()
  }

  @Test func marketStatusHasTheVendorsClock() async throws {
    let peer = try RESTVendorPeer()
    let client = try await client(
      peer, "/v1/marketstatus/now",
      #"{"afterHours":true,"earlyHours":false,"market":"extended-hours","serverTime":"2025-12-16T17:37:37-05:00","exchanges":{"nyse":"extended-hours"},"currencies":{"fx":"open"}}"#
    )
    let status = try await client.marketStatus()
    #expect(status.market == "extended-hours")
    #expect(status.isLate == true)
    #expect(status.serverTime == Timestamp(rfc3339: "2025-12-16T22:37:37Z"))
    #expect(status.exchanges == ["nyse": "extended-hours"])
  }

  @Test func upcomingHolidaysAreABareArray() async throws {
    let peer = try RESTVendorPeer()
    let client = try await client(
      peer, "/v1/marketstatus/upcoming",
      #"[{"date":"2025-12-24","exchange":"NYSE","name":"Christmas","status":"early-close","open":"2025-12-24T14:30:00Z","close":"2025-12-24T18:00:00Z"},{"date":"2025-12-25","exchange":"NYSE","name":"Christmas","status":"closed"}]"#
    )
    let days = try await client.upcomingHolidays()
    #expect(days.map(\.status) == ["early-close", "closed"])
    #expect(days.first?.close == "2025-12-24T18:00:00Z")
  }

  @Test func previousClose() async throws {
    let peer = try RESTVendorPeer()
    let client = try await client(
      peer, "/v2/aggs/ticker/SPY/prev",
      #"{"ticker":"SPY","results":[{"T":"SPY","v":7e7,"vw":571.1,"o":570,"c":572.25,"h":573,"l":569,"t":1765832400000,"n":5}]}"#
    )
    let bar = try await client.previousClose("SPY")
    #expect(bar?.close == 572.25)
    #expect(bar?.startMilliseconds == 1_765_832_400_000)
    #expect(bar?.ticker == "SPY")
  }

  @Test func aggregatesAskInMilliseconds() async throws {
    let peer = try RESTVendorPeer()
    let path = "/v2/aggs/ticker/SPY/range/1/minute/1765895400000/1765895460000"
    let client = try await client(peer, path, #"{"results":[{"v":1.5,"o":1,"c":2,"h":3,"l":0.5,"t":1765895400000}]}"#)
    let times = Timestamp(milliseconds: 1_765_895_400_000)...Timestamp(milliseconds: 1_765_895_460_000)
    let bars = try await client.aggregates("SPY", timespan: "minute", times: times).firstPage().rows
    #expect(bars.map(\.high) == [3])
    #expect(try await peer.log().first?.path == path + "?adjusted=true&sort=asc&limit=50000")
  }

  @Test func contractsWithAndWithoutAdjustments() async throws {
    let peer = try RESTVendorPeer()
    let row =
      #"{"cfi":"OCASPS","contract_type":"call","exercise_style":"american","expiration_date":"2025-12-19","primary_exchange":"BATO","shares_per_contract":25,"strike_price":85.5,"ticker":"O:VMW1251219C00085500","underlying_ticker":"VMW","additional_underlyings":[{"type":"currency","underlying":"USD","amount":1122.49}]}"#
    let client = try await client(
      peer, "/v3/reference/options/contracts", #"{"status":"OK","results":[\#(row),{"ticker":"O:A251219C00001000"}]}"#)
    let rows = try await client.contracts(underlying: "VMW", includesExpired: true).firstPage().rows
    #expect(rows.map(\.sharesPerContract) == [25, nil])
    #expect(rows.first?.additionalUnderlyings?.first?.amount == 1122.49)
    #expect(try await peer.log().first?.path.contains("underlying_ticker=VMW&expired=true") == true)

    let single = try RESTVendorPeer()
    let one = try await self.client(
      single, "/v3/reference/options/contracts/O:VMW1251219C00085500", #"{"results":\#(row)}"#)
    #expect(try await one.contract("O:VMW1251219C00085500").strikePrice == 85.5)
  }

  @Test func conditionsAndExchanges() async throws {
    let peer = try RESTVendorPeer()
    let conditions = try await client(
      peer, "/v3/reference/conditions",
      #"{"results":[{"id":227,"type":"sale_condition","name":"Single Leg Auction Non ISO","asset_class":"options","sip_mapping":{"OPRA":"a"},"data_types":["trade"],"update_rules":{"consolidated":{"updates_high_low":true,"updates_open_close":true,"updates_volume":true},"market_center":{"updates_volume":true}}}]}"#
    )
    let condition = try await conditions.conditions(assetClass: "options").firstPage().rows.first
    #expect(condition?.tapeCodes == ["OPRA": "a"])
    #expect(condition?.updateRules?.consolidated?.updatesHighLow == true)
    #expect(condition?.updateRules?.marketCenter?.updatesHighLow == nil)

    let exchanges = try await client(
      peer, "/v3/reference/exchanges",
      #"{"results":[{"id":312,"type":"exchange","name":"MIAX","mic":"XMIO","participant_id":"M"},{"id":"304","name":"EDGX"},{"id":"x"}]}"#
    )
    let page = try await exchanges.exchanges(assetClass: "options").firstPage()
    #expect(page.rows.map(\.id) == [312, 304])
    #expect(page.refusedRows == 1)
  }

  @Test func oneContractOfTheChain() async throws {
    let peer = try RESTVendorPeer()
    try await peer.control(["generate": ["I:SPX": [3, 6000]]])
    let client = peer.client()
    let snapshot = try await client.snapshot(of: "O:SPX251219C00102000", underlying: "I:SPX")
    #expect(snapshot.openInterest == 2)
    do throws(PolygonRESTError) {
      _ = try await client.snapshot(of: "O:SPX251219C00999000", underlying: "I:SPX")
      #expect(Bool(false), "a contract that is not there was found")
    } catch {
      #expect(error.kind == .notFound)
      #expect(error.words == "Options contract not found")
    }
  }
}
