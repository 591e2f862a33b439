import JSONText
import MarketModel
import Storage

/// `marketflow verify [DATE]`: does what is stored follow from what was recorded?
enum VerifyCommand {
  static let declaration = Command(
    "verify", summary: "play the journal again and compare it with what is stored",
    discussion: """
      Plays a day of the journal, or all of them, from its beginning and compares the engine's digests at the places where they \
      were recorded, the numbers and sums of the prints (size, premium, by side), minutes, open interest, incidents \
      and detections by kind with the store, and the store's prints with the lake's. Says what differs and by how much, and ends with exit code 5 when something \
      does. After a kill the store is compared as far as it has come: the rest comes with the next start. The store is opened \
      for it: stop marketflow serve before.
      """,
    arguments: [CommandArgument("DATE", .date, .optional, help: "a day as 2026-11-20; all when left out")],
    options: [.json] + SettingKey.options([.dataDirectory]),
    examples: [Command.Example("marketflow verify 2026-11-20", "one day")])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let verification = try Verification(try DataDirectory(command))
    var dates = try verification.days()
    if let date = command.date(argument: "DATE") {
      guard dates.contains(date) else {
        throw ServeError("\(date) was not recorded; journal and store have \(RecordedDay.list(dates))")
      }
      dates = [date]
    }
    var verdicts: [DayVerdict] = []
    for date in dates {
      var bar = ProgressBar(subject: "verify \(date)")
      verdicts.append(try verification.verify(date) { bar.show($0, of: $1) })
      bar.clear()
      if !command.flag("json"), let verdict = verdicts.last { print(verdict.text) }
    }
    if command.flag("json") {
      var json = JSONWriter()
      json.object { json in
        json.field("ok", verdicts.allSatisfy(\.isGood))
        json.key("days")
        json.array { json in for verdict in verdicts { verdict.write(to: &json) } }
      }
      print(json.text)
    } else if verdicts.isEmpty {
      print("the journal has no days yet")
    }
    return verdicts.allSatisfy(\.isGood) ? .ok : .damagedData
  }
}
