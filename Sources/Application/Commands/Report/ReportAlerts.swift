import Alerting
import JSONText
import MarketModel
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `marketflow report alerts`.
enum ReportAlerts {
  /// One question reads the prints of a whole day.
  private static let longestSeconds = 600.0

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let from = try command.session("from")
    let to = try command.session("to")
    if let from, let to, to < from { throw command.usage("--to is \(to), before --from, which is \(from)") }
    let directory = try DataDirectory(command)
    let report = try report(directory, demo: command.flag("demo"), from: from, to: to)
    if command.flag("json") {
      var json = JSONWriter()
      report.write(to: &json)
      print(json.text)
    } else {
      print(report.text)
    }
    return .ok
  }

  private static func report(
    _ directory: DataDirectory, demo: Bool, from: MarketDate?, to: MarketDate?
  ) throws -> AlertReport {
    let database = try directory.databaseToReport(demo: demo)
    let alerts = demo ? directory.demoAlerts : directory.alerts
    do {
      let reader = try Store(reading: database).makeReader(timeLimitSeconds: longestSeconds)
      return try AlertReport(
        alerts: access(alerts, F_OK) == 0 ? try AlertDatabase(path: alerts) : nil, reader: reader, from: from, to: to)
    } catch StorageError.locked(let path, let holder) {
      throw ServeError("report: database \(path) is in use by another process (\(holder)); stop that process")
    }
  }
}

extension DataDirectory {
  /// The invented market's only for who asks for it: what came of its alerts says nothing of a real one.
  fileprivate func databaseToReport(demo: Bool) throws(ServeError) -> String {
    let wanted = demo ? demoDatabase : database
    if access(wanted, F_OK) == 0 { return wanted }
    let other = demo ? database : demoDatabase
    let advice =
      access(other, F_OK) == 0
      ? (demo ? "; leave out --demo for the real one" : "; add --demo for the invented market's") : ""
    throw ServeError("report: \(wanted) is not there: nothing was stored\(advice), or name another --data-dir")
  }
}
