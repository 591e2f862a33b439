/// A place where prints come from, under Polygon's exchange id.
public struct Venue: Hashable, Sendable {
  public enum Kind: Sendable {
    case exchange
    /// Off-exchange prints of stocks, reported to FINRA.
    case tradeReportingFacility
    /// The consolidated tape itself.
    case tape
  }
  public var id: VenueID
  /// The participant's letter on its tape.
  public var letter: Character
  public var name: String
  /// ISO 10383 market identifier; nil for a stock tape, which has none.
  public var marketIdentifier: String?
  public var kind: Kind

  init(_ id: UInt16, _ letter: Character, _ name: String, _ marketIdentifier: String?, _ kind: Kind = .exchange) {
    self.id = VenueID(id)
    self.letter = letter
    self.name = name
    self.marketIdentifier = marketIdentifier
    self.kind = kind
  }

  /// The venue of an id; nil when it is not in the tables.
  public static func find(_ id: VenueID) -> Venue? {
    (id.rawValue >= 300 ? options : equities).first { $0.id == id }
  }

  /// The options exchanges, ascending: 300 + place of the OPRA letter in the alphabet, which is also how a new exchange will
  /// be numbered.
  public static let options: [Venue] = [
    Venue(300, "A", "NYSE American Options", "AMXO"),
    Venue(301, "B", "BOX Options Exchange", "XBOX"),
    Venue(302, "C", "Cboe Options Exchange", "XCBO"),
    Venue(303, "D", "MIAX Emerald", "EMLD"),
    Venue(304, "E", "Cboe EDGX Options", "EDGO"),
    Venue(307, "H", "Nasdaq GEMX", "GMNI"),
    Venue(308, "I", "Nasdaq ISE", "XISX"),
    Venue(309, "J", "Nasdaq MRX", "MCRY"),
    Venue(312, "M", "MIAX Options", "XMIO"),
    Venue(313, "N", "NYSE Arca Options", "ARCO"),
    Venue(314, "O", "OPRA (SIP)", "OPRA", .tape),
    Venue(315, "P", "MIAX Pearl Options", "MPRL"),
    Venue(316, "Q", "Nasdaq Options Market", "XNDQ"),
    Venue(318, "S", "MIAX Sapphire", "SPHR"),
    Venue(319, "T", "Nasdaq BX Options", "XBXO"),
    Venue(320, "U", "MEMX Options", "MXOP"),
    Venue(322, "W", "Cboe C2 Options", "C2OX"),
    Venue(323, "X", "Nasdaq PHLX", "XPHL"),
    Venue(325, "Z", "Cboe BZX Options", "BATO"),
  ]

  /// The stock exchanges, ascending. Id 4 stands for all of FINRA's facilities; `reportingFacilities` tells them apart.
  public static let equities: [Venue] = [
    Venue(1, "A", "NYSE American", "XASE"),
    Venue(2, "B", "Nasdaq BX", "XBOS"),
    Venue(3, "C", "NYSE National", "XCIS"),
    Venue(4, "D", "FINRA", "XADF", .tradeReportingFacility),
    Venue(5, "E", "Unlisted Trading Privileges (SIP)", nil, .tape),
    Venue(6, "I", "International Securities Exchange", "XISE"),
    Venue(7, "J", "Cboe EDGA", "EDGA"),
    Venue(8, "K", "Cboe EDGX", "EDGX"),
    Venue(9, "M", "NYSE Chicago", "XCHI"),
    Venue(10, "N", "New York Stock Exchange", "XNYS"),
    Venue(11, "P", "NYSE Arca", "ARCX"),
    Venue(12, "T", "Nasdaq", "XNAS"),
    Venue(13, "S", "Consolidated Tape Association (SIP)", nil, .tape),
    Venue(14, "L", "Long-Term Stock Exchange", "LTSE"),
    Venue(15, "V", "Investors Exchange", "IEXG"),
    Venue(16, "W", "Cboe Stock Exchange", "CBSX"),
    Venue(17, "X", "Nasdaq PSX", "XPHL"),
    Venue(18, "Y", "Cboe BYX", "BATY"),
    Venue(19, "Z", "Cboe BZX", "BATS"),
    Venue(20, "H", "MIAX Pearl", "EPRL"),
    Venue(21, "U", "Members Exchange", "MEMX"),
  ]

  /// FINRA's trade reporting facilities by their own ids (`Trade.reportingFacility`).
  public static let reportingFacilities: [Venue] = [
    Venue(201, "D", "FINRA NYSE TRF", "FINY", .tradeReportingFacility),
    Venue(202, "D", "FINRA Nasdaq TRF Carteret", "FINN", .tradeReportingFacility),
    Venue(203, "D", "FINRA Nasdaq TRF Chicago", "FINC", .tradeReportingFacility),
  ]
}

extension VenueID {
  /// FINRA: off-exchange prints of stocks.
  public static var finra: VenueID { VenueID(4) }

  /// The venue's name; `venue 327` for one that is not in the tables.
  public var name: String { Venue.find(self)?.name ?? "venue \(rawValue)" }
}

extension Trade {
  /// The name of the venue, for an off-exchange stock print that of the facility it was reported to.
  public var venueName: String {
    guard venue == .finra else { return venue.name }
    return Venue.reportingFacilities.first { $0.id.rawValue == reportingFacility }?.name ?? venue.name
  }
}
