import MarketModel
import Testing

/// Our tables against the vendor's own answers, where those are at hand.
@Suite struct ReferenceTableTests {
  static let optionConditions = "polygon/reference_conditions_options.json"
  static let stockConditions = "polygon/rest-mocks/v3__reference__conditions&asset_class=stocks.json"
  static let optionExchanges = "polygon/reference_exchanges_options.json"
  static let stockExchanges = "polygon/rest-mocks/v3__reference__exchanges.json"
  static let missing: Comment =
    "vendor reference data not found; set MARKETFLOW_REFERENCE_DATA to the folder that holds polygon/"

  struct ConditionRow: Decodable {
    struct Rules: Decodable {
      struct Updates: Decodable {
        var updatesVolume: Bool
        var updatesHighLow: Bool
        var updatesOpenClose: Bool
        var set: PriceUpdates {
          var set: PriceUpdates = []
          if updatesVolume { set.insert(.volume) }
          if updatesHighLow { set.insert(.highLow) }
          if updatesOpenClose { set.insert(.openClose) }
          return set
        }
      }
      var consolidated: Updates
    }
    var id: Int
    var name: String
    var abbreviation: String?
    var sipMapping: [String: String]
    var updateRules: Rules
  }

  struct ExchangeRow: Decodable {
    var id: UInt16
    var name: String
    var mic: String?
    var participantId: String
    var type: String
  }

  @Test(.enabled(if: Checkout.hasReference(optionConditions), missing))
  func optionConditionTable() throws {
    let rows = try Checkout.results(Self.optionConditions, as: ConditionRow.self)
    #expect(rows.map(\.id) == OptionCondition.all.map(\.id))
    for (row, ours) in zip(rows, OptionCondition.all) {
      #expect(ours.name == row.name)
      #expect(ours.code == row.abbreviation)
      #expect(String(ours.letter) == row.sipMapping["OPRA"])
      #expect(ours.updates == row.updateRules.consolidated.set, "\(ours.name)")
    }
  }

  @Test(.enabled(if: Checkout.hasReference(stockConditions), missing))
  func equityConditionTable() throws {
    let rows = try Checkout.results(Self.stockConditions, as: ConditionRow.self)
    #expect(rows.count == 10)
    for row in rows {
      let ours = try #require(EquityCondition.find(row.id))
      #expect(ours.name == row.name)
      #expect(ours.updates == row.updateRules.consolidated.set, "\(ours.name)")
    }
  }

  @Test(.enabled(if: Checkout.hasReference(optionExchanges), missing))
  func optionVenueTable() throws {
    let rows = try Checkout.results(Self.optionExchanges, as: ExchangeRow.self)
    #expect(rows.map(\.id) == Venue.options.map(\.id.rawValue))
    for (row, ours) in zip(rows, Venue.options) {
      #expect(ours.name == row.name)
      #expect(ours.marketIdentifier == row.mic)
      #expect(String(ours.letter) == row.participantId)
      #expect((ours.kind == .tape) == (row.type == "SIP"))
    }
  }

  @Test(.enabled(if: Checkout.hasReference(stockExchanges), missing))
  func equityVenueTable() throws {
    let rows = try Checkout.results(Self.stockExchanges, as: ExchangeRow.self)
    #expect(Set(rows.map(\.id)) == Set(Venue.equities.map(\.id.rawValue)))
    for row in rows {
      let ours = try #require(Venue.find(VenueID(row.id)))
      #expect(String(ours.letter) == row.participantId)
      let facilities = Venue.reportingFacilities.map(\.marketIdentifier) + ["XADF"]
      #expect(row.id == 4 ? facilities.contains(row.mic) : ours.marketIdentifier == row.mic)
    }
  }

  @Test func unknownVenuesAreCalledByNumber() {
    #expect(VenueID(327).name == "venue 327")
    #expect(VenueID(0).name == "venue 0")
    #expect(VenueID(99).name == "venue 99")
    #expect(VenueID(312).name == "MIAX Options")
    #expect(VenueID(12).name == "Nasdaq")
    #expect(VenueID(4) < VenueID(5))
  }

  @Test func offExchangePrintsNameTheirFacility() {
    func name(_ venue: UInt16, _ facility: UInt16) -> String {
      var trade = Trade(time: .none, price: .zero, instrument: InstrumentID(0), size: 1, venue: VenueID(venue))
      trade.reportingFacility = facility
      return trade.venueName
    }
    #expect(name(4, 201) == "FINRA NYSE TRF")
    #expect(name(4, 202) == "FINRA Nasdaq TRF Carteret")
    #expect(name(4, 0) == "FINRA")
    #expect(name(4, 250) == "FINRA")
    #expect(name(11, 0) == "NYSE Arca")
  }

  @Test func optionVenueIDsFollowTheLetters() {
    for venue in Venue.options { #expect(Int(venue.id.rawValue) == 300 + Int(venue.letter.asciiValue ?? 0) - 65) }
  }
}
