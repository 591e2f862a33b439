import MarketModel
import Positioning

/// `GET /positioning/{symbol}`, `GET /gex/{symbol}` and `GET /gex/{symbol}/history`, from the board of the positioning thread.
struct PositioningRoute {
  static let positioningPath = "/positioning/"
  static let gexPath = "/gex/"
  static let historySuffix = "/history"

  struct GexQuestion: Sendable {
    var by = GexRows.strike
    var basis = PositionBasis.openInterest
  }

  static let gexParameters = ParameterSet<GexQuestion>([
    .choice("by", "What the rows are.", standard: .strike) { $0.by = $1 },
    .choice("basis", "Where knowledge of the position is from.", standard: .openInterest) { $0.basis = $1 },
  ])

  static let historyParameters = ParameterSet<PositionBasis>([
    .choice("basis", "Where knowledge of the position is from.", standard: .openInterest) { $0 = $1 }
  ])

  /// Nil when this run works out no positioning.
  var board: (@Sendable () -> PositioningBoard)?
  /// On the clock of `UnderlyingPositioning.capturedNanoseconds`.
  var monotonicNanoseconds: () -> Int64

  /// Whether the path is one of these.
  static func serves(_ path: String) -> Bool { path.hasPrefix(positioningPath) || path.hasPrefix(gexPath) }

  func answer(_ request: APIRequest, from model: ReadModel) throws(Problem) -> APIResponse {
    if request.path.hasPrefix(PositioningRoute.gexPath) {
      if request.path.hasSuffix(PositioningRoute.historySuffix) { return try history(request, model) }
      let question = try PositioningRoute.gexParameters.parse(request.query, into: .init())
      let (symbol, positioning) = try find(PositioningRoute.gexPath, request.path, model)
      let answer = GexAnswer(
        symbol: symbol, positioning: positioning, ageSeconds: age(positioning), basis: question.basis, by: question.by)
      return .live(GexAnswer.schema.encode(answer, reservingBytes: 64 << 10))
    }
    if let first = request.query.first { throw .unknownParameter(first.name, known: []) }
    let (symbol, positioning) = try find(PositioningRoute.positioningPath, request.path, model)
    let answer = PositioningAnswer(symbol: symbol, positioning: positioning, ageSeconds: age(positioning))
    return .live(PositioningAnswer.schema.encode(answer, reservingBytes: 16 << 10))
  }

  private func history(_ request: APIRequest, _ model: ReadModel) throws(Problem) -> APIResponse {
    let basis = try PositioningRoute.historyParameters.parse(request.query, into: .openInterest)
    let path = String(request.path.dropLast(PositioningRoute.historySuffix.count))
    let (symbol, positioning) = try find(PositioningRoute.gexPath, path, model)
    let answer = GexHistoryAnswer(symbol: symbol, positioning: positioning, basis: basis)
    return .live(
      GexHistoryAnswer.schema.encode(answer, reservingBytes: 512 + positioning.history.minutes.count * 1200))
  }

  private func age(_ positioning: UnderlyingPositioning) -> Double {
    DataAge.seconds(monotonicNanoseconds() - positioning.capturedNanoseconds)
  }

  private func find(
    _ prefix: String, _ path: String, _ model: ReadModel
  ) throws(Problem) -> (String, UnderlyingPositioning) {
    let text = String(path.dropFirst(prefix.count))
    guard let symbol = SymbolDirectory.canonical(text) else {
      throw .badParameter("symbol", seen: text, wanted: "an underlying such as SPY")
    }
    if let option = OptionSymbol(polygon: symbol) {
      throw .notFound("\(symbol) is a contract; wanted an underlying, ask for \(prefix)\(option.underlying)")
    }
    guard let board = board?() else {
      throw Problem(
        kind: .notReady, status: 409,
        detail: "\(prefix)\(symbol): this run works out no positioning; start it with --positioning-seconds 5.")
    }
    guard board.rounds > 0 else {
      throw Problem(
        kind: .notReady, status: 409,
        detail: "\(prefix)\(symbol): nothing is worked out yet; ask again in some seconds.",
        headers: [("Retry-After", "2")])
    }
    guard let id = model.directory.find(symbol), let found = board.underlyings[id] else {
      let known = board.underlyings.keys.map { model.directory[$0].symbol }.sorted()
      let list = known.isEmpty ? "none yet" : known.prefix(20).joined(separator: ", ")
      throw .notFound(
        "\(symbol): neither open interest nor a print of its options is known today; underlyings that have one: \(list)"
      )
    }
    return (symbol, found)
  }
}
