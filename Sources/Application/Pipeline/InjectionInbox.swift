import Feeds
import JSONText
import MarketModel
import Rings
import Server
import Synchronization

/// Trades entered by hand on their way to the feed thread, as frames of the vendor's own form: they go through the same
/// decoder as everything else.
final class InjectionInbox: Sendable {
  /// Trades waiting for the feed thread; it takes them within milliseconds.
  static let capacity = 256

  private let waiting = Mutex<[InjectedTrade]>([])
  private let isFilled = Atomic<Bool>(false)
  private let hasTaken = Atomic<Bool>(false)
  private let streamNanoseconds = Atomic<Int64>(0)
  private let closedReason = Mutex<String?>(nil)
  private static let oldestNanoseconds: Int64 = 86_400_000_000_000
  /// Wakes the feed thread out of its pause.
  let bell = Doorbell()

  func offer(_ trade: InjectedTrade) -> InjectionOutcome {
    if let reason = refusal(of: trade) { return .refused(reason) }
    let accepted = waiting.withLock { waiting in
      guard waiting.count < InjectionInbox.capacity else { return false }
      waiting.append(trade)
      return true
    }
    guard accepted else { return .full }
    hasTaken.store(true, ordering: .relaxed)
    isFilled.store(true, ordering: .releasing)
    bell.ring()
    return .accepted
  }

  /// Whether any trade was entered by hand so far.
  var wasUsed: Bool { hasTaken.load(ordering: .relaxed) }

  private func refusal(of trade: InjectedTrade) -> String? {
    if let reason = closedReason.withLock({ $0 }) { return "the feed takes no trades: \(reason)" }
    guard let time = trade.time else { return nil }
    let now = Timestamp(nanoseconds: streamNanoseconds.load(ordering: .relaxed))
    // A trade by hand must not move the stream's time: it would close minutes, or the day, for everybody.
    if time > now { return "time \(time.rfc3339) is later than the stream's (\(now.rfc3339)); leave it out for now" }
    if now - time > InjectionInbox.oldestNanoseconds {
      return "time \(time.rfc3339) is more than a day before the stream's (\(now.rfc3339))"
    }
    return nil
  }

  /// Feed thread: stream time has come this far.
  func noteStreamTime(_ time: Timestamp) { streamNanoseconds.store(time.nanoseconds, ordering: .relaxed) }

  /// Feed thread: nobody will take trades any more.
  func close(_ reason: String) { closedReason.withLock { $0 = reason } }

  /// Cheap enough to ask for every frame.
  var isEmpty: Bool { !isFilled.load(ordering: .acquiring) }

  func takeAll() -> [InjectedTrade] {
    waiting.withLock { waiting in
      isFilled.store(false, ordering: .releasing)
      defer { waiting.removeAll(keepingCapacity: true) }
      return waiting
    }
  }

  /// A frame with that one trade, padded for the decoder.
  static func frame(_ trade: InjectedTrade, streamTime: Timestamp) -> [UInt8] {
    var json = JSONWriter()
    json.array { json in
      json.object { json in
        json.field("ev", "T")
        json.field("sym", trade.symbol)
        json.field("x", trade.venue.rawValue)
        json.field("p", micros: trade.price.micros)
        json.field("s", trade.size)
        json.field("c", array: { json in for id in trade.conditions { json.value(id) } })
        json.field("t", (trade.time ?? streamTime).milliseconds)
      }
    }
    return json.bytes
  }
}
