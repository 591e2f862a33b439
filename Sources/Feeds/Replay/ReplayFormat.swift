/// How the bytes of a recorded file are packed; told by its first bytes, never by its name.
public enum ReplayCompression: String, Hashable, Sendable {
  case none
  case gzip
  case zstd

  init(magic: UnsafeRawBufferPointer) {
    if magic.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if magic.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      self = .zstd
    } else {
      self = .none
    }
  }
}

/// What the lines of a recorded file are; told by the first one.
public enum ReplayContent: String, Hashable, Sendable {
  /// One vendor WebSocket frame a line (NDJSON).
  case frames
  /// Polygon flat file of trades.
  case tradesFlatFile
  /// Polygon flat file of quotes.
  case quotesFlatFile
}
