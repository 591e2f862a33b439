import Clocks
import Logging
import MarketModel

/// Watches a live feed and steers it: which channels the sockets hold, when a mute one is dialled anew, what was missed and is
/// asked for again. Looks around four times a second; whatever waits for an answer runs beside it.
actor PolygonControl {
  private let settings: PolygonFeedSettings
  private let links: PolygonLinks
  private let log: Log
  private var spots: [String: SpotSources] = [:]
  private var windows: StrikeWindows
  private var quoted: QuotedContracts
  private var watches: [PolygonStream: MuteWatchdog]
  /// What the sockets were told to hold last.
  private var channels: [PolygonStream: [String]] = [:]
  private var gapNumber: UInt32 = 0
  private var gapsLookedInto: Int64 = 0
  /// Gaps that an earlier life of the process left open, until their stream is there.
  private var leftOpen: [FeedIncident] = []
  private var chainSizes: [String: Int] = [:]
  /// Gaps whose end is not certain yet, oldest first.
  private var settling: [SettlingGap] = []
  private var newestEvent = (time: Timestamp.none, seen: SystemClock.monotonicNanoseconds)

  /// How far a delayed plan is behind.
  static let delayNanoseconds: Int64 = 900_000_000_000
  /// The event that ends a gap may be a print that is reported late: the newest event so much later is surely of after it.
  static let settleNanoseconds: Int64 = 1_000_000_000
  static let tickNanoseconds: UInt64 = 250_000_000

  init(_ settings: PolygonFeedSettings, links: PolygonLinks, log: Log) {
    self.settings = settings
    self.links = links
    self.log = log
    let followed = settings.filter.underlyings
    windows = StrikeWindows(
      settings.isDelayed
        ? [] : followed.map { StrikeWindowSettings(underlying: $0, strikesEachSide: settings.strikesEachSide) })
    quoted = QuotedContracts(limit: settings.isDelayed ? 0 : settings.quotedContracts)
    for underlying in followed {
      spots[underlying] = SpotSources(configured: settings.defaultSpots[underlying] ?? .zero)
    }
    let delay = settings.isDelayed ? PolygonControl.delayNanoseconds : 0
    watches = Dictionary(
      uniqueKeysWithValues: links.connections.keys.map { ($0, MuteWatchdog(delayNanoseconds: delay)) })
  }

  /// Steers until the task is cancelled.
  /// - Parameter standing: what an earlier life of the process left.
  func run(from standing: LiveStanding) async {
    gapNumber = standing.highestGap
    let scopes = links.connections.keys.map(\.scope)
    leftOpen = standing.openGaps.filter { scopes.contains($0.scope) }
    gapsLookedInto = Int64(standing.openGaps.count)
    for gap in standing.openGaps where !scopes.contains(gap.scope) {
      // That stream is not followed any more.
      links.inbox.offer(
        .incident(
          FeedIncident(kind: .gapUnfilled, time: gap.time, scope: gap.scope, gap: gap.gap, from: gap.from)))
    }
    holdChannels()
    for connection in links.connections.values { connection.start() }
    links.poller.follow(settings.filter.underlyings.map(PolygonTicker.underlying))
    async let closes: Void = readPreviousCloses()
    while !Task.isCancelled {
      tick()
      do { try await Task.sleep(nanoseconds: PolygonControl.tickNanoseconds) } catch { break }
    }
    await closes
    for connection in links.connections.values { connection.stop() }
    closeBooks()
  }

  // MARK: Looking around

  private func tick() {
    let monotonic = SystemClock.monotonicNanoseconds
    for (stream, event) in links.takeEvents() { hear(event, of: stream, at: monotonic) }
    for stream in PolygonStream.allCases { watch(stream, at: monotonic) }
    takeDamage(at: monotonic)
    while let gap = settling.first, monotonic - gap.since >= PolygonControl.settleNanoseconds {
      found(settling.removeFirst())
    }
    for cycle in links.takeCycles() { take(cycle) }
    followSpots()
    publish()
  }

  /// The last look: nobody waits any more for the certain end of a gap, and an uncertain one is better than none.
  private func closeBooks() {
    takeDamage(at: SystemClock.monotonicNanoseconds)
    while !settling.isEmpty { found(settling.removeFirst()) }
    publish()
  }

  private func hear(_ event: SessionEvent, of stream: PolygonStream, at monotonic: Int64) {
    switch event {
    case .streaming:
      watches[stream]?.connected(at: monotonic)
      takeUp(leftOpen.filter { $0.scope == stream.scope }, at: monotonic)
    case .interrupted(_, let wasStreaming, _):
      // The feed's thread sees what is missing, and between which events.
      if wasStreaming { watches[stream]?.disconnected() }
    case .refused, .notice:
      // The connection has logged them, and its status tells of the refused.
      break
    }
  }

  private func watch(_ stream: PolygonStream, at monotonic: Int64) {
    guard watches[stream] != nil, let connection = links.connections[stream] else { return }
    let silence = watches[stream]?.check(
      received: connection.status.frames, streamTime: links.observations.lastEventTime(stream.scope) ?? .none,
      wall: Timestamp(nanoseconds: SystemClock.wallNanoseconds), at: monotonic)
    if let silence {
      log.warning(
        "feed",
        "\(stream.cluster): connected, but nothing has come for \(silence / 1_000_000_000) s of an open market; dialling anew"
      )
      connection.redialMuted()
    }
  }

  // MARK: Gaps

  private struct SettlingGap {
    var scope: FeedIncident.Scope
    var from: Timestamp
    var to: Timestamp
    /// Monotonic.
    var since: Int64
    /// Of a gap that an earlier life of the process has announced; nil for one that is new.
    var number: UInt32?
  }

  /// Gaps that were open when an earlier life of the process ended: the streams know of them, the vendor's history is to be
  /// asked again.
  private func takeUp(_ gaps: [FeedIncident], at monotonic: Int64) {
    for gap in gaps {
      settling.append(
        SettlingGap(
          scope: gap.scope, from: min(gap.from, gap.time), to: gap.time, since: monotonic, number: gap.gap))
    }
    leftOpen.removeAll { gap in gaps.contains { $0.gap == gap.gap } }
  }

  private func takeDamage(at monotonic: Int64) {
    for damage in links.observations.takeDamage() {
      // Frames that found no room may have been of any stream, followed or not.
      for scope in links.connections.keys.map(\.scope) where damage.scope == .everything || damage.scope == scope {
        settling.append(SettlingGap(scope: scope, from: damage.from, to: damage.to, since: monotonic))
      }
    }
  }

  private func found(_ gap: SettlingGap) {
    let number = gap.number ?? gapNumber + 1
    var to = gap.to
    if gap.number == nil {
      // What was announced before has its end already: what came since then is none of it.
      to = max(to, links.observations.lastEventTime(gap.scope) ?? to)
      gapNumber = number
      gapsLookedInto += 1
      links.inbox.offer(
        .incident(FeedIncident(kind: .gapFound, time: to, scope: gap.scope, gap: number, from: gap.from)))
    }
    let isOptions = gap.scope == .options
    let followed = settings.filter.underlyings
    links.backfill.add(
      BackfillGap(
        number: number, scope: gap.scope, from: gap.from, to: to,
        underlyings: isOptions ? followed.map(PolygonTicker.underlying) : followed,
        quotedContracts: isOptions ? windows.held.map(\.polygonText) : [],
        tradedContracts: isOptions ? settings.filter.contracts.map(\.polygonText) : [], filter: settings.filter))
    log.info(
      "feed",
      "\(isOptions ? "options" : "stocks"): gap \(gap.number == nil ? "found" : "left open before"), asking the vendor's history",
      ["gap": "\(number)", "from": gap.from.rfc3339, "to": to.rfc3339])
  }

  // MARK: Spots, windows, channels

  private func followSpots() {
    let now = links.clock.now
    var readings: [String: SpotReading] = [:]
    for underlying in settings.filter.underlyings {
      if let trade = links.observations.spot(underlying) {
        spots[underlying]?.trade = (trade.price, trade.time)
        links.poller.noteSpot(PolygonTicker.underlying(underlying), trade.price)
      }
      guard let reading = spots[underlying]?.reading(at: now), reading.price > .zero else { continue }
      readings[underlying] = reading
    }
    let change = windows.follow(readings, at: now)
    if quoted.follow(windows: windows.held) { holdChannels() }
    if !change.isEmpty {
      for underlying in Set(change.subscribe.map(\.underlying)) {
        links.poller.demand(PolygonTicker.underlying(underlying))
      }
    }
  }

  private func holdChannels() {
    var wanted: [PolygonStream: [String]] = [
      .options: settings.filter.optionTradeChannels + quoted.held.map { "Q." + $0.polygonText }
    ]
    if settings.followsStocks { wanted[.stocks] = settings.filter.equityTradeChannels }
    for (stream, list) in wanted where channels[stream] != list {
      let before = QuoteChannels.symbols(in: channels[stream] ?? [])
      let now = QuoteChannels.symbols(in: list)
      let begun = now.subtracting(before)
      let ended = before.subtracting(now)
      // Said before it is asked for, so that no quote comes earlier.
      if !begun.isEmpty { links.inbox.offer(.quotesBegin(begun.sorted { $0.description < $1.description })) }
      if !ended.isEmpty { links.inbox.offer(.quotesEnded(ended.sorted { $0.description < $1.description })) }
      channels[stream] = list
      links.connections[stream]?.hold(list)
    }
  }

  private func take(_ cycle: ChainCycle) {
    let underlying = PolygonTicker.name(cycle.underlying)
    chainSizes[underlying] = cycle.contracts.count
    if let spot = cycle.spot { spots[underlying]?.chain = (spot.price, spot.time) }
    let listed = cycle.contracts.map { ListedContract(symbol: $0.option, volume: Int64($0.dayVolume ?? 0)) }
    windows.setChain(listed, of: underlying)
    if settings.filter.contracts.isEmpty { quoted.setChain(listed, of: underlying) }
    links.inbox.offer(.references(cycle.references))
  }

  /// What stands in for a price until the market tells one; asked again every minute until it is known.
  private func readPreviousCloses() async {
    var missing = settings.filter.underlyings
    while !missing.isEmpty, !Task.isCancelled {
      for underlying in missing {
        do throws(PolygonRESTError) {
          let bar = try await links.rest.previousClose(PolygonTicker.underlying(underlying))
          missing.removeAll { $0 == underlying }
          guard let close = FixedPoint.price(bar?.close), close > .zero else { continue }
          spots[underlying]?.previousClose = close
        } catch {
          if case .notEntitled = error.kind { missing.removeAll { $0 == underlying } }
          log.warning("feed", "no previous close yet: \(error)")
        }
      }
      if missing.isEmpty { return }
      do { try await Task.sleep(nanoseconds: 60_000_000_000) } catch { return }
    }
  }

  // MARK: For /health

  private func publish() {
    let now = links.clock.now
    var status = PolygonFeedStatus()
    status.windows = windows.windows.map { window in
      let name = window.settings.underlying
      return PolygonFeedStatus.Window(
        underlying: name, spot: spots[name]?.reading(at: now), picture: window.picture)
    }
    status.leftOutQuotes = max(0, windows.held.count + windows.leftOut - quoted.limit)
    status.quotedContracts = quoted.held.count
    status.chains = links.poller.states.map { state in
      let name = PolygonTicker.name(state.underlying)
      return PolygonFeedStatus.Chain(
        underlying: name, contracts: chainSizes[name] ?? 0, ageSeconds: state.ageNanoseconds.map { Double($0) / 1e9 })
    }
    status.gapsFound = gapsLookedInto
    status.isMarketClosed = !PolygonControl.isOpen(at: now)
    status.stillSeconds = stillSeconds()
    links.publish(status)
  }

  /// How long the newest event of all streams has been the newest.
  private func stillSeconds() -> Double {
    let newest = PolygonStream.allCases.compactMap { links.observations.lastEventTime($0.scope) }.max() ?? .none
    let monotonic = SystemClock.monotonicNanoseconds
    if newest != newestEvent.time { newestEvent = (newest, monotonic) }
    return Double(monotonic - newestEvent.seen) / 1e9
  }

  /// Regular hours of stocks; options of some funds go on for a quarter of an hour.
  static func isOpen(at time: Timestamp) -> Bool {
    let day = NewYorkTime(time).date
    guard let session = TradingCalendar.session(on: day) else { return false }
    return time >= session.open && time < session.close
  }
}
