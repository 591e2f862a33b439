import Positioning

/// A member of an answer that may be missing: then it is null, and the record's `missing` says why. One declaration makes both.
struct Figure<Row>: Sendable {
  let field: Field<Row>
  let gap: @Sendable (Row) -> PositioningGap?

  static func number(_ name: String, _ doc: String, _ get: @escaping @Sendable (Row) -> Finding<Double>) -> Figure {
    Figure(field: .numberOrNull(name, doc) { get($0).value }, gap: { get($0).gap })
  }

  static func choice<Choice: APIChoice & Hashable>(
    _ name: String, _ doc: String, _ get: @escaping @Sendable (Row) -> Finding<Choice>
  ) -> Figure {
    Figure(field: .choiceOrNull(name, doc) { get($0).value }, gap: { get($0).gap })
  }

  /// The members, and `missing` behind them.
  static func fields(_ figures: [Figure]) -> [Field<Row>] {
    figures.map(\.field) + [
      .records("missing", "Each figure that is null, and why.", MissingFigure.schema) { row in
        figures.compactMap { figure in figure.gap(row).map { MissingFigure(name: figure.field.name, gap: $0) } }
      }
    ]
  }
}

/// A figure that could not be told.
struct MissingFigure: Sendable {
  var name: String
  var gap: PositioningGap

  static let schema = Schema<MissingFigure>(
    "MissingFigure", "A figure that could not be told.",
    [
      .text("figure", "Its name in the record.") { $0.name },
      .choice("reason", "Why.") { $0.gap },
      .text("detail", "Why, in words.") { $0.gap.words },
    ])
}

extension Finding where Value == GammaLevel {
  /// The strike in units.
  var strike: Finding<Double> { map { $0.strike.doubleValue } }
}

extension Figure {
  /// The same member of a record that has this one's row inside.
  func of<Outer>(_ inner: @escaping @Sendable (Outer) -> Row) -> Figure<Outer> {
    let field = field
    let gap = gap
    return Figure<Outer>(
      field: Field<Outer>(name: field.name, type: field.type, doc: field.doc) { field.write(inner($0), &$1) },
      gap: { gap(inner($0)) })
  }
}
