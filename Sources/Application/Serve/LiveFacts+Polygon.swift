import Clocks
import Feeds
import MarketModel
import Server

extension LiveFacts {
  /// What the API says of a Polygon feed.
  init(_ status: PolygonFeedStatus) {
    self.init(
      sockets: status.connections.map { Socket($0, of: status) },
      windows: status.windows.map(Window.init),
      chains: status.chains.map {
        Chain(underlying: $0.underlying, contracts: $0.contracts, ageSeconds: $0.ageSeconds)
      },
      rest: REST(
        requests: status.rest.requests, retries: status.rest.retries, rateLimited: status.rest.rateLimited,
        failures: status.rest.failures, isHeldBack: status.rest.breaker != .closed, trouble: status.rest.lastError),
      gaps: Gaps(
        found: status.gapsFound, filled: Int64(status.observed.gapsFilled),
        unfilled: Int64(status.observed.gapsUnfilled),
        recoveredPrints: Int64(status.observed.recovered)),
      duplicates: Int64(status.observed.duplicates), filteredOut: Int64(status.observed.filteredOut),
      isMarketClosed: status.isMarketClosed, stillSeconds: status.stillSeconds)
  }
}

extension LiveFacts.Socket {
  fileprivate init(_ status: ConnectionStatus, of feed: PolygonFeedStatus) {
    // The other clusters have no contracts.
    let hasContracts = status.cluster == PolygonStream.options.cluster
    let age = SystemClock.monotonicNanoseconds - status.sinceNanoseconds
    self.init(
      stream: status.cluster, state: LiveFacts.SocketState(status),
      since: status.sinceNanoseconds == 0 ? .none : Timestamp(nanoseconds: SystemClock.wallNanoseconds - age),
      dials: Int64(status.dials), frames: status.frames, bytes: status.bytes, channels: status.heldChannels,
      acknowledged: status.acknowledgedChannels, quotedContracts: hasContracts ? feed.quotedContracts : 0,
      leftOutQuotes: status.leftOutQuotes + (hasContracts ? feed.leftOutQuotes : 0),
      refused: status.refusedChannels, refusal: status.refusal, arePrintsRefused: status.arePrintsRefused,
      overflow: status.lostFrames, trouble: status.problem?.words)
  }
}

extension LiveFacts.SocketState {
  fileprivate init(_ status: ConnectionStatus) {
    if let problem = status.problem, problem.needsPerson, status.state != .streaming {
      self = .refused
      return
    }
    switch status.state {
    case .idle, .dialling: self = .dialling
    case .awaitingGreeting, .authenticating: self = .authenticating
    case .streaming: self = .streaming
    case .waiting, .closing: self = .waiting
    }
  }
}

extension LiveFacts.Window {
  fileprivate init(_ window: PolygonFeedStatus.Window) {
    let spot = window.spot
    self.init(
      underlying: window.underlying, spot: spot?.price ?? .zero, spotOrigin: Self.name(spot?.origin),
      isStale: spot?.origin.isStale ?? true, expiry: window.picture?.expiry, center: window.picture?.centre ?? .zero,
      step: window.picture?.step ?? .zero, contracts: window.picture?.contracts.count ?? 0)
  }

  private static func name(_ origin: SpotOrigin?) -> String {
    switch origin {
    case .liveTrade: "stocks"
    case .chainSnapshot: "chain"
    case .earlierTrade: "earlier_trade"
    case .previousClose: "previous_close"
    case .configured: "default"
    case nil: "none"
    }
  }
}
