import MarketModel

extension PositionEffect {
  /// Whether the customer opens or closes a position, as far as sizes tell. Open interest is the last trading day's, so the
  /// day's volume stands for what may have been opened since.
  ///
  /// - `opening`: the size is above open interest and the rest of the day's volume together: more than anyone could close
  ///   (Barchart's rule, OPRA.md section 4).
  /// - `likelyOpening`: the size alone is above open interest, or the day's volume has come above it: what was open in the
  ///   morning cannot have been enough to close all of it.
  /// - `likelyClosing`: a sale of at least a tenth of open interest, the day's volume still within it. Customers mostly hold what
  ///   is open, so a large part of it that is sold is more likely given up than written anew. A convention, not a fact.
  /// - `unknown`: everything else, and always when open interest is not known.
  ///
  /// - Parameters:
  ///   - size: contracts of the print, or of the prints together.
  ///   - openInterest: of the contract; `ContractReference.unknown` when not known.
  ///   - volumeBefore: the contract's volume of the day without `size`.
  ///   - side: of the customer.
  static func infer(
    size: Int64, openInterest: Int64, volumeBefore: Int64, side: AggressorSide
  ) -> PositionEffect {
    guard openInterest >= 0, size > 0, volumeBefore >= 0 else { return .unknown }
    let (closable, overflowed) = openInterest.addingReportingOverflow(volumeBefore)
    if overflowed { return .unknown }
    if size > closable { return .opening }
    if size > openInterest || volumeBefore > openInterest - size { return .likelyOpening }
    return side == .sell && size >= (openInterest + 9) / 10 ? .likelyClosing : .unknown
  }
}
