import Clocks
import Feeds
import Logging
import MarketModel
import Rings
import Transport

/// What `doctor` finds out about the vendor: is it reached, does it know the key, what does the plan hold, do the clocks
/// agree, is another connection of the account open.
struct VendorCheck {
  let feed: PolygonFeedSettings
  let log: Log

  /// A clock this far from the vendor's makes ages and pauses wrong.
  static let toleratedOffsetSeconds = 2.0
  private static let socketSeconds = 15.0

  func findings() -> [DoctorCommand.Finding] {
    AsyncWait.result { await self.restFindings() } + socketFindings()
  }

  // MARK: REST

  private func restFindings() async -> [DoctorCommand.Finding] {
    guard
      let rest = PolygonREST(
        settings: PolygonRESTSettings(
          key: feed.key, endpoint: feed.restBase, rate: .perMinute(feed.requestsPerMinute),
          retry: RetryPolicy(attempts: 2), timeoutSeconds: 10))
    else { return [finding("vendor", false, "\(feed.restBase) is no address; wanted http://host:port")] }
    var findings: [DoctorCommand.Finding] = []
    do throws(PolygonRESTError) {
      let before = SystemClock.wallNanoseconds
      let status = try await rest.marketStatus()
      let middle = (before + SystemClock.wallNanoseconds) / 2
      findings.append(
        finding(
          "vendor", true, "\(feed.restBase) answers and knows the key; the market is \(status.market ?? "not named")"))
      findings.append(clock(status.serverTime, here: middle))
    } catch {
      // Nothing else can be better.
      return [finding("vendor", false, "\(error)")]
    }
    findings.append(await chain(rest))
    return findings
  }

  private func clock(_ server: Timestamp?, here: Int64) -> DoctorCommand.Finding {
    guard let server else { return finding("vendor clock", true, "the vendor does not say its time") }
    // The vendor names whole seconds: the middle of its second is the best guess.
    let offset = Double(here - server.nanoseconds) / 1e9 - 0.5
    return VendorCheck.clockFinding(offsetSeconds: offset, isVendor: isVendor)
  }

  /// Whether it is the vendor's own host, whose clock is right.
  private var isVendor: Bool { feed.restBase.hasSuffix(".massive.com") || feed.restBase.hasSuffix(".polygon.io") }

  /// - Parameters:
  ///   - offset: this machine's clock less the vendor's.
  ///   - isVendor: an endpoint of one's own may play another day.
  static func clockFinding(offsetSeconds offset: Double, isVendor: Bool) -> DoctorCommand.Finding {
    func finding(_ isFine: Bool, _ words: String) -> DoctorCommand.Finding {
      DoctorCommand.Finding(subject: "vendor clock", isFine: isFine, words: words)
    }
    if offset.magnitude <= toleratedOffsetSeconds {
      return finding(true, "within \(Int(toleratedOffsetSeconds)) s of the vendor's")
    }
    let words =
      "this machine's clock is \(words(seconds: offset.magnitude)) \(offset > 0 ? "ahead of" : "behind") the "
    guard isVendor else { return finding(true, words + "endpoint's, which may play another day") }
    return finding(false, words + "vendor's; set it, for instance with: sudo timedatectl set-ntp true")
  }

  private static func words(seconds: Double) -> String {
    if seconds < 120 { return "\(Int(seconds.rounded())) s" }
    if seconds < 7200 { return "\(Int((seconds / 60).rounded())) min" }
    if seconds < 172_800 { return "\(Int((seconds / 3600).rounded())) h" }
    return "\(Int((seconds / 86_400).rounded())) days"
  }

  private func chain(_ rest: PolygonREST) async -> DoctorCommand.Finding {
    let underlying = feed.filter.underlyings.first ?? "SPY"
    do throws(PolygonRESTError) {
      let request = ChainRequest(underlying: PolygonTicker.underlying(underlying), pageRows: 1)
      let page = try await rest.chain(request).firstPage()
      guard let row = page.rows.first else {
        return finding("vendor plan", false, "the options chain of \(underlying) is empty; check --symbols")
      }
      let parts = [
        ("greeks", row.greeks != nil), ("quotes", row.lastQuote != nil), ("prints", row.lastTrade != nil),
      ]
      let missing = parts.filter { !$0.1 }.map(\.0)
      return finding(
        "vendor plan", true,
        "has the options chain of \(underlying)"
          + (missing.isEmpty ? "" : "; its first contract has no \(missing.joined(separator: ", no "))"))
    } catch {
      return finding("vendor plan", false, "the options chain of \(underlying): \(error)")
    }
  }

  // MARK: Sockets

  private func socketFindings() -> [DoctorCommand.Finding] {
    let loop = ClientLoop(configuration: ClientLoopConfiguration(caFile: feed.certificateAuthority), log: log)
    do throws(TransportError) { try loop.start() } catch { return [finding("vendor sockets", false, "\(error)")] }
    defer { loop.stop() }
    var findings: [DoctorCommand.Finding] = []
    for stream in PolygonStream.allCases where stream == .options || feed.followsStocks {
      findings.append(socket(stream, loop))
    }
    return findings
  }

  private func socket(_ stream: PolygonStream, _ loop: ClientLoop) -> DoctorCommand.Finding {
    let subject = "vendor \(stream.cluster) socket"
    let endpoint: WebSocketEndpoint
    do throws(WebSocketEndpointError) {
      endpoint = try WebSocketEndpoint("\(feed.socketBase)/\(stream.cluster)")
    } catch {
      return finding(subject, false, "\(error)")
    }
    let bell = Doorbell()
    // Nobody reads what comes: it is only looked whether something would.
    let connection = PolygonConnection(
      PolygonConnection.Configuration(scope: stream.scope, endpoint: endpoint, key: feed.key), loop: loop,
      frames: FrameRing(capacity: 1 << 16), bell: Doorbell(), log: log, onEvent: { _ in bell.ring() })
    connection.start()
    defer { connection.stop() }
    let deadline = SystemClock.monotonicNanoseconds + Int64(VendorCheck.socketSeconds * 1e9)
    while SystemClock.monotonicNanoseconds < deadline {
      let status = connection.status
      if status.state == .streaming { return finding(subject, true, "\(endpoint) lets us in") }
      if let problem = status.problem { return finding(subject, false, problem.words) }
      bell.wait(milliseconds: 100) { false }
    }
    return finding(
      subject, false, "\(endpoint) has not let us in within \(Int(VendorCheck.socketSeconds)) s; try again")
  }

  private func finding(_ subject: String, _ isFine: Bool, _ words: String) -> DoctorCommand.Finding {
    DoctorCommand.Finding(subject: subject, isFine: isFine, words: words)
  }
}
