/// One row of `/v3/reference/options/contracts`.
public struct OptionContract: Decodable, Hashable, Sendable {
  /// What an adjusted contract delivers beside shares.
  public struct AdditionalUnderlying: Decodable, Hashable, Sendable {
    /// `equity` or `currency`.
    public var type: String?
    public var underlying: String?
    public var amount: Double?
  }
  public var ticker: String
  public var underlyingTicker: String?
  public var contractType: String?
  public var exerciseStyle: String?
  /// `YYYY-MM-DD`.
  public var expirationDate: String?
  public var strikePrice: Double?
  public var sharesPerContract: Double?
  /// ISO 10383.
  public var primaryExchange: String?
  public var additionalUnderlyings: [AdditionalUnderlying]?

  enum CodingKeys: String, CodingKey {
    case ticker
    case underlyingTicker = "underlying_ticker"
    case contractType = "contract_type"
    case exerciseStyle = "exercise_style"
    case expirationDate = "expiration_date"
    case strikePrice = "strike_price"
    case sharesPerContract = "shares_per_contract"
    case primaryExchange = "primary_exchange"
    case additionalUnderlyings = "additional_underlyings"
  }
}

/// One row of `/v3/reference/conditions`.
public struct VendorCondition: Decodable, Hashable, Sendable {
  public struct UpdateRules: Decodable, Hashable, Sendable {
    public var consolidated: Rule?
    public var marketCenter: Rule?

    enum CodingKeys: String, CodingKey {
      case consolidated
      case marketCenter = "market_center"
    }
  }
  public struct Rule: Decodable, Hashable, Sendable {
    public var updatesHighLow: Bool?
    public var updatesOpenClose: Bool?
    public var updatesVolume: Bool?

    enum CodingKeys: String, CodingKey {
      case updatesHighLow = "updates_high_low"
      case updatesOpenClose = "updates_open_close"
      case updatesVolume = "updates_volume"
    }
  }
  public var id: Int64
  public var name: String?
  public var type: String?
  public var assetClass: String?
  public var dataTypes: [String]?
  /// The tape's own codes, by tape (`OPRA`, `CTA`, `UTP`).
  public var tapeCodes: [String: String]?
  public var isLegacy: Bool?
  public var updateRules: UpdateRules?

  enum CodingKeys: String, CodingKey {
    case id, name, type
    case assetClass = "asset_class"
    case dataTypes = "data_types"
    case tapeCodes = "sip_mapping"
    case isLegacy = "legacy"
    case updateRules = "update_rules"
  }
}

/// One row of `/v3/reference/exchanges`.
public struct VendorExchange: Decodable, Hashable, Sendable {
  public var id: Int64
  public var name: String?
  /// `exchange`, `TRF` or `SIP`.
  public var type: String?
  public var assetClass: String?
  public var acronym: String?
  /// ISO 10383.
  public var marketIdentifier: String?
  /// The letter on the tape.
  public var participant: String?

  enum CodingKeys: String, CodingKey {
    case id, name, type, acronym
    case assetClass = "asset_class"
    case marketIdentifier = "mic"
    case participant = "participant_id"
  }

  /// The vendor's newer paths write the id as text.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    do {
      id = try values.decode(Int64.self, forKey: .id)
    } catch {
      let text = try values.decode(String.self, forKey: .id)
      guard let number = Int64(text) else {
        throw DecodingError.dataCorruptedError(forKey: .id, in: values, debugDescription: "no number")
      }
      id = number
    }
    name = try values.decodeIfPresent(String.self, forKey: .name)
    type = try values.decodeIfPresent(String.self, forKey: .type)
    assetClass = try values.decodeIfPresent(String.self, forKey: .assetClass)
    acronym = try values.decodeIfPresent(String.self, forKey: .acronym)
    marketIdentifier = try values.decodeIfPresent(String.self, forKey: .marketIdentifier)
    participant = try values.decodeIfPresent(String.self, forKey: .participant)
  }
}
