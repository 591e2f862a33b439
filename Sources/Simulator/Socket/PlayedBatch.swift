import MarketModel

/// One step of the stream, ready to be sent.
final class PlayedBatch: Sendable {
  /// Counts the steps, from 0.
  let number: Int
  let options: EncodedEvents
  let stocks: EncodedEvents

  init(number: Int, options: EncodedEvents, stocks: EncodedEvents) {
    self.number = number
    self.options = options
    self.stocks = stocks
  }

  var byteCount: Int { options.bytes.count + stocks.bytes.count }

  func events(of cluster: Cluster) -> EncodedEvents { cluster == .options ? options : stocks }
}

/// Events of one cluster as text, each with a comma before it.
struct EncodedEvents: Sendable {
  struct Piece: Sendable {
    var symbol: SymbolText
    var kind: ChannelKinds
    var end: Int
  }

  var bytes: [UInt8] = []
  /// In the order of `bytes`; each begins where the one before ends.
  var pieces: [Piece] = []

  mutating func append(_ text: some Collection<UInt8>, _ symbol: SymbolText, _ kind: ChannelKinds) {
    bytes.append(contentsOf: text)
    pieces.append(Piece(symbol: symbol, kind: kind, end: bytes.count))
  }

  /// What somebody with these channels is sent: as a rule one frame, none if nothing is for them.
  func frames(for channels: ChannelSet, largest: Int = SimulatorLimits.frameBytes) -> [[UInt8]] {
    var frames: [[UInt8]] = []
    var frame: [UInt8] = []
    var start = 0
    for piece in pieces {
      defer { start = piece.end }
      guard channels.wants(piece.kind, piece.symbol) else { continue }
      if !frame.isEmpty, frame.count + piece.end - start > largest {
        frames.append(EncodedEvents.closed(frame))
        frame = []
      }
      if frame.isEmpty { frame.reserveCapacity(bytes.count - start + 1) }
      frame.append(contentsOf: bytes[start..<piece.end])
    }
    if !frame.isEmpty { frames.append(EncodedEvents.closed(frame)) }
    return frames
  }

  private static func closed(_ events: [UInt8]) -> [UInt8] {
    var frame = events
    frame[0] = UInt8(ascii: "[")
    frame.append(UInt8(ascii: "]"))
    return frame
  }
}
