import MarketModel

/// A print with what detectors want to know of its contract and underlying, read where the engine has it: nothing is copied for
/// detectors that do not look. Good during the call that brings it.
struct SeenPrint: BitwiseCopyable {
  private let labeled: UnsafePointer<LabeledPrint>
  private let contract: UnsafePointer<ContractState>
  /// The underlying's option flow; nil for an equity.
  private let sums: UnsafePointer<UnderlyingSums>?
  /// Trading day of the stream.
  let session: MarketDate
  /// Stream time when it was booked; later than the print's own time for one that came late.
  let time: Timestamp
  /// Whether the tape counts it in volume.
  let countsVolume: Bool

  @inline(__always)
  init(
    _ print: UnsafePointer<LabeledPrint>, contract: UnsafePointer<ContractState>,
    sums: UnsafePointer<UnderlyingSums>?, session: MarketDate, time: Timestamp, countsVolume: Bool
  ) {
    labeled = print
    self.contract = contract
    self.sums = sums
    self.session = session
    self.time = time
    self.countsVolume = countsVolume
  }

  var print: LabeledPrint { @inline(__always) get { labeled.pointee } }
  var underlying: InstrumentID { @inline(__always) get { contract.pointee.underlying } }
  /// Options; meaningless for an equity, like the next two.
  var strike: Price { @inline(__always) get { contract.pointee.strike } }
  var expiry: MarketDate { @inline(__always) get { contract.pointee.expiry } }
  var isCall: Bool { @inline(__always) get { contract.pointee.isCall } }
  var isOption: Bool { @inline(__always) get { contract.pointee.isOption } }
  /// Of the contract; `ContractReference.unknown` when not known.
  var openInterest: Int64 { @inline(__always) get { contract.pointee.openInterest } }

  // The contract's and the underlying's options today, before this print: prints and contracts.
  var contractTradesBefore: Int64 { @inline(__always) get { contract.pointee.trades &- (countsVolume ? 1 : 0) } }
  var contractVolumeBefore: Int64 { @inline(__always) get { contract.pointee.volume &- ownVolume } }
  var underlyingTradesBefore: Int64 {
    @inline(__always) get { sums.map { $0.pointee.trades &- (countsVolume ? 1 : 0) } ?? 0 }
  }
  var underlyingVolumeBefore: Int64 {
    @inline(__always) get { sums.map { $0.pointee.totalVolume &- ownVolume } ?? 0 }
  }
  private var ownVolume: Int64 { @inline(__always) get { countsVolume ? Int64(labeled.pointee.trade.size) : 0 } }
}
