import MarketModel

// Prints that were missed and read from the vendor's history later. They are history: stream time, last price, tick and sweeps
// under way are those of the live stream and stay as they are; the day's sums and the minute of the print's own time get them.
extension FlowEngine {
  @inline(never)
  mutating func recover(
    _ trade: Trade, _ contract: UnsafeMutablePointer<ContractState>, _ treatment: PrintTreatment,
    into outputs: inout OutputBuffer
  ) {
    // Sums of a day that is over have been given away.
    let isOfToday = TradingCalendar.tradingDay(containing: trade.time) == session
    let isNewest = isOfToday && trade.time >= contract.pointee.lastTradeTime
    if treatment.countsVolume, treatment.setsPrice, isNewest { contract.pointee.updatePrice(trade) }
    let quote = recovery.prevailing(at: trade)
    // Which way prices went just before an older print is not known any more.
    let label = infer(trade, contract, treatment, quote, tick: isNewest ? contract.pointee.tickDirection : 0, .flow)
    tally.count(label)
    tally.prints &+= 1

    var print = LabeledPrint(
      number: printsBefore &+ tally.prints, trade: trade, bid: Price(micros: quote.bid), ask: Price(micros: quote.ask),
      quoteTime: quote.time, premiumMicros: trade.price.micros &* Int64(trade.size) &* contract.pointee.multiplier,
      deltaNanos: ContractReference.unknown, gammaNanos: ContractReference.unknown,
      underlyingPrice: underlyingPrice(at: trade, contract), sweepID: 0, side: label.side, method: label.method,
      flags: treatment.flags.union(.backfilled))
    // What our own greeks would need, the other quotes and the underlying of that moment, is not kept.
    if contract.pointee.isOption { fillVendorGreeks(&print, contract) }
    if treatment.countsVolume, isOfToday {
      if contract.pointee.isOption { detectBlock(&print, contract) }
      outputs.append(.print(print))
      book(print, contract, setsPrice: treatment.setsPrice, into: &outputs)
    } else {
      if !treatment.countsVolume { tally.excluded &+= 1 }
      outputs.append(.print(print))
    }
    if isDetecting, isOfToday {
      show(print, contract, time: streamTime, countsVolume: treatment.countsVolume, into: &outputs)
    }
  }

  /// The last price of the underlying if it is not from after the print; zero when that is not known.
  private func underlyingPrice(at trade: Trade, _ contract: UnsafeMutablePointer<ContractState>) -> Price {
    guard contract.pointee.isOption else { return .zero }
    let underlying = contracts + contract.pointee.underlying.index
    return underlying.pointee.lastTradeTime <= trade.time ? Price(micros: underlying.pointee.lastPrice) : .zero
  }

  /// Into the sums of the day and of the print's own minute.
  private mutating func book(
    _ print: LabeledPrint, _ contract: UnsafeMutablePointer<ContractState>, setsPrice: Bool,
    into outputs: inout OutputBuffer
  ) {
    let time = print.trade.time
    contract.pointee.addToDay(print)
    if contract.pointee.isOption {
      let sums = underlyings + Int(contract.pointee.underlyingSlot)
      sums.pointee.add(
        time: time, isCall: contract.pointee.isCall, size: Int64(print.trade.size), premiumMicros: print.premiumMicros,
        side: print.side, netDeltaNanos: print.netDeltaNanos, underlyingPrice: 0)
      if isAggregating { aggregate(print, contract) }
    }
    recent.add(time: time, count: 1, premiumMicros: print.premiumMicros)
    let remembered = remember(print, contract, time: time, setsPrice: setsPrice, isSweepLeg: false, isBackfilled: true)
    bookMinute(of: remembered, contract, print.trade.instrument, into: &outputs)
  }

  /// The minute under way takes the print in; one that is over is given out anew. One whose prints are not all remembered any
  /// more stays as it was given out, and is counted.
  private mutating func bookMinute(
    of print: RememberedPrint, _ contract: UnsafeMutablePointer<ContractState>, _ instrument: InstrumentID,
    into outputs: inout OutputBuffer
  ) {
    roll(contract, instrument, into: &outputs)
    let minute = print.time.minuteStart
    if contract.pointee.minute.minute == minute {
      contract.pointee.minute.addLater(print)
      return
    }
    let live = contract.pointee.minute.minute
    guard let rebuilt = recovery.minute(of: print, instrument, live: live, from: remembered) else {
      tally.unrepairedMinutes += 1
      return
    }
    outputs.append(.minuteBar(rebuilt.bar(of: instrument)))
  }

  // MARK: Incidents

  /// What an incident does to what is known.
  mutating func apply(_ incident: FeedIncident) {
    switch incident.kind {
    case .connected, .ended, .restarted: break
    case .disconnected, .muted:
      // What was quoted before the feed was lost may have changed unseen.
      forgetQuotes(incident.scope, before: Timestamp(nanoseconds: .max))
    case .gapFound:
      recovery.begin(incident.gap)
      // Found out later: quotes from behind the gap have come meanwhile, and stand.
      forgetQuotes(incident.scope, before: incident.time == .none ? Timestamp(nanoseconds: .max) : incident.time)
    case .gapFilled, .gapUnfilled: recovery.end(incident.gap)
    }
  }

  private mutating func forgetQuotes(_ scope: FeedIncident.Scope, before time: Timestamp) {
    for i in 0..<contractCount {
      switch scope {
      case .everything: break
      case .options: if !contracts[i].isOption { continue }
      case .equities: if contracts[i].isOption { continue }
      }
      contracts[i].book.forget(before: time)
    }
    // Prices of underlyings that our own greeks may rest on have to be from after it, too.
    if scope != .options { equitiesTrustedFrom = max(equitiesTrustedFrom, min(time, streamTime)) }
  }
}
