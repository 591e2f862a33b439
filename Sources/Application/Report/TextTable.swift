/// Rows and columns for a terminal: the first column to the left, the others to the right.
struct TextTable {
  private var rows: [[String]]

  init(_ titles: [String]) { rows = [titles] }

  mutating func add(_ cells: [String]) {
    precondition(cells.count == rows[0].count, "TextTable: \(cells.count) cells in a table of \(rows[0].count) columns")
    rows.append(cells)
  }

  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

/// Shares for people.
enum Percent {
  /// Two decimals, cut and not rounded up to a whole: 0.99999 is `99.99 %`.
  static func text(_ share: Double) -> String { "\(decimals(share * 100, 2, .towardZero)) %" }

  /// With its sign, three decimals: `+0.125 %`.
  static func signed(_ share: Double) -> String {
    let text = decimals(share.magnitude * 100, 3, .toNearestOrAwayFromZero)
    return "\(share < 0 ? "-" : "+")\(text) %"
  }

  private static func decimals(_ value: Double, _ count: Int, _ rule: FloatingPointRoundingRule) -> String {
    let factor = count == 2 ? 100.0 : 1000.0
    let scaled = Int((value * factor).rounded(rule))
    let fraction = String(scaled % Int(factor))
    return "\(scaled / Int(factor))." + String(repeating: "0", count: count - fraction.count) + fraction
  }
}
