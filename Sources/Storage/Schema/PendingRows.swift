import FlowEngine
import MarketModel

/// A print on its way to the disk.
struct PendingPrint: BitwiseCopyable {
  var print: LabeledPrint
  var printID: Int64
  var contract: StoredContract
  var cancelled: Bool
}

/// What rows need of their instrument, so that filling a column touches no other table.
struct StoredContract: BitwiseCopyable {
  /// `instruments.id` in the file; 0 marks an instrument the file has not seen yet.
  var databaseID: Int32
  /// 0 call, 1 put, 255 for what is no option.
  var right: UInt8
  var strike: Price
}

/// A venue's message that voids a print.
struct PendingCancellation: BitwiseCopyable {
  var trade: Trade
  /// The void print; nil when it was not found.
  var cancelledPrintID: Int64?
  var databaseID: Int32
}

/// A finished minute of one contract.
struct PendingBar: BitwiseCopyable {
  var bar: MinuteBar
  var databaseID: Int32
}

struct PendingOpenInterest: BitwiseCopyable {
  var openInterest: OpenInterest
  var databaseID: Int32
}

/// Something that happened to the data, or a new trading day.
struct PendingIncident: BitwiseCopyable {
  var time: Timestamp
  /// Position in `Enumerations.incident`.
  var kind: UInt8
  var session: MarketDate?
  var scope = FeedIncident.Scope.everything
  var gap: UInt32 = 0
  /// `.none` for what is no gap.
  var from = Timestamp.none
  var count: UInt32 = 0
  /// By the machine's clock.
  var recordedNanoseconds: Int64
}

/// A symbol the file sees for the first time.
struct NewInstrument: BitwiseCopyable {
  var databaseID: Int32
  var instrument: Instrument
  var underlying: SymbolText
}

/// DECIMAL(18,s) holds 18 digits; what does not fit (a trillion dollars) is stored as the largest number that does.
@inline(__always)
func decimal18(_ value: Int64) -> Int64 { max(-999_999_999_999_999_999, min(999_999_999_999_999_999, value)) }

/// The market day a moment belongs to. US sessions lie between 4:00 and 20:00 in New York, which is one and the same day
/// in UTC-5 all year round, so no calendar is needed here.
public func marketDay(of time: Timestamp) -> MarketDate {
  let seconds = time.milliseconds / 1000 - 5 * 3600
  return MarketDate(daysSinceEpoch: Int32(truncatingIfNeeded: (seconds >= 0 ? seconds : seconds - 86_399) / 86_400))
}
