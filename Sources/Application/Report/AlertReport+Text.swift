import JSONText

extension AlertReport {
  /// Tables for a terminal.
  var text: String {
    guard let first = days.first, let last = days.last else {
      return "No \(subject.rawValue) in that time: nothing to report."
    }
    let span = first == last ? "\(first)" : "\(first) to \(last), \(days.count) trading days"
    let whose = subject == .alerts ? "Alerts by rule" : "There are no alerts; detections by kind"
    return [
      "\(whose), \(span).", "", countsText, "", returnsText, "", AlertReport.definitions(subject),
    ].joined(separator: "\n")
  }

  private var nameTitle: String { subject == .alerts ? "rule" : "kind" }

  private var countsText: String {
    var table = TextTable([nameTitle, subject.rawValue, "with direction", "without", "no price", "time not noted"])
    for outcome in outcomes {
      let rest = outcome.directionless + outcome.untimed + outcome.unpriced
      table.add([
        outcome.name, "\(outcome.cases)", "\(outcome.cases - rest)", "\(outcome.directionless)", "\(outcome.unpriced)",
        "\(outcome.untimed)",
      ])
    }
    return table.text
  }

  private var returnsText: String {
    var table = TextTable([
      nameTitle, "after", "cases", "went its way", "95 % interval", "all minutes", "mean", "median", "all minutes",
    ])
    for outcome in outcomes {
      if outcome.directionless == outcome.cases {
        table.add([outcome.name, "no direction"] + Array(repeating: "", count: 7))
        continue
      }
      for horizon in Horizon.allCases {
        let name = horizon == .fiveMinutes ? outcome.name : ""
        table.add([name, horizon.rawValue] + AlertReport.cells(outcome.tally(horizon)))
      }
    }
    return table.text
  }

  private static func cells(_ tally: ForwardTally) -> [String] {
    guard !tally.isTooFew else { return ["\(tally.cases)", "too few"] + Array(repeating: "", count: 5) }
    let interval = tally.interval
    return [
      "\(tally.cases)", Percent.text(tally.hitShare),
      "\(Percent.text(interval.lowerBound)) to \(Percent.text(interval.upperBound))",
      Percent.text(tally.baselineHitShare), Percent.signed(tally.mean), Percent.signed(tally.median),
      Percent.signed(tally.baselineMean),
    ]
  }

  private static func definitions(_ subject: Subject) -> String {
    let moment = subject == .alerts ? "it was told" : "its newest print came"
    return """
      Entry: the underlying's last price of the minute in which \(moment), as option prints carried it. A return is positive when \
      the price went the way that was leaned on (bought calls and sold puts: up).
      It went its way when the return is above zero; unchanged is not. "All minutes": every minute of the same days and \
      underlyings in the same directions, weighted alike: what entering at random gave.
      The interval is Wilson's for independent cases; neighbouring cases overlap, so that it is too narrow rather than too wide. \
      Under \(ForwardTally.fewestCases) cases nothing is said. What has no direction (data, structures of several contracts, prints \
      without a side) has no forward return. Costs are not in it.
      """
  }

  /// Shares from 0 to 1, returns as fractions (0.01 is one percent).
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("subject", subject.rawValue)
      if let first = days.first, let last = days.last {
        json.field("first_day", "\(first)")
        json.field("last_day", "\(last)")
      } else {
        json.nullField("first_day")
        json.nullField("last_day")
      }
      json.field("days", days.count)
      json.field("fewest_cases", ForwardTally.fewestCases)
      json.field("rows", array: { json in for outcome in outcomes { outcome.write(to: &json) } })
    }
  }
}

extension RuleOutcome {
  fileprivate func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("name", name)
      json.field("cases", cases)
      json.field("without_direction", directionless)
      json.field("without_price", unpriced)
      json.field("without_time", untimed)
      json.field(
        "horizons",
        array: { json in
          for horizon in Horizon.allCases { tally(horizon).write(horizon, to: &json) }
        })
    }
  }
}

extension ForwardTally {
  /// Figures of no cases are null; those of a few are there, and marked.
  fileprivate func write(_ horizon: Horizon, to json: inout JSONWriter) {
    json.object { json in
      json.field("after", horizon.rawValue)
      json.field("cases", cases)
      json.field("too_few", isTooFew)
      json.field("hits", hits)
      let figures = [
        ("hit_share", hitShare), ("interval_low", interval.lowerBound), ("interval_high", interval.upperBound),
        ("baseline_hit_share", baselineHitShare), ("mean_return", mean), ("median_return", median),
        ("baseline_mean_return", baselineMean),
      ]
      for (name, value) in figures {
        if cases > 0 { json.field(name, value) } else { json.nullField(name) }
      }
    }
  }
}
