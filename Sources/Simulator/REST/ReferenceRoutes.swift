import JSONText
import MarketModel
import Transport

/// `/v3/reference/conditions` and `/v3/reference/exchanges`, from the house's own tables.
struct ReferenceRoutes {
  func conditions(_ query: RESTQuery, _ envelope: RESTEnvelope) throws(RESTProblem) -> HTTPResponse {
    let asset = query["asset_class"]
    let limit = try query.limit(default: 10, most: 1_000)
    let isTrades = query["data_type"].map { $0 == "trade" } ?? true
    var rows: [(inout JSONWriter) -> Void] = []
    if isTrades, asset == nil || asset == "options" {
      for condition in OptionCondition.all where query["id"].map({ $0 == String(condition.id) }) ?? true {
        rows.append { write(condition, &$0) }
      }
    }
    if isTrades, asset == nil || asset == "stocks" {
      for condition in EquityCondition.all where query["id"].map({ $0 == String(condition.id) }) ?? true {
        rows.append { write(condition, &$0) }
      }
    }
    let first = max(0, query.after.flatMap { Int($0) } ?? 0)
    let page = rows.dropFirst(first).prefix(limit)
    let next = first + page.count < rows.count ? query.cursor(after: String(first + page.count)) : nil
    return envelope.page(page.count, next: next) { json in for row in page { json.object { row(&$0) } } }
  }

  func exchanges(_ query: RESTQuery, _ envelope: RESTEnvelope) -> HTTPResponse {
    let asset = query["asset_class"]
    var venues: [(Venue, String)] = []
    if asset == nil || asset == "stocks" { venues += Venue.equities.map { ($0, "stocks") } }
    if asset == nil || asset == "options" { venues += Venue.options.map { ($0, "options") } }
    return envelope.page(venues.count, next: nil) { json in
      for (venue, asset) in venues { json.object { write(venue, asset, &$0) } }
    }
  }

  private func write(_ condition: OptionCondition, _ json: inout JSONWriter) {
    json.field("id", condition.id)
    json.field("type", "sale_condition")
    json.field("name", condition.name)
    json.field("abbreviation", condition.code)
    json.field("asset_class", "options")
    json.field("sip_mapping") { $0.field("OPRA", String(condition.letter)) }
    write(condition.updates, &json)
  }

  private func write(_ condition: EquityCondition, _ json: inout JSONWriter) {
    json.field("id", condition.id)
    json.field("type", "sale_condition")
    json.field("name", condition.name)
    json.field("asset_class", "stocks")
    json.field("sip_mapping") { _ in }
    write(condition.updates, &json)
  }

  private func write(_ updates: PriceUpdates, _ json: inout JSONWriter) {
    json.field("update_rules") { json in
      for scope in ["consolidated", "market_center"] {
        json.field(scope) { json in
          json.field("updates_high_low", updates.contains(.highLow))
          json.field("updates_open_close", updates.contains(.openClose))
          json.field("updates_volume", updates.contains(.volume))
        }
      }
    }
    json.field("data_types", array: { $0.value("trade") })
  }

  private func write(_ venue: Venue, _ asset: String, _ json: inout JSONWriter) {
    json.field("id", venue.id.rawValue)
    switch venue.kind {
    case .exchange: json.field("type", "exchange")
    case .tradeReportingFacility: json.field("type", "TRF")
    case .tape: json.field("type", "SIP")
    }
    json.field("asset_class", asset)
    json.field("locale", "us")
    json.field("name", venue.name)
    if let mic = venue.marketIdentifier { json.field("mic", mic) }
    json.field("participant_id", String(venue.letter))
  }
}
