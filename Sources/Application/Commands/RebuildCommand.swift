import Journal
import Logging
import MarketModel
import Storage

/// `marketflow rebuild`: the database made again from the journal.
enum RebuildCommand {
  static let declaration = Command(
    "rebuild", summary: "make the database again from the journal",
    discussion: """
      Plays the journal's days through a new engine into a new file. --all puts it in the place of the data folder's database, \
      which is kept with .before-rebuild behind its name; --into names another file and leaves that one alone. A day that is \
      damaged is made up to the damage, the others are made whole, and the exit code is 5. What came from \
      other sources (recordings) is not in the journal: play it again with serve --replay. Days that the journal keeps no \
      longer are only in the old file.
      """,
    options: [
      CommandOption("date", .value(.date), help: "only this day; goes with --into"),
      CommandOption("all", .flag, help: "every day of the journal"),
      CommandOption("into", .value(.path), help: "the new file, instead of the data folder's database"),
      CommandOption("discard-old", .flag, help: "do not keep the database that is replaced"),
    ] + SettingKey.options([.dataDirectory]),
    examples: [
      Command.Example("marketflow rebuild --all", "the whole database; the old one is kept"),
      Command.Example("marketflow rebuild --date 2026-11-20 --into day.duckdb", "one day in a file of its own"),
    ])

  static func run(_ command: ParsedCommand) throws -> ExitCode {
    let directory = try DataDirectory(command)
    let into = command.text("into")
    switch (command.date("date"), command.flag("all")) {
    case (.some, true): throw command.usage("--date and --all exclude each other; leave one out")
    case (nil, false): throw command.usage("rebuild needs --date YYYY-MM-DD or --all")
    case (.some, false) where into == nil:
      throw command.usage("--date without --into would replace the whole database by one day; name a file with --into")
    default: break
    }
    if into != nil, command.flag("discard-old") {
      throw command.usage("--discard-old is about the data folder's database, which --into leaves alone; leave one out")
    }
    guard let archive = try JournalArchive.ifPresent(in: directory) else {
      throw ServeError("\(directory.journal) is not there: nothing was recorded; name another --data-dir")
    }
    let days = try wantedDays(archive, command.date("date"))
    if let into {
      let summary = try build(archive, days, DatabaseFiles(path: into))
      printError(words(summary, in: into))
      return report(summary)
    }
    // Nobody may begin to write the database while it is made anew: who records holds the journal.
    let journal = try Journal(
      JournalOptions(directory: archive.directory, source: archive.source), log: Log(minimumLevel: .warning))
    defer { journal.close() }
    return try replace(directory.database, with: archive, days, keepsOld: !command.flag("discard-old"))
  }

  private static func wantedDays(_ archive: JournalArchive, _ date: MarketDate?) throws -> [JournalDay] {
    let days = try archive.days()
    guard let date else {
      guard !days.isEmpty else {
        throw ServeError("journal \(archive.directory) has no days: nothing can be made from it")
      }
      return days
    }
    guard let day = days.first(where: { $0.date == date }) else {
      throw ServeError("\(date) is not in the journal, which has \(RecordedDay.list(days.map(\.date)))")
    }
    return [day]
  }

  private static func replace(
    _ path: String, with archive: JournalArchive, _ days: [JournalDay], keepsOld: Bool
  ) throws -> ExitCode {
    let old = DatabaseFiles(path: path)
    let kept = DatabaseFiles(path: path + ".before-rebuild")
    if keepsOld, old.exists, kept.exists {
      throw ServeError(
        "\(kept.path) is there from an earlier rebuild, and may be the only one that has days which the journal keeps no longer; "
          + "move it away, or say --discard-old to lose what \(path) has")
    }
    let before = old.exists ? try lookAt(path, archive) : nil
    // Recordings are stored without the journal's lock; theirs is the database's.
    let hold = try DatabaseHold(old)
    let fresh = DatabaseFiles(path: path + ".rebuild")
    try fresh.remove()
    let summary = try build(archive, days, fresh)
    let after = try lookAt(fresh.path, archive)
    if !summary.damages.isEmpty, !keepsOld, !hold.isNew {
      printError(
        words(summary, in: fresh.path)
          + "; the old database stays in its place, for it may have what is damaged here: move the "
          + "new one there if you want it all the same")
      return report(summary)
    }
    let keeps = keepsOld && !hold.isNew
    try fresh.replace(hold, keeping: keeps ? kept : nil)
    printError(words(summary, in: path) + (keeps ? "; the old one is kept as \(kept.path)" : ""))
    if let before, let after, !RebuildCommand.keepsIDs(before, after) {
      printError(
        "marketflow: prints have other ids than in the old database; where there is a lake of it, move its folder away and "
          + "marketflow serve writes it again")
    }
    return report(summary)
  }

  /// Says which days could not be played to their end.
  private static func report(_ summary: StoreRebuild.Summary) -> ExitCode {
    for damage in summary.damages {
      printError(
        "marketflow: \(damage.date) is made only up to its damage, \(damage.events) events: \(damage.error)")
    }
    return summary.damages.isEmpty ? .ok : .damagedData
  }

  /// Whether the same print has the same id: in the same run, behind as many others.
  static func keepsIDs(_ before: IngestProgress, _ after: IngestProgress) -> Bool {
    before.runID == after.runID
      && after.days.allSatisfy { day in
        before.days.first { $0.session == day.session }.map { $0.before.prints == day.before.prints } ?? true
      }
  }

  /// What a database has of the journal. One that somebody writes must not be replaced under them; one that cannot be opened is
  /// why people come here.
  private static func lookAt(_ path: String, _ archive: JournalArchive) throws -> IngestProgress? {
    do {
      return try Store(StoreOptions(path: path)).ingestProgress(of: archive.ingestSource())
    } catch StorageError.locked(let path, let holder) {
      throw StorageError.locked(path: path, holder: holder)
    } catch {
      printError("marketflow: the old database is replaced although it cannot be read: \(error)")
      return nil
    }
  }

  private static func build(
    _ archive: JournalArchive, _ days: [JournalDay], _ files: DatabaseFiles
  ) throws -> StoreRebuild.Summary {
    var bar = ProgressBar(subject: "rebuild")
    defer { bar.clear() }
    return try StoreRebuild(archive: archive, days: days, files: files).run(log: Log(minimumLevel: .warning)) {
      bar.show($0, of: $1)
    }
  }

  private static func words(_ summary: StoreRebuild.Summary, in path: String) -> String {
    let holes = summary.missingEvents > 0 ? "; \(summary.missingEvents) events are missing in the journal" : ""
    return "marketflow: \(summary.days) day\(summary.days == 1 ? "" : "s"), \(summary.events) events, "
      + "\(summary.prints) prints in \(path)\(holes)"
  }
}
