import Logging
import MarketModel
import Rings
import Transport

/// A connection to one cluster of the vendor that comes back by itself: dials, lets itself in, holds the wanted channels and
/// hands every message with data on. Commands and status from any thread; everything else happens on the client loop's.
public final class PolygonConnection: Sendable {
  public struct Configuration: Sendable {
    /// Which of the vendor's clusters it is; goes with each frame as its tag.
    public var scope: FeedIncident.Scope
    public var endpoint: WebSocketEndpoint
    public var key: Secret
    /// Instruments whose quotes may be held at a time.
    public var quoteLimit = Limits.quotedContracts

    public init(scope: FeedIncident.Scope, endpoint: WebSocketEndpoint, key: Secret) {
      self.scope = scope
      self.endpoint = endpoint
      self.key = key
    }

    /// The vendor's name of the cluster.
    public var cluster: String { scope == .equities ? "stocks" : "options" }
  }

  private let loop: ClientLoop
  private let handler: ConnectionHandler

  /// - Parameters:
  ///   - loop: may be shared with other connections; is not started here.
  ///   - frames: takes every message but those of statuses alone, tagged with the scope. Its producer is the loop's thread, so
  ///     that all connections of one loop may share it.
  ///   - bell: rung for each of them.
  ///   - onEvent: network thread, in order; must not block.
  public init(
    _ configuration: Configuration, loop: ClientLoop, frames: FrameRing, bell: Doorbell, log: Log,
    onEvent: @escaping @Sendable (SessionEvent) -> Void
  ) {
    self.loop = loop
    handler = ConnectionHandler(
      configuration, loop: loop, frames: frames, bell: bell, log: log, onEvent: onEvent)
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
