import Clocks
import MarketModel

/// Sends one message through a channel at once, beside the outbox: `marketflow alerts test`.
public enum ChannelTest {
  /// - Returns: nil when it was delivered; else why not, without secrets.
  public static func send(through channel: ChannelConfiguration) -> String? {
    let now = Timestamp(nanoseconds: SystemClock.wallNanoseconds)
    let message = OutboundMessage(
      severity: .info, title: "Test message of marketflow",
      text: "Somebody asked whether messages arrive through channel \(channel.name). They do.",
      fields: [
        OutboundMessage.Field("Channel", channel.name), OutboundMessage.Field("Kind", channel.destination.kind),
      ],
      time: now)
    let delivery = Delivery(
      id: 1, idempotencyKey: "test/\(now.nanoseconds)/\(channel.name)", alertID: 0, channel: channel.name,
      message: message)
    let sender = Sender()
    sender.start(delivery, through: channel, ticket: delivery.id)
    while true {
      for (_, outcome) in sender.advance() {
        switch outcome {
        case .delivered: return nil
        case .failed(let failure): return failure.words
        }
      }
      // Every kind of sending has its own end to patience.
      sender.wait(milliseconds: 1_000)
    }
  }
}
