import MarketModel

/// Sale conditions in words.
enum TapeNames {
  private static let option = Dictionary(uniqueKeysWithValues: OptionCondition.all.map { ($0.id, $0.name) })
  private static let equity = Dictionary(uniqueKeysWithValues: EquityCondition.all.map { ($0.id, $0.name) })

  static func condition(_ id: Int, _ kind: Instrument.Kind) -> String {
    (kind == .option ? option[id] : equity[id]) ?? "condition \(id)"
  }
}
