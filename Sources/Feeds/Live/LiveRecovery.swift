import MarketModel

/// Turns what the inbox brought into events: interns symbols, leaves out what was handed over before, counts a gap's new
/// prints. Its memory is reused.
struct LiveRecovery: ~Copyable {
  private let instruments: InstrumentTable
  private let observations: FeedObservations
  private var batch = EventBatch()
  /// Gaps whose parts are coming in.
  private var gaps: [UInt32: Progress] = [:]

  private struct Progress {
    var newPrints: UInt32 = 0
    /// Rows had to be left out: nobody knows any more whether they came before, or their symbol was refused.
    var isIncomplete = false
  }

  init(instruments: InstrumentTable, observations: FeedObservations) {
    self.instruments = instruments
    self.observations = observations
  }

  /// The events of some items, in their order; valid until the next call.
  mutating func events(of items: [LiveItem], review: inout LiveReview) -> UnsafeBufferPointer<MarketEvent> {
    batch.removeAll()
    for item in items {
      switch item {
      case .references(let references): append(references)
      case .recovered(let part): append(part, &review.ledger)
      case .quotesBegin(let symbols): beginQuotes(symbols, review)
      case .quotesEnded(let symbols): endQuotes(symbols, review)
      case .incident(let incident):
        review.ledger.note(incident)
        batch.append(.incident(complete(incident)))
      }
    }
    return batch.events
  }

  private mutating func append(_ references: [NamedReference]) {
    var refused = 0
    for reference in references {
      guard let instrument = instruments.intern(reference.symbol) else {
        refused += 1
        continue
      }
      var values = reference.values
      values.instrument = instrument
      batch.append(.reference(values))
    }
    if refused > 0 { observations.count { $0.refusedSymbols += refused } }
  }

  private mutating func append(_ part: RecoveredPart, _ ledger: inout TradeLedger) {
    guard let instrument = instruments.intern(part.symbol) else {
      observations.count { $0.refusedSymbols += 1 }
      gaps[part.gap, default: Progress()].isIncomplete = true
      return
    }
    let scope = FeedIncident.Scope(of: instruments[instrument])
    var new = 0
    var again = 0
    var tooOld = 0
    for row in part.rows {
      switch row {
      case .quote(var quote):
        quote.instrument = instrument
        quote.flags.insert(.backfilled)
        batch.append(.quote(quote))
      case .trade(var trade):
        trade.instrument = instrument
        trade.flags.insert(.backfilled)
        if !ledger.remembers(trade.time, scope) {
          tooOld += 1
          // Read for several gaps at once: those it belongs to are not whole.
          for gap in ledger.gaps(at: trade.time, scope) { gaps[gap, default: Progress()].isIncomplete = true }
        } else if ledger.admit(trade, recoveredFor: part.gap) {
          new += 1
          batch.append(.trade(trade))
        } else {
          again += 1
        }
      }
    }
    gaps[part.gap, default: Progress()].newPrints += UInt32(new)
    if tooOld > 0 { gaps[part.gap, default: Progress()].isIncomplete = true }
    observations.count {
      $0.recovered += new
      $0.recoveredAgain += again
      $0.recoveredTooOld += tooOld
    }
  }

  /// A contract whose quotes had ended begins without one.
  private mutating func beginQuotes(_ symbols: [SymbolText], _ review: borrowing LiveReview) {
    for symbol in symbols {
      guard let instrument = instruments.intern(symbol), !review.followed.hasQuotes(instrument) else { continue }
      review.followed.beginQuotes(instrument)
      appendNoQuote(instrument, review)
    }
  }

  private mutating func endQuotes(_ symbols: [SymbolText], _ review: borrowing LiveReview) {
    for symbol in symbols {
      // A symbol that the table has no room for has no quotes to end.
      guard let instrument = instruments.intern(symbol) else { continue }
      review.followed.endQuotes(instrument)
      appendNoQuote(instrument, review)
    }
  }

  /// A quote without bid and ask: what is printed from here on finds none.
  private mutating func appendNoQuote(_ instrument: InstrumentID, _ review: borrowing LiveReview) {
    guard review.streamTime != .none else { return }
    batch.append(.quote(Quote(time: review.streamTime, bid: .zero, ask: .zero, instrument: instrument)))
  }

  /// A closed gap learns how many of its prints were new.
  private mutating func complete(_ incident: FeedIncident) -> FeedIncident {
    guard incident.kind == .gapFilled || incident.kind == .gapUnfilled else { return incident }
    var incident = incident
    if let progress = gaps.removeValue(forKey: incident.gap) {
      incident.count = progress.newPrints
      if progress.isIncomplete { incident.kind = .gapUnfilled }
    }
    let isFilled = incident.kind == .gapFilled
    observations.count {
      if isFilled { $0.gapsFilled += 1 } else { $0.gapsUnfilled += 1 }
    }
    return incident
  }
}
