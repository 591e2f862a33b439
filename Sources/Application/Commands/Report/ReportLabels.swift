import JSONText

/// `marketflow report labels`.
enum ReportLabels {
  static func run(_ command: ParsedCommand) -> ExitCode {
    var bar = ProgressBar(subject: "report labels")
    let report = LabelReport(
      prints: command.integer("prints") ?? ReportCommand.defaultPrints, seed: UInt64(command.integer("seed") ?? 1)
    ) { done, all in
      bar.show(share: Double(done) / Double(max(1, all))) { "\(Int(Double(done) / max($0, 0.001) / 1e3)) k prints/s" }
    }
    bar.clear()
    if command.flag("json") {
      var json = JSONWriter()
      report.write(to: &json)
      print(json.text)
    } else {
      print(report.text)
    }
    return report.holds ? .ok : .failure
  }
}
