import Logging
import MarketModel
import Transport

/// A connection to one cluster of the vendor that comes back by itself: dials, lets itself in, holds the wanted channels and
/// hands every message with data on. Commands and status from any thread; everything else happens on the client loop's.
public final class PolygonConnection: Sendable {
  public struct Configuration: Sendable {
    /// The vendor's name of the cluster: `options`, `stocks`.
    public var cluster: String
    public var endpoint: WebSocketEndpoint
    public var key: Secret
    /// Contracts whose quotes may be held at a time.
    public var quoteLimit = Limits.quotedContracts

    public init(cluster: String, endpoint: WebSocketEndpoint, key: Secret) {
      self.cluster = cluster
      self.endpoint = endpoint
      self.key = key
    }
  }

  /// What a connection tells while it goes. Called on the network thread: to be handed on at once.
  public enum Event: Hashable, Sendable {
    case session(SessionEvent)
    /// The way to the feed is full: messages are being lost from here on.
    case overflowBegan
    /// There is room again, or the connection is gone; so many messages were lost.
    case overflowEnded(lostFrames: Int)
  }

  private let loop: ClientLoop
  private let handler: ConnectionHandler

  /// - Parameters:
  ///   - loop: may be shared with other connections; is not started here.
  ///   - push: takes a message with data off the network thread and says whether it had room. The bytes are valid during the
  ///     call; the number is the monotonic time at which the message came.
  ///   - onEvent: network thread, in order; must not block.
  public init(
    _ configuration: Configuration, loop: ClientLoop, log: Log,
    push: @escaping @Sendable (UnsafeBufferPointer<UInt8>, Int64) -> Bool,
    onEvent: @escaping @Sendable (Event) -> Void
  ) {
    self.loop = loop
    handler = ConnectionHandler(configuration, loop: loop, log: log, push: push, onEvent: onEvent)
  }

  /// How it does now.
  public var status: ConnectionStatus { handler.board.status }

  /// Dials, and dials again whenever that is needed, until `stop`.
  public func start() { loop.perform { [handler] in handler.command { $0.start(at: $1) } } }

  /// Says goodbye. `start` begins anew.
  public func stop() { loop.perform { [handler] in handler.command { $0.stop(at: $1) } } }

  /// Makes these the channels that are held, now and after every redial: the difference is asked for.
  /// - Parameter channels: the vendor's names (`T.*`, `Q.O:SPY251216C00572000`), most relevant first.
  public func hold(_ channels: [String]) {
    loop.perform { [handler] in handler.command { $0.hold(channels, at: $1) } }
  }

  /// Dials anew because the connection stands and brings nothing. Does nothing while none streams.
  public func redialMuted() { loop.perform { [handler] in handler.command { $0.redialMuted(at: $1) } } }
}
