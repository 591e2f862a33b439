import MarketModel
import Positioning

/// Answer of `/gex/{symbol}/history`.
struct GexHistoryAnswer: Sendable {
  var symbol: String
  var positioning: UnderlyingPositioning
  var basis: PositionBasis

  static let schema = Schema<GexHistoryAnswer>(
    "GexHistory", "Gamma exposure of one underlying's dealers by strike, minute by minute of the session.",
    [
      .text("symbol", "The underlying.") { $0.symbol },
      .dateOrNull("session", "Trading day of the minutes.") { $0.positioning.session },
      .timeOrNull("as_of", "Stream time of the newest reading.") { $0.positioning.report.time },
      .choice("basis", "Where knowledge of the position is from.") { $0.basis },
      .text("unit", "Of total and values.") { _ in "USD for a 1 % move of the underlying" },
      .records(
        "minutes", "Ascending, the newest \(Limits.gammaMinutes); minutes without a reading are left out.",
        GexMinute.schema
      ) { answer in answer.positioning.history.minutes.map { GexMinute(minute: $0, column: $0[answer.basis]) } },
    ])
}

/// One minute of the history by one basis.
struct GexMinute: Sendable {
  var minute: GammaMinute
  var column: GammaMinute.Column

  static let schema = Schema<GexMinute>(
    "GexMinute", "Gamma exposure by strike at the newest reading of a minute.",
    [
      .time("time", "Start of the minute of stream time.") { $0.minute.time },
      .numberOrNull("spot", "The underlying's price, USD.") { $0.minute.spot },
    ]
      + Figure.fields([
        .number("total", "Of the whole chain.") { $0.column.total },
        .number("flip", "The nearest price at which gamma, priced anew along the price, changes its sign, USD.") {
          $0.column.flip
        },
      ]) + [
        .prices("strikes", "The \(Limits.gammaStrikes) next to the price, ascending, USD; none without a price.") {
          $0.minute.strikes
        },
        .numbersOrNull("values", "Of each of the strikes, in whole USD to seven digits; null where it is not known.") {
          $0.column.values.map { $0.isNaN ? nil : Double($0) }
        },
      ])
}
