/// Which column of a Polygon flat file holds what; read from its header, since columns come and go.
struct FlatFileHeader {
  enum Column: Int, CaseIterable {
    case ticker, conditions, correction, exchange, price, size, time, sequence, reportingFacility
    case askExchange, askPrice, askSize, bidExchange, bidPrice, bidSize

    init?(vendorName name: String) {
      switch name {
      case "ticker": self = .ticker
      case "conditions": self = .conditions
      case "correction": self = .correction
      case "exchange": self = .exchange
      case "price": self = .price
      case "size": self = .size
      case "sip_timestamp": self = .time
      case "sequence_number": self = .sequence
      case "trf_id": self = .reportingFacility
      case "ask_exchange": self = .askExchange
      case "ask_price": self = .askPrice
      case "ask_size": self = .askSize
      case "bid_exchange": self = .bidExchange
      case "bid_price": self = .bidPrice
      case "bid_size": self = .bidSize
      default: return nil
      }
    }
  }

  let content: ReplayContent
  /// By position in the row; nil = not used.
  let columns: [Column?]

  /// What is wanted where there is none.
  static let description = "trades_v1 or quotes_v1 flat file (ticker,…,sip_timestamp,…)"

  /// Nil when the line is not the header of a trades or quotes file.
  init?(line: UnsafeBufferPointer<UInt8>) {
    let text = String(decoding: line, as: UTF8.self)
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map { name in
      name.trimmingPrefix { $0 == " " || $0 == "\"" || $0 == "\u{FEFF}" }.prefix { $0 != "\"" && $0 != " " }
    }
    columns = names.map { Column(vendorName: String($0)) }
    let present = Set(columns.compactMap { $0 })
    if present.isSuperset(of: [.ticker, .price, .size, .time]) {
      content = .tradesFlatFile
    } else if present.isSuperset(of: [.ticker, .bidPrice, .askPrice, .time]) {
      content = .quotesFlatFile
    } else {
      return nil
    }
  }
}
