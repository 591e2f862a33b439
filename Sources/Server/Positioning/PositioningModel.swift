import MarketModel
import Positioning

/// Answer of `/positioning/{symbol}`.
struct PositioningAnswer: Sendable {
  var symbol: String
  var positioning: UnderlyingPositioning
  /// Wall seconds since the engine was seen to be there.
  var ageSeconds: Double

  var report: PositioningReport { positioning.report }

  static let schema = Schema<PositioningAnswer>(
    "Positioning", "Where the dealers of one underlying stand, by open interest and by the session's flow.",
    head
      + [
        .record("convention", "What is assumption rather than fact.", PositioningConvention.schema) {
          PositioningConvention($0.positioning)
        },
        .record("coverage", "How much of the chain the figures rest on.", coverageSchema) { $0 },
        .record("open_interest", "By open interest: the whole position, of the evening before.", DealerBook.schema) {
          $0.report.openInterest
        },
        .record("flow", "By the session's trades: as it is now, what the session added.", DealerBook.schema) {
          $0.report.flow
        },
        .record("put_call", "Puts over calls of the whole chain.", PutCallRatios.schema) { $0.report.putCall },
        .records("expiries", "Ascending.", ExpirySummary.schema) { $0.report.expiries },
        .records("crossings", "Levels by open interest that the price has crossed, newest first.", LevelCrossing.schema)
        { $0.positioning.crossings },
      ])

  /// What every answer about positioning begins with.
  private static let head: [Field<PositioningAnswer>] = [
    .text("symbol", "The underlying.") { $0.symbol },
    .dateOrNull("session", "Trading day of the flow.") { $0.positioning.session },
    .timeOrNull("as_of", "Stream time of the figures.") { $0.report.time },
    .number("age_seconds", "Seconds since the engine was seen to be there.") { $0.ageSeconds },
    .recordOrNull("spot", "The underlying's price; null when it is not known.", PositioningSpot.schema) {
      $0.positioning.spot
    },
  ]

  private static let coverageSchema = Schema<PositioningAnswer>(
    "PositioningCoverage", "Contracts of the chain that are known, and what is missing of them.",
    [
      .integer("contracts", "Contracts that the figures are made from.") { Int64($0.report.coverage.contracts) },
      .integer("rejected", "Left out because of a number that no contract can have.") {
        Int64($0.report.coverage.rejected)
      },
      .integer("adjusted", "Left out because they deliver something else than the underlying.") {
        Int64($0.positioning.inputs.adjustedContracts)
      },
      .integer("settled", "Settled today: counted, without exposure.") {
        Int64($0.positioning.inputs.settledContracts)
      },
      .integer("without_open_interest", "Nobody said their open interest.") {
        Int64($0.report.coverage.withoutOpenInterest)
      },
      .integer("own_volatility", "Implied volatility from the middle of their quote.") {
        Int64($0.positioning.inputs.ownVolatilities)
      },
      .integer("vendor_volatility", "Implied volatility from the vendor.") {
        Int64($0.positioning.inputs.vendorVolatilities)
      },
      .integer("without_volatility", "Without either.") { Int64($0.report.coverage.withoutVolatility) },
      .integer("without_gamma", "Without gamma: not in the gamma exposure.") {
        Int64($0.report.coverage.withoutGamma)
      },
    ])
}

extension PositioningSpot {
  static let schema = Schema<PositioningSpot>(
    "PositioningSpot", "The price of the underlying that the figures are for.",
    [
      .number("price", "USD.") { $0.price },
      .choice("source", "last_price: its last trade; parity: what its options' quotes imply.") { $0.source },
      .timeOrNull("time", "When it was so.") { $0.time },
    ])
}

/// What the figures assume.
struct PositioningConvention: Sendable {
  var rule: PositioningRule
  var inputs: PositioningInputs

  init(_ positioning: UnderlyingPositioning) {
    rule = positioning.report.rule
    inputs = positioning.inputs
  }

  var words: String {
    func hold(_ sign: Int64) -> String { sign > 0 ? "long" : "short" }
    return
      "open_interest: dealers are taken to be \(hold(rule.callSign)) every open call and \(hold(rule.putSign)) every "
      + "open put. flow: dealers are the other side of each print whose aggressor is known. Exposure is in USD: gamma for a "
      + "1 % move of the underlying, vega and vanna for one point of volatility, theta and charm for a calendar day."
  }

  static let schema = Schema<PositioningConvention>(
    "PositioningConvention", "What is assumption rather than fact.",
    [
      .text("text", "In words.") { $0.words },
      .integer("call_sign", "What dealers hold of an open call: 1 long, -1 short.") { $0.rule.callSign },
      .integer("put_sign", "What dealers hold of an open put.") { $0.rule.putSign },
      .number("rate", "Interest a year, 0.04 = 4 %.") { $0.inputs.rate },
      .number("dividend_yield", "Dividends a year.") { $0.inputs.dividendYield },
      .number("profile_range", "How far from the price gamma is priced anew, as a fraction, each side.") {
        $0.rule.profileRange
      },
    ])
}

extension DealerBook {
  static let schema = Schema<DealerBook>(
    "DealerBook", "What dealers hold by one basis, and what follows.",
    [
      .choice("basis", "Where knowledge of the position is from.") { $0.basis },
      .integer("contracts", "Contracts whose position is known.") { Int64($0.total.positions) },
      .integer("without_gamma", "Of those that dealers hold, the ones whose gamma is not known.") {
        Int64($0.total.contractsLeftOut(without: .gamma))
      },
      .integer("zero_gamma_crossings", "How often gamma changes its sign along the price.") {
        Int64($0.profile.crossings)
      },
    ] + Figure.fields(figures))

  private static let figures: [Figure<DealerBook>] =
    [
      .number("delta_exposure", "USD of shares the position behaves like.") { $0.sum(.delta) },
      .number("gamma_exposure", "GEX: change of delta_exposure when the underlying rises by 1 %, USD.") {
        $0.sum(.gamma)
      },
      .number("vega_exposure", "Profit for one point more volatility, USD.") { $0.sum(.vega) },
      .number("theta_exposure", "Profit per calendar day that passes, USD.") { $0.sum(.theta) },
      .number("vanna_exposure", "Change of delta_exposure for one point more volatility, USD.") { $0.sum(.vanna) },
      .number("charm_exposure", "Change of delta_exposure per calendar day that passes, USD.") { $0.sum(.charm) },
    ] + levels + [
      .number("hedge_shares_per_percent_rise", "Shares dealers buy (negative: sell) when the underlying rises by 1 %.")
      {
        $0.hedgePressure.map(\.sharesPerPercentRise)
      },
      .choice("hedge_direction", "against_move: they sell rises and buy falls; with_move: the opposite.") {
        $0.hedgePressure.map(\.direction)
      },
      .choice("bias", "What kind of book it is.") { $0.bias.map(\.kind) },
      .number("gamma_share", "Net over gross gamma exposure, -1 to 1.") { $0.bias.map(\.gammaShare) },
    ]

  /// What stands out of the gamma exposure, in prices of the underlying.
  static let levels: [Figure<DealerBook>] = [
    .number("zero_gamma", "The nearest price at which gamma, priced anew along the price, changes its sign, USD.") {
      $0.profile.zeroGamma
    },
    .number("gamma_strike", "The strike with the largest gamma exposure in size, USD.") { $0.gammaStrike.strike },
    .number("call_wall", "The strike at or above the price with the most gamma of calls, USD.") { $0.callWall.strike },
    .number("put_wall", "The strike at or below the price with the most negative gamma of puts, USD.") {
      $0.putWall.strike
    },
  ]
}

extension PutCallRatios {
  static let schema = Schema<PutCallRatios>(
    "PutCallRatios", "Puts over calls.",
    [
      .integer("call_volume", "Contracts today.") { $0.callVolume },
      .integer("put_volume", "Contracts today.") { $0.putVolume },
      .number("call_premium", "USD today.") { $0.callPremium },
      .number("put_premium", "USD today.") { $0.putPremium },
      .integer("call_open_interest", "Contracts, of those that are known.") { $0.callOpenInterest },
      .integer("put_open_interest", "Contracts, of those that are known.") { $0.putOpenInterest },
    ]
      + Figure.fields([
        .number("by_volume", "put_volume / call_volume.") { $0.byVolume },
        .number("by_premium", "put_premium / call_premium.") { $0.byPremium },
        .number("by_open_interest", "put_open_interest / call_open_interest.") { $0.byOpenInterest },
      ]))
}

extension ExpirySummary {
  static let schema = Schema<ExpirySummary>(
    "ExpiryPositioning", "One expiry, whoever holds it.",
    [
      .date("expiry", "Last trading day.") { $0.expiry },
      .integer("contracts", "Contracts known of it.") { Int64($0.contracts) },
      .integer("without_open_interest", "Of these, the ones whose open interest nobody said.") {
        Int64($0.contractsWithoutOpenInterest)
      },
      .record("put_call", "Puts over calls.", PutCallRatios.schema) { $0.putCall },
    ]
      + Figure.fields([
        .number("max_pain", "The strike at which all open contracts together would pay out least, USD.") {
          $0.maxPain.map { $0.strike.doubleValue }
        },
        .number("max_pain_payout", "What they would pay out there, USD.") { $0.maxPain.map(\.payout) },
      ]))
}

extension LevelCrossing {
  static let schema = Schema<LevelCrossing>(
    "LevelCrossing", "The price has come to the other side of a level.",
    [
      .time("time", "Stream time at which it was seen there.") { $0.time },
      .choice("level", "Which level.") { $0.level },
      .choice("direction", "up: from below it to above.") { $0.direction },
      .money("price", "The underlying then, USD.") { $0.price.micros },
      .money("level_price", "Where the level was, USD.") { $0.levelPrice.micros },
    ])
}
