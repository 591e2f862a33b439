import Logging
import MarketModel
import Testing

@testable import Feeds
@testable import Simulator

/// The client's session against the simulated vendor's, by hand: a strike window walks while every quote that the vendor allows
/// is held.
@Suite struct SessionQuoteLimitTests {
  private var client = PolygonSession(cluster: "options", key: Secret("secret-key-123"), seed: 1)
  private var vendor = SocketSession(cluster: .options, rules: SocketSession.Rules())
  private var now: Int64 = 1_000_000_000_000
  private var refusals: [SessionEvent] = []

  private func quotes(_ range: Range<Int>) -> [String] {
    range.map { "Q.O:SPY251216C\(10_000_000 + $0 * 1000)" }
  }

  /// Carries words to and fro until nobody has any left.
  private mutating func talk() {
    while true {
      let actions = client.takeActions()
      guard !actions.isEmpty else { return }
      for action in actions {
        switch action {
        case .dial: client.opened(at: now)
        case .authenticate: hear(vendor.received(Array(client.authenticationMessage.utf8)))
        case .send(let text): hear(vendor.received(Array(text.utf8)))
        case .report(.refused(let channels, let count, let words)):
          refusals.append(.refused(channels: channels, count: count, words: words))
        case .report, .close: break
        }
      }
      if client.state == .awaitingGreeting { hear(vendor.opened()) }
    }
  }

  private mutating func hear(_ steps: [SocketSession.Step]) {
    for step in steps {
      switch step {
      case .send(let frame), .close(let frame, _):
        client.received(frame.statuses.map { PolygonStatus(status: $0.word.rawValue, message: $0.message) }, at: now)
      case .authenticate: hear(vendor.signIn(.granted))
      }
    }
  }

  private mutating func hold(_ channels: [String]) {
    client.hold(channels, at: now)
    talk()
    // Long enough for errors that name no channel to find theirs.
    now += 3_000_000_000
    client.tick(at: now)
    talk()
  }

  @Test mutating func fullWindowsWalkWithoutARefusal() {
    client.start(at: now)
    talk()
    #expect(client.state == .streaming)
    for begin in [0, 10, 20, 500, 2000, 1990, 0] {
      let wanted = ["T.*"] + quotes(begin..<begin + 1000)
      hold(wanted)
      #expect(client.subscriptions.held == Set(wanted))
      #expect(vendor.channels.quotedCount == 1000)
      #expect(client.subscriptions.unanswered.isEmpty)
    }
    #expect(refusals.isEmpty)
  }

  @Test mutating func aSmallerBoundOfTheVendorsStarvesNoStrike() throws {
    vendor = SocketSession(cluster: .options, rules: SocketSession.Rules(quotedContracts: 40))
    client.start(at: now)
    talk()
    hold(["T.*"] + quotes(0..<50))
    #expect(client.subscriptions.refused == Set(quotes(40..<50)))
    #expect(client.subscriptions.refusal?.contains("maximum of 40 option contracts") == true)
    #expect(!client.subscriptions.arePrintsRefused)
    // Ten places are free: those who were refused get them.
    hold(["T.*"] + quotes(10..<50))
    #expect(client.subscriptions.held == Set(["T.*"] + quotes(10..<50)))
    #expect(client.subscriptions.refused.isEmpty && vendor.channels.quotedCount == 40)
  }
}
