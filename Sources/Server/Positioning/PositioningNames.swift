import Positioning

// The names of positioning in JSON and in query parameters.

extension PositionBasis: APIChoice { var apiName: String { snakeCase(rawValue) } }
extension PositioningLevel: APIChoice { var apiName: String { snakeCase(rawValue) } }
extension LevelCrossing.Direction: APIChoice { var apiName: String { rawValue } }
extension PositioningSpot.Source: APIChoice { var apiName: String { snakeCase(rawValue) } }

extension HedgePressure.Direction: APIChoice {
  static var choices: [HedgePressure.Direction] { [.againstMove, .withMove, .none] }
  var apiName: String { snakeCase(rawValue) }
}

extension DealerBias.Kind: APIChoice {
  static var choices: [DealerBias.Kind] { [.shortGamma, .longGamma, .deltaHedging, .neutral] }
  var apiName: String { snakeCase(rawValue) }
}

extension PositioningGap: APIChoice {
  var apiName: String { snakeCase(rawValue) }

  /// The reason for people.
  var words: String {
    switch self {
    case .noContracts: "no usable contract of the chain is known"
    case .noSpot: "the price of the underlying is not known, and no pair of quotes implies it"
    case .noOpenInterest: "nobody has said the open interest of any of its contracts"
    case .noFlow: "none of its options has traded in this session"
    case .noGreek: "no contract that dealers hold has this greek: no usable quote, and none from the vendor"
    case .noVolatility: "no contract that dealers hold and that lives on has an implied volatility"
    case .noExposure: "nothing is open, or gamma is 0 everywhere"
    case .noCrossing: "gamma keeps its sign over the whole range that it was priced in"
    case .noCalls: "there are no calls to divide by"
    }
  }
}

/// `zeroGamma` as `zero_gamma`.
private func snakeCase(_ name: String) -> String {
  name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
}
