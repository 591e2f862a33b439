import MarketModel

// Stream time: minutes that close and days that end.
extension FlowEngine {
  private static let mostUntimedIncidents = 1_024

  /// Moves stream time forward; never back. Begins the next trading day when its boundary is reached.
  @inline(__always)
  mutating func advance(to time: Timestamp, into outputs: inout OutputBuffer) {
    let before = streamTime
    switch streamDay.advance(to: time) {
    case .goesOn: return
    case .begins(let day): begin(day, at: time, after: before, into: &outputs)
    case .doubted: tally.doubtedTimes += 1
    }
  }

  /// The event under way begins the day.
  @inline(never)
  private mutating func begin(
    _ day: MarketDate, at time: Timestamp, after before: Timestamp, into outputs: inout OutputBuffer
  ) {
    if session != nil {
      giveOutMinutes(before: Timestamp(nanoseconds: .max), into: &outputs)
      if isDetecting { detection.endDay(into: &outputs) }
      // The event is the new day's.
      tally.events -= 1
      recordDigest(at: before, into: &outputs)
      forgetDay()
      tally.events = 1
    }
    session = day
    detection.beginDay(printsBefore: printsBefore)
    flow.beginDay(day)
    nextDigestTime = time.nextHour
    outputs.append(
      .sessionReset(
        SessionReset(session: day, time: time, printsBefore: printsBefore, cancellationsBefore: cancellationsBefore)))
    for var incident in untimedIncidents {
      incident.time = time
      outputs.append(.incident(incident))
    }
    untimedIncidents = []
  }

  /// Nobody knows yet when it was. What it does to the state it has done.
  @inline(never)
  mutating func hold(_ incident: FeedIncident) {
    // Of a feed that comes and goes for days without an event the latest will do.
    if untimedIncidents.count == FlowEngine.mostUntimedIncidents { untimedIncidents.removeFirst() }
    untimedIncidents.append(incident)
  }

  /// As if the engine had just been made, but for the numbers of prints and cancellations.
  private mutating func forgetDay() {
    printsBefore += tally.prints
    cancellationsBefore += tally.cancellations
    earlier.add(tally, refusedSweeps: sweepDetector.refused)
    remembered.forgetAll(newest: tally.prints)
    tally = Tally()
    contractCount = 0
    underlyings.deinitialize(count: underlyingCount)
    underlyingCount = 0
    greeks.removeAll()
    sweepDetector.reset()
    recent = RollingWindow()
    recovery = Recovery()
    equitiesTrustedFrom = .none
    minutesClosedBefore = Timestamp(nanoseconds: .min)
    hasEnded = false
  }

  /// The source begins again from its start: as if the engine had just been made. The same prints have the same numbers again.
  mutating func startAgain(_ incident: FeedIncident, into outputs: inout OutputBuffer) {
    forgetDay()
    earlier = Tally()
    printsBefore = 0
    cancellationsBefore = 0
    detection.beginDay(printsBefore: 0)
    flow.forgetDay()
    streamDay = StreamDay()
    session = nil
    untimedIncidents = []
    nextDigestTime = Timestamp(nanoseconds: .max)
    restarts += 1
    outputs.append(.incident(incident))
  }

  // MARK: Digests

  /// Writes down the digest as it is now: for whoever stops the engine. Nothing before the first day.
  public func recordDigest(into outputs: inout OutputBuffer) { recordDigest(at: streamTime, into: &outputs) }

  private func recordDigest(at time: Timestamp, into outputs: inout OutputBuffer) {
    guard let session else { return }
    outputs.append(
      .digest(
        DigestRecord(
          session: session, time: time, events: tally.events, prints: tally.prints, digest: digest(at: time))))
  }

  /// A clock event has reached another hour.
  @inline(never)
  mutating func recordHour(into outputs: inout OutputBuffer) {
    nextDigestTime = streamTime.nextHour
    recordDigest(into: &outputs)
  }

  // MARK: Minutes

  /// Gives out the contract's minute if stream time has left it.
  @inline(__always)
  func roll(
    _ contract: UnsafeMutablePointer<ContractState>, _ instrument: InstrumentID, into outputs: inout OutputBuffer
  ) {
    guard streamTime.nanoseconds &- contract.pointee.minute.minute.nanoseconds >= 60_000_000_000 else { return }
    if contract.pointee.minute.trades != 0 { outputs.append(.minuteBar(contract.pointee.minute.bar(of: instrument))) }
    contract.pointee.minute = MinuteSums(minute: streamTime.minuteStart)
  }

  /// Ends every minute under way that began before `minute`. Looks at the contracts once a minute at most.
  mutating func closeMinutes(before minute: Timestamp, into outputs: inout OutputBuffer) {
    guard minute > minutesClosedBefore else { return }
    minutesClosedBefore = minute
    giveOutMinutes(before: minute, into: &outputs)
    for i in 0..<contractCount where contracts[i].minute.minute < minute { contracts[i].minute = MinuteSums() }
  }

  func giveOutMinutes(before minute: Timestamp, into outputs: inout OutputBuffer) {
    for i in 0..<contractCount where contracts[i].minute.trades != 0 && contracts[i].minute.minute < minute {
      outputs.append(.minuteBar(contracts[i].minute.bar(of: InstrumentID(UInt32(i)))))
    }
  }
}

extension Timestamp {
  /// The first full hour after this moment, UTC.
  fileprivate var nextHour: Timestamp {
    let hour: Int64 = 3_600_000_000_000
    let start = nanoseconds - (nanoseconds % hour + hour) % hour
    let (next, overflow) = start.addingReportingOverflow(hour)
    return Timestamp(nanoseconds: overflow ? .max : next)
  }
}
