/// The ids that are in use: one range for each run, with wide gaps in between that nobody should walk through.
struct PrintBlocks {
  /// Highest first.
  private let blocks: [ClosedRange<Int64>]
  /// Blocks before this one lie above everything that is still asked for.
  private var position = 0

  init(_ blocks: [ClosedRange<Int64>]) { self.blocks = blocks }

  /// The id from which on, up to `end` (exclusive), so many ids are in use, or all there are; nil when there are none.
  /// `end` never grows from call to call.
  mutating func lowest(below end: Int64, prints: Int64) -> Int64? {
    var wanted = prints
    var lowest: Int64?
    while position < blocks.count {
      let block = blocks[position]
      let upper = min(block.upperBound, end - 1)
      if upper >= block.lowerBound {
        let count = upper - block.lowerBound + 1
        if count > wanted { return upper - wanted + 1 }
        wanted -= count
        lowest = block.lowerBound
        if wanted == 0 { return lowest }
      }
      position += 1
    }
    return lowest
  }
}
