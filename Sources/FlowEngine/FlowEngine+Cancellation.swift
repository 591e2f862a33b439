import MarketModel

// Taking a print back. The venue's message names no print: price, size and venue must match (protocol: Polygon).
extension FlowEngine {
  @inline(never)
  mutating func cancel(
    _ trade: Trade, _ contract: UnsafeMutablePointer<ContractState>, into outputs: inout OutputBuffer
  ) {
    tally.cancellations += 1
    guard let found = remembered.match(trade, newest: contract.pointee.newestPrint) else {
      tally.unmatchedCancellations += 1
      outputs.append(.cancellation(Cancellation(cancelledNumber: 0, trade: trade)))
      return
    }
    found.pointee.isCancelled = true
    let print = found.pointee
    contract.pointee.remove(print)
    if contract.pointee.isOption {
      let sums = underlyings + Int(contract.pointee.underlyingSlot)
      sums.pointee.add(
        time: print.time, isCall: contract.pointee.isCall, size: Int64(print.size), premiumMicros: print.premiumMicros,
        side: print.side, netDeltaNanos: print.netDeltaNanos, underlyingPrice: 0, weight: -1)
      if isAggregating { disaggregate(print, of: trade.instrument, contract) }
    }
    recent.add(time: print.time, count: -1, premiumMicros: -print.premiumMicros)
    if print.isSweepLeg {
      sweepDetector.remove(
        instrument: trade.instrument, side: print.side, time: print.time, venue: print.venue,
        premiumMicros: print.premiumMicros, sweepID: print.sweepID)
    }
    if print.setsPrice { restorePrice(contract) }
    repairMinute(of: print, contract, trade.instrument, into: &outputs)
    outputs.append(.cancellation(Cancellation(cancelledNumber: printsBefore + print.number, trade: trade)))
    if isDetecting { detection.takeBack(print.number, into: &outputs) }
  }

  /// The last price is that of the newest print that still stands.
  private func restorePrice(_ contract: UnsafeMutablePointer<ContractState>) {
    guard let standing = remembered.lastPrice(newest: contract.pointee.newestPrint) else { return }
    contract.pointee.lastPrice = standing.price
    contract.pointee.lastTradeTime = standing.time
  }

  /// Opens, highs, lows and closes cannot be subtracted: the minute is built again from its remaining prints, and given out
  /// again if it was closed.
  private mutating func repairMinute(
    of print: RememberedPrint, _ contract: UnsafeMutablePointer<ContractState>, _ instrument: InstrumentID,
    into outputs: inout OutputBuffer
  ) {
    let minute = print.time.minuteStart
    recovery.forget(instrument, minute)
    guard let sums = remembered.rebuild(minute: minute, newest: contract.pointee.newestPrint) else {
      tally.unrepairedMinutes += 1
      return
    }
    if contract.pointee.minute.minute == minute {
      contract.pointee.minute = sums
    } else {
      outputs.append(.minuteBar(sums.bar(of: instrument)))
    }
  }
}
