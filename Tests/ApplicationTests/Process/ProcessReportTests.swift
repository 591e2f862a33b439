import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// `marketflow report` as a stranger types it.
@Suite(.serialized) struct ProcessReportTests {
  private let folder: ProcessFolder
  init() throws { folder = try ProcessFolder() }

  private func report(_ words: String...) throws -> ProcessProgram.Outcome {
    try ProcessProgram(["report"] + words, in: folder).outcome()
  }

  @Test func labelsHold() throws {
    let outcome = try report("labels", "--prints", "10000", "--seed", "5", "--json")
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let read = try #require(try outcome.json() as? NSDictionary)
    #expect(read["holds"] as? Bool == true && read["seed"] as? Int == 5)
    #expect((read["reference"] as? NSDictionary)?["guesses"] as? Int ?? 0 > 0)
    let text = try report("labels", "--prints", "10000")
    #expect(text.code == 0 && text.output.hasSuffix("\nholds\n"))
    let few = try report("labels", "--prints", "9999")
    #expect(few.code == 2 && few.output.isEmpty)
  }

  @Test func alertsWithoutAStoreNameTheWaysOut() throws {
    let none = try report("alerts")
    #expect(none.code == 1 && none.output.isEmpty)
    #expect(none.errors.contains("report: data/marketflow.duckdb is not there: nothing was stored, or name another"))
    #expect(try report("alerts", "--from", "2025-12-17", "--to", "2025-12-16").code == 2)
    #expect(try report("alerts", "--from", "2025-12-25").code == 2)
    #expect(try report("everything").code == 2)
  }

  /// A recorded morning on which SPY rises without a pause and calls are swept every two minutes.
  private func recordMorning() throws {
    var lines: [String] = []
    var sequence = 0
    func next() -> Int {
      sequence += 1
      return sequence
    }
    // 2025-12-16T14:30:00Z, 09:30 in New York.
    let open = 1_765_895_400_000
    let contract = "O:SPY251219C00600000"
    for minute in 0..<120 {
      let time = open + minute * 60_000
      let spot = "\(600 + minute / 10).\(minute % 10)"
      lines.append(
        "{\"ev\":\"T\",\"sym\":\"SPY\",\"x\":12,\"i\":\"\(minute)\",\"z\":2,\"p\":\(spot),\"s\":100,\"t\":\(time),\"q\":\(next())}"
      )
      lines.append(
        "{\"ev\":\"Q\",\"sym\":\"\(contract)\",\"bx\":302,\"ax\":303,\"bp\":5.0,\"ap\":5.1,\"bs\":9,\"as\":9,\"t\":\(time + 1),"
          + "\"q\":\(next())}")
      for leg in 0..<(minute % 2 == 0 ? 5 : 1) {
        lines.append(
          "{\"ev\":\"T\",\"sym\":\"\(contract)\",\"x\":\(302 + leg % 3),\"p\":5.1,\"s\":\(minute % 2 == 0 ? 400 : 1),\"c\":[209],"
            + "\"t\":\(time + 2 + leg),\"q\":\(next())}")
      }
    }
    let text = lines.map { "[\($0)]\n" }.joined()
    try Data(text.utf8).write(to: folder.url.appending(path: "morning.ndjson"))
  }

  private func serveMorning() throws {
    let program = try ProcessProgram(
      ["serve", "--port", "0", "--replay", "morning.ndjson", "--replay-speed", "max"], in: folder)
    let client = try ProcessClient(port: program.port())
    let stream = try ProcessClient(port: client.port)
    try stream.listen()
    try stream.state { _ in try client.health()["digest"] is String }
    program.signal(SIGTERM)
    #expect(try program.outcome().code == 0)
  }

  @Test func alertsOfAMorningAreHeldAgainstWhatCame() throws {
    try recordMorning()
    try serveMorning()
    let outcome = try report("alerts", "--json", "--from", "2025-12-16", "--to", "2025-12-16")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let read = try #require(try outcome.json() as? NSDictionary)
    #expect(read["subject"] as? String == "alerts" && read["days"] as? Int == 1)
    let rows = try #require(read["rows"] as? [NSDictionary])
    let sweep = try #require(rows.first { $0["name"] as? String == "sweep" })
    // One alert in sixteen minutes: the cool-down folds the others into it.
    #expect(sweep["cases"] as? Int == 8, "\(sweep)")
    let first = try #require((sweep["horizons"] as? [NSDictionary])?.first)
    #expect(first["after"] as? String == "5 min" && first["too_few"] as? Bool == true)
    #expect(first["hit_share"] as? Double == 1 && first["baseline_hit_share"] as? Double == 1)
    let mean = try #require(first["mean_return"] as? Double)
    // Half a dollar of some 606 in five minutes.
    #expect(mean > 0.0008 && mean < 0.00084)
    let text = try report("alerts")
    #expect(text.code == 0 && text.output.contains("too few") && text.output.hasPrefix("Alerts by rule, 2025-12-16."))
    let other = try report("alerts", "--from", "2025-12-17")
    #expect(other.code == 0 && other.output == "No detections in that time: nothing to report.\n")
    // Without the file of alerts it is the detections.
    try FileManager.default.removeItem(at: folder.url.appending(path: "data/alerts.duckdb"))
    let detections = try report("alerts", "--json")
    let found = try #require(try detections.json() as? NSDictionary)
    #expect(detections.code == 0 && found["subject"] as? String == "detections")
    let kinds = try #require(found["rows"] as? [NSDictionary])
    #expect(kinds.first { $0["name"] as? String == "sweep" }?["cases"] as? Int == 60)
  }
}
