import History
import JSONText
import MarketModel

/// What a fetch came to, from REST or from a file.
struct FetchReport {
  var date: MarketDate
  var source: String
  /// Rows that came in this run.
  var rows: Int64
  /// Nil for a file.
  var requests: Int64?
  var isSessionOpen = false
  /// The journal has the day, too, and `replay` takes it from there unless told otherwise.
  var isRecorded = false
  /// What the user should know, and is no fault.
  var notes: [String] = []
  /// What could not be had.
  var complaints: [String] = []

  init(fetch summary: FetchSummary) {
    date = summary.date
    source = summary.source
    rows = summary.rows
    requests = summary.requests
    isSessionOpen = summary.isSessionOpen
    complaints = summary.complaints
    if isSessionOpen { notes.append("the session is not over; the same command completes it later") }
  }

  init(file summary: FlatFileSummary, source: String) {
    date = summary.date
    self.source = source
    rows = summary.rows
    if summary.isKnown { notes.append("this very file was taken before: nothing was done") }
    if summary.alreadyHere > 0 {
      notes.append("\(summary.alreadyHere) rows left out: their contracts are complete already")
    }
    if summary.otherDays > 0 { notes.append("\(summary.otherDays) rows left out: they are of other trading days") }
    if summary.corrected > 0 { notes.append("\(summary.corrected) prints left out: later corrections made them void") }
    if let first = summary.firstRefusal { notes.append("\(summary.refused) lines left out; first: \(first)") }
  }

  func write(to json: inout JSONWriter, _ day: CacheStatistics.Day, seconds: Double) {
    json.object { json in
      json.field("source", source)
      json.field("rows_fetched", rows)
      if let requests { json.field("requests", requests) } else { json.nullField("requests") }
      json.field("seconds", (seconds * 1000).rounded() / 1000)
      json.field("session_open", isSessionOpen)
      json.field("notes", array: { json in for note in notes { json.value(note) } })
      json.field("complaints", array: { json in for complaint in complaints { json.value(complaint) } })
      json.key("day")
      day.write(to: &json)
    }
  }

  /// The same for people.
  func text(_ day: CacheStatistics.Day, seconds: Double) -> String {
    let asked = requests.map { ", \($0) requests" } ?? ""
    var lines = [
      "\(date): \(rows) rows from \(source) in \(Int(seconds.rounded())) s\(asked)",
      "\(day.complete) of \(day.contracts) contracts complete, \(day.trades) trades, \(day.quotes) quotes, "
        + ByteText.words(day.bytes),
    ]
    lines += notes
    if day.isReplayable {
      lines.append("replay it: marketflow replay --date \(date)" + (isRecorded ? " --from-cache" : ""))
    }
    return lines.joined(separator: "\n")
  }
}

/// Sizes for people.
enum ByteText {
  static func words(_ bytes: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 ? "\(bytes) B" : "\((value * 10).rounded() / 10) \(units[unit])"
  }
}
