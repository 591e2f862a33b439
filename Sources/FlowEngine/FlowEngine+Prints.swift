import MarketModel

// From a print to its label, its place in sweeps and blocks, and the sums.
extension FlowEngine {
  @inline(__always)
  mutating func accept(
    _ trade: Trade, _ contract: UnsafeMutablePointer<ContractState>, _ treatment: PrintTreatment,
    _ profile: FlowConfiguration.Profile, into outputs: inout OutputBuffer
  ) {
    let size = Int64(trade.size)
    let premium = trade.price.micros &* size &* contract.pointee.multiplier
    if treatment.countsVolume, treatment.setsPrice { contract.pointee.updatePrice(trade) }
    let quote = prevailingQuote(trade, contract, profile)
    let label = infer(trade, contract, treatment, quote, tick: contract.pointee.tickDirection, profile)
    tally.count(label)
    tally.prints &+= 1

    let isOption = contract.pointee.isOption
    var print = LabeledPrint(
      number: printsBefore &+ tally.prints, trade: trade, bid: Price(micros: quote.bid), ask: Price(micros: quote.ask),
      quoteTime: quote.time, premiumMicros: premium, deltaNanos: contract.pointee.deltaNanos,
      gammaNanos: contract.pointee.gammaNanos,
      underlyingPrice: Price(micros: isOption ? contracts[contract.pointee.underlying.index].lastPrice : 0), sweepID: 0,
      side: label.side, method: label.method, flags: treatment.flags)
    if trade.flags.contains(.injected) { print.flags.insert(.injected) }
    if profile == .flow, isOption { fillGreeks(&print, contract, quote) }
    if treatment.countsVolume {
      if isOption { detect(&print, contract) }
      roll(contract, trade.instrument, into: &outputs)
      contract.pointee.add(print, setsPrice: treatment.setsPrice, time: streamTime)
      if isOption {
        let sums = underlyings + Int(contract.pointee.underlyingSlot)
        sums.pointee.add(
          time: streamTime, isCall: contract.pointee.isCall, size: size, premiumMicros: premium, side: label.side,
          netDeltaNanos: print.netDeltaNanos, underlyingPrice: print.underlyingPrice.micros)
        if isAggregating { aggregate(print, contract) }
      } else if treatment.setsPrice {
        noteUnderlyingPrice(trade.price.micros, contract)
      }
      recent.add(time: streamTime, count: 1, premiumMicros: premium)
      if profile == .flow {
        remember(
          print, contract, time: streamTime, setsPrice: treatment.setsPrice, isSweepLeg: isOption && isSweepLeg(print),
          isBackfilled: false)
      }
    } else {
      tally.excluded &+= 1
    }
    outputs.append(.print(print))
    if isDetecting { show(print, contract, time: streamTime, countsVolume: treatment.countsVolume, into: &outputs) }
  }

  /// Into the minute of the options of an equity, if it has any.
  @inline(never)
  private func noteUnderlyingPrice(_ price: Int64, _ equity: UnsafeMutablePointer<ContractState>) {
    let slot = equity.pointee.underlyingSlot
    if slot != ContractState.noSlot { underlyings[Int(slot)].note(ownPrice: price, time: streamTime) }
  }

  /// To the detectors, once the print is in the sums.
  @inline(never)
  mutating func show(
    _ print: LabeledPrint, _ contract: UnsafeMutablePointer<ContractState>, time: Timestamp, countsVolume: Bool,
    into outputs: inout OutputBuffer
  ) {
    guard let session else { return }
    let sums = contract.pointee.isOption ? underlyings + Int(contract.pointee.underlyingSlot) : nil
    withUnsafePointer(to: print) { print in
      let seen = SeenPrint(
        print, contract: contract, sums: sums.map { UnsafePointer($0) }, session: session, time: time,
        countsVolume: countsVolume)
      detection.see(seen, number: tally.prints, into: &outputs)
    }
  }

  /// The reference profile takes the newest quote whatever its time; file order is time order there.
  @inline(__always)
  private func prevailingQuote(
    _ trade: Trade, _ contract: UnsafeMutablePointer<ContractState>, _ profile: FlowConfiguration.Profile
  ) -> (bid: Int64, ask: Int64, time: Timestamp) {
    if profile == .reference {
      return (contract.pointee.book.bid, contract.pointee.book.ask, contract.pointee.book.time)
    }
    return contract.pointee.book.prevailing(at: trade)
  }

  @inline(__always)
  func infer(
    _ trade: Trade, _ contract: UnsafeMutablePointer<ContractState>, _ treatment: PrintTreatment,
    _ quote: (bid: Int64, ask: Int64, time: Timestamp), tick: Int8, _ profile: FlowConfiguration.Profile
  ) -> SideLabel {
    if let reason = treatment.withoutSide { return SideLabel(.unknown, reason) }
    let prevailing = PrevailingQuote(
      bid: quote.bid, ask: quote.ask, isKnown: quote.time != .none,
      isStale: trade.time - quote.time > configuration.staleQuoteNanoseconds)
    if profile == .reference {
      return .inferReference(price: trade.price.micros, quote: prevailing, tick: tick)
    }
    let rule = contract.pointee.isOption ? configuration.optionSideRule : configuration.equitySideRule
    return .infer(price: trade.price.micros, quote: prevailing, tick: tick, rule: rule)
  }

  @inline(__always)
  private func isSweepLeg(_ print: LabeledPrint) -> Bool {
    (print.method == .atOrAboveAsk || print.method == .atOrBelowBid)
      && print.premiumMicros >= configuration.sweep.minimumLegPremiumMicros
  }

  /// Sweeps and blocks; before the print is in the sums, because a block is measured against the prints before it.
  @inline(__always)
  private mutating func detect(_ print: inout LabeledPrint, _ contract: UnsafeMutablePointer<ContractState>) {
    if isSweepLeg(print) {
      let (sweepID, opened) = sweepDetector.add(
        instrument: print.trade.instrument, side: print.side, time: streamTime, venue: print.trade.venue,
        premiumMicros: print.premiumMicros)
      print.sweepID = sweepID
      if opened {
        tally.sweeps &+= 1
        contract.pointee.sweeps &+= 1
      }
    }
    detectBlock(&print, contract)
  }

  @inline(__always)
  mutating func detectBlock(_ print: inout LabeledPrint, _ contract: UnsafeMutablePointer<ContractState>) {
    let sums = underlyings + Int(contract.pointee.underlyingSlot)
    if blockDetector.isBlock(
      size: Int64(print.trade.size), premiumMicros: print.premiumMicros, priorCount: sums.pointee.trades,
      priorSize: sums.pointee.totalVolume)
    {
      print.flags.insert(.block)
      tally.blocks &+= 1
      contract.pointee.blocks &+= 1
    }
  }

  /// The newest print.
  /// - Parameter time: when it is booked.
  @inline(__always)
  @discardableResult
  func remember(
    _ print: LabeledPrint, _ contract: UnsafeMutablePointer<ContractState>, time: Timestamp, setsPrice: Bool,
    isSweepLeg: Bool, isBackfilled: Bool
  ) -> RememberedPrint {
    let record = RememberedPrint(
      number: tally.prints, previous: contract.pointee.newestPrint, time: time, tradeTime: print.trade.time,
      price: print.trade.price.micros, premiumMicros: print.premiumMicros, netDeltaNanos: print.netDeltaNanos,
      netGammaNanos: print.netGammaNanos, sweepID: print.sweepID, size: print.trade.size, venue: print.trade.venue,
      side: print.side, kind: print.kind, isBlock: print.flags.contains(.block), isSweepLeg: isSweepLeg,
      setsPrice: setsPrice,
      isCancelled: false, isBackfilled: isBackfilled)
    remembered.remember(record)
    contract.pointee.newestPrint = record.number
    return record
  }
}
