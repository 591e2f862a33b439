import MarketModel

// Stream time: minutes that close and days that end.
extension FlowEngine {
  /// Moves stream time forward; never back. Ends the trading day when its boundary is reached.
  @inline(__always)
  mutating func advance(to time: Timestamp, into outputs: inout OutputBuffer) {
    guard time > streamTime else { return }
    if time >= sessionBoundary, !beginSession(at: time, into: &outputs) { return }
    streamTime = time
  }

  /// - Returns: false when the time is not believed.
  @inline(never)
  private mutating func beginSession(at time: Timestamp, into outputs: inout OutputBuffer) -> Bool {
    guard doubt.believes(time, after: streamTime) else {
      tally.doubtedTimes += 1
      return false
    }
    startSession(at: time, into: &outputs)
    return true
  }

  private mutating func startSession(at time: Timestamp, into outputs: inout OutputBuffer) {
    if session != nil {
      giveOutMinutes(before: Timestamp(nanoseconds: .max), into: &outputs)
      for i in 0..<contractCount { contracts[i].startSession() }
      for i in 0..<underlyingCount { underlyings[i].startSession() }
      sweepDetector.reset()
      recent = RollingWindow()
      recovery.forgetMinutes()
    }
    let day = TradingCalendar.tradingDay(containing: time)
    session = day
    sessionBoundary = TradingCalendar.sessionBoundary(after: time)
    outputs.append(.sessionReset(SessionReset(session: day, time: time)))
  }

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
