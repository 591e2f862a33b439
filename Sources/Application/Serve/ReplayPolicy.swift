import FlowEngine
import MarketModel
import Server

/// What a run that is stored allows: to be taken to another moment, or trades entered by hand, one or the other.
enum ReplayPolicy {
  /// What the server may ask of the player. Going back plays the same prints again, which the store knows by their place; a print
  /// entered by hand is not played again and would move all places after it: a run that stores has the one or the other.
  static func player(_ control: PlayControl, _ inbox: InjectionInbox, stores: Bool) -> ReplayPlayer {
    ReplayPlayer(facts: { control.facts }) { command in
      if stores, inbox.wasUsed, let position = command.position {
        return .refused(
          "trades were entered by hand into this run, which is stored, so that it cannot be taken to "
            + "\(position.rfc3339); start it again with --no-store to move freely")
      }
      control.wish(command)
      return .accepted
    }
  }

  /// What is recorded in a data folder, and what a run may make of it.
  static func recordings(_ source: ServeSource, _ control: PlayControl?, in directory: DataDirectory) -> RecordedDays {
    var days = RecordedDays(
      list: { try RecordedDayFacts.all(in: directory) },
      command: { "marketflow serve --replay \($0) --data-dir \"\(directory.path)\" --port 0" })
    // A file is stored as it is played, and what is stored is of one recording.
    if let control, case .replayDay = source {
      days.play = { ReplayPolicy.play($0, $1, control, in: directory) }
    }
    return days
  }

  private static func play(
    _ choice: DayChoice, _ command: PlayerCommand, _ control: PlayControl, in directory: DataDirectory
  ) -> DayOutcome {
    do {
      let day = try RecordedDay(
        choice.date, in: directory, fromCache: choice.place == .cache, fromJournal: choice.place == .journal)
      let window = PlayWindow(from: choice.from, to: choice.to)
      control.wish(command, program: PlayControl.Program(day: day, window: window))
      return .accepted
    } catch let error as ServeError {
      return .unknown(error.description)
    } catch {
      return .refused("\(error)")
    }
  }

  static func inject(
    _ trade: InjectedTrade, _ inbox: InjectionInbox, _ control: PlayControl?, stores: Bool
  ) -> InjectionOutcome {
    if let failure = control?.facts.failure { return .refused("the feed takes no trades: \(failure)") }
    guard stores, control?.wasMoved == true else { return inbox.offer(trade) }
    return .refused(
      "this run was taken to another moment and is stored, so that it takes no trades; start it again with --no-store")
  }
}
