import MarketModel
import Positioning

/// What the rows of `/gex` are.
enum GexRows: String, Sendable, CaseIterable, APIChoice {
  case strike, expiry
  var apiName: String { rawValue }
}

/// Answer of `/gex/{symbol}`.
struct GexAnswer: Sendable {
  var symbol: String
  var positioning: UnderlyingPositioning
  var ageSeconds: Double
  var basis: PositionBasis
  var by: GexRows

  private var book: DealerBook { positioning.report[basis] }

  private func sum(_ exposures: Exposures) -> Finding<Double> { book.sum(.gamma, of: exposures) }

  private var calls: Exposures { book.strikes.reduce(.none) { $0 + $1.calls } }
  private var puts: Exposures { book.strikes.reduce(.none) { $0 + $1.puts } }

  private var rows: [GexRow] {
    switch by {
    case .strike:
      book.strikes.map {
        GexRow(strike: $0.strike, call: sum($0.calls).value, put: sum($0.puts).value, net: sum($0.all).value)
      }
    case .expiry:
      book.expiries.map {
        GexRow(expiry: $0.expiry, call: sum($0.calls).value, put: sum($0.puts).value, net: sum($0.all).value)
      }
    }
  }

  static let schema = Schema<GexAnswer>(
    "Gex", "Gamma exposure of the dealers of one underlying, USD for a 1 % move.",
    [
      .text("symbol", "The underlying.") { $0.symbol },
      .dateOrNull("session", "Trading day of the flow.") { $0.positioning.session },
      .timeOrNull("as_of", "Stream time of the figures.") { $0.positioning.report.time },
      .number("age_seconds", "Seconds since the engine was seen to be there.") { $0.ageSeconds },
      .choice("basis", "Where knowledge of the position is from.") { $0.basis },
      .choice("by", "What the rows are.") { $0.by },
      .recordOrNull("spot", "The underlying's price; null when it is not known.", PositioningSpot.schema) {
        $0.positioning.spot
      },
      .record("convention", "What is assumption rather than fact.", PositioningConvention.schema) {
        PositioningConvention($0.positioning)
      },
    ]
      + Figure.fields(
        [
          .number("net", "Calls and puts together, USD.") { $0.sum($0.book.total) },
          .number("call", "Calls alone, USD.") { $0.sum($0.calls) },
          .number("put", "Puts alone, USD.") { $0.sum($0.puts) },
        ] + DealerBook.levels.map { level in level.of { $0.book } }) + [
        .records("rows", "Ascending.", GexRow.schema) { $0.rows },
        .records(
          "profile", "Net gamma exposure at other prices, all else equal; empty where nothing could be priced anew.",
          GammaProfile.Point.schema
        ) { $0.book.profile.points },
      ])
}

/// One strike over all expiries, or one expiry over all strikes.
struct GexRow: Sendable {
  var strike: Price?
  var expiry: MarketDate?
  var call: Double?
  var put: Double?
  var net: Double?

  static let schema = Schema<GexRow>(
    "GexRow", "Gamma exposure of one strike or expiry. Null: of no such contract are position, gamma and price known.",
    [
      .moneyOrNull("strike", "USD; null in rows by expiry.") { $0.strike?.micros },
      .dateOrNull("expiry", "Null in rows by strike.") { $0.expiry },
      .numberOrNull("call", "USD for a 1 % move.") { $0.call },
      .numberOrNull("put", "USD for a 1 % move.") { $0.put },
      .numberOrNull("net", "USD for a 1 % move.") { $0.net },
    ])
}

extension GammaProfile.Point {
  static let schema = Schema<GammaProfile.Point>(
    "GammaPoint", "Gamma exposure at one price of the underlying.",
    [
      .number("price", "USD.") { $0.spot },
      .number("gamma_exposure", "USD for a 1 % move from there.") { $0.gammaExposure },
    ])
}
