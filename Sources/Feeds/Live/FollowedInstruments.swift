import MarketModel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which prints and quotes a live feed hands over. The filter's answer is kept for each instrument, so that a print costs one
/// look.
struct FollowedInstruments: ~Copyable {
  private let instruments: InstrumentTable
  private let filter: SymbolFilter
  /// By instrument: 0 not asked yet, 1 followed, 2 not; and whether its quotes have ended.
  private let answers: UnsafeMutablePointer<UInt8>

  private static let quotesEnded: UInt8 = 4

  init(_ filter: SymbolFilter, instruments: InstrumentTable) {
    self.instruments = instruments
    self.filter = filter
    guard let memory = calloc(instruments.capacity, 1) else {
      preconditionFailure("FollowedInstruments: out of memory")
    }
    answers = memory.assumingMemoryBound(to: UInt8.self)
  }

  deinit { free(answers) }

  @inline(__always)
  func contains(_ instrument: InstrumentID) -> Bool {
    if filter.isEverything { return true }
    let answer = answers[instrument.index] & ~FollowedInstruments.quotesEnded
    return answer == 0 ? ask(instrument) : answer == 1
  }

  @inline(never)
  private func ask(_ instrument: InstrumentID) -> Bool {
    let record = instruments[instrument]
    let underlying = instruments[record.underlying].symbol
    let isFollowed =
      record.kind == .option
      ? filter.passes(record.symbol, underlying: underlying) : filter.underlyings.contains(underlying.description)
    answers[instrument.index] |= isFollowed ? 1 : 2
    return isFollowed
  }

  // MARK: Quotes

  /// False from the end of an instrument's quotes to their next beginning: what still comes of them is not kept up to date.
  @inline(__always)
  func hasQuotes(_ instrument: InstrumentID) -> Bool {
    answers[instrument.index] & FollowedInstruments.quotesEnded == 0
  }

  func endQuotes(_ instrument: InstrumentID) { answers[instrument.index] |= FollowedInstruments.quotesEnded }

  func beginQuotes(_ instrument: InstrumentID) { answers[instrument.index] &= ~FollowedInstruments.quotesEnded }
}
