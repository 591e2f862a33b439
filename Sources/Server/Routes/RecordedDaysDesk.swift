import MarketModel

/// Answers what is asked about recorded days, on a thread that may wait for the disk.
final class RecordedDaysDesk: Sendable {
  private let days: RecordedDays
  private let player: ReplayPlayer?
  private let thread = PatientThread("recordings", capacity: Limits.waitingQueries)

  /// - Parameter player: nil when the source is no recording.
  init(_ days: RecordedDays, player: ReplayPlayer?) {
    self.days = days
    self.player = player
  }

  func list(_ reply: @escaping Router.Reply) throws(Problem) {
    try submit { [days] in
      do {
        let answer = RecordedDaysAnswer(days: try days.list())
        reply(.live(RecordedDaysAnswer.schema.encode(answer, reservingBytes: 256 + answer.days.count * 192)))
      } catch {
        reply(Problem.storeUnavailable("\(ReplayRoute.daysPath): \(error)").response)
      }
    }
  }

  /// - Throws: 409 when this run plays no recorded day.
  func play(_ choice: DayChoice, _ command: PlayerCommand, _ reply: @escaping Router.Reply) throws(Problem) {
    guard let play = days.play, let player else {
      throw Problem(
        kind: .wrongSource, status: 409,
        detail: "/replay: this run plays no recorded day and cannot change to \(choice.date); type "
          + days.command(choice.date))
    }
    try submit {
      switch play(choice, command) {
      case .accepted:
        reply(.live(ReplayFacts.schema.encode(player.facts(), reservingBytes: 512), status: 202))
      case .unknown(let words): reply(Problem.notFound("/replay: \(words)").response)
      case .refused(let words):
        reply(Problem(kind: .conflict, status: 409, detail: "/replay: \(words)").response)
      }
    }
  }

  private func submit(_ job: @escaping PatientThread.Job) throws(Problem) {
    guard thread.submit(job) else {
      throw .busy("/replay: \(Limits.waitingQueries) questions wait for the disk already; ask again in a second")
    }
  }

  /// Finishes what waits and ends the thread.
  func stop() { thread.stop() }
}
