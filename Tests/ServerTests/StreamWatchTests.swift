import Foundation
import MarketModel
import Testing

@testable import FlowEngine
@testable import Server

/// What a client of the stream says, and what its state has then.
@Suite struct StreamWatchTests {
  private let fixture = Fixture()
  private var broadcaster: StreamBroadcaster { fixture.core.broadcaster }

  init() { fixture.adoptMarket() }

  private func join(watching watched: String? = nil) -> FakeClient {
    let client = FakeClient()
    broadcaster.add(client, resuming: nil, watching: watched)
    return client
  }

  private func say(_ text: String, _ client: FakeClient) { fixture.core.receive(Array(text.utf8), from: client) }

  private func watch(_ symbol: String?, _ client: FakeClient) {
    say(#"{"type":"watch","symbol":\#(symbol.map { "\"\($0)\"" } ?? "null")}"#, client)
  }

  private func broadcast() {
    broadcaster.broadcastState(health: fixture.core.health(), wallTime: fixture.clock.time)
  }

  private func states(_ client: FakeClient) -> [[String: Any]] {
    client.messages.filter { $0.text("type") == "state" }
  }

  /// What a state is of: `watched`, and the grid's underlying.
  private func subjects(_ client: FakeClient) -> [[String?]] {
    states(client).map { [$0["watched"] as? String, ($0["grid"] as? [String: Any])?.text("underlying")] }
  }

  @Test func theStateIsOfWhatItsClientWatches() throws {
    let (leading, qqq, other) = (join(), join(watching: "QQQ"), join(watching: "QQQ"))
    broadcast()
    #expect(subjects(leading) == [[nil, "SPY"]])
    #expect(subjects(qqq) == [["QQQ", "QQQ"]])
    let (spyState, qqqState) = (try #require(states(leading).first), try #require(states(qqq).first))
    #expect(spyState["watched"] is NSNull)
    #expect(qqqState.objects("minutes").count == 1)
    // Encoded once for all who watch the same.
    #expect(qqq.sent.last?.message === other.sent.last?.message)
    #expect(qqq.sent.last?.delivery == .latest)
    // Nothing else differs.
    func common(_ state: [String: Any]) -> NSDictionary {
      state.filter { !["watched", "grid", "minutes"].contains($0.key) } as NSDictionary
    }
    #expect(common(spyState) == common(qqqState))
  }

  @Test func aWatchIsAnsweredAtOnceAndHolds() {
    let (client, other) = (join(), join())
    broadcast()
    watch("qqq", client)
    broadcast()
    watch("SPY", client)
    watch(nil, client)
    broadcast()
    #expect(
      subjects(client) == [
        [nil, "SPY"], ["QQQ", "QQQ"], ["QQQ", "QQQ"], ["SPY", "SPY"], [nil, "SPY"], [nil, "SPY"],
      ])
    #expect(states(client).map { $0.integer("sequence") } == [1, 1, 2, 2, 2, 3])
    #expect(subjects(other) == [[nil, "SPY"], [nil, "SPY"], [nil, "SPY"]])
  }

  @Test func aWatchBeforeTheFirstStateHoldsForIt() {
    let client = join()
    watch("QQQ", client)
    #expect(client.types == ["hello"])
    broadcast()
    #expect(subjects(client) == [["QQQ", "QQQ"]])
    // A source that begins again does not change what is looked at.
    broadcaster.follow(restarts: 1)
    broadcast()
    #expect(subjects(client).last == ["QQQ", "QQQ"])
  }

  @Test func anUnderlyingWithoutContractsHasNoGrid() throws {
    let snapshot = fixture.market()
    snapshot.underlyings.append(fixture.underlying("IBM", callPremium: 0, putPremium: 0))
    _ = fixture.model.adopt(snapshot, atNanoseconds: fixture.clock.monotonicNanoseconds)
    let (unknown, equity) = (join(watching: "NOBODY"), join(watching: "IBM"))
    broadcast()
    #expect(subjects(unknown) == [["NOBODY", nil]])
    #expect(states(unknown).first?["grid"] is NSNull)
    #expect(try #require(states(unknown).first).objects("minutes").isEmpty)
    #expect(subjects(equity) == [["IBM", nil]])
    #expect(try #require(states(equity).first).objects("minutes").count == 1)
  }

  @Test(arguments: [
    ("", "not JSON"), ("{}", "type: \"nothing\""), ("[]", "a list came; wanted an object"),
    (#"{"type":"watch","symbol":7}"#, "symbol: \"7\""), (#"{"type":"watch","symbol":"no symbol"}"#, "symbol:"),
    (#"{"type":"watch","symbol":"O:SPY251216C00672000"}"#, "wanted an underlying such as SPY"),
    (#"{"type":"watch","symbl":"SPY"}"#, "did you mean \"symbol\"?"), (#"{"type":"look","symbol":"SPY"}"#, "type:"),
    (#"{"type":"watch","type":"watch"}"#, "comes twice"),
    (#"{"type":"watch","symbol":"SPY"}"# + String(repeating: " ", count: 512), "wanted at most 512"),
  ]) func whatIsNoMessageIsAnsweredAndChangesNothing(text: String, words: String) {
    let (client, other) = (join(watching: "QQQ"), join())
    broadcast()
    say(text, client)
    #expect(client.types == ["hello", "state", "error"])
    #expect(client.messages.last?.text("detail").contains(words) == true, "\(client.messages.last ?? [:])")
    #expect(client.sent.last?.delivery == .queued)
    #expect(other.types == ["hello", "state"])
    broadcast()
    #expect(subjects(client) == [["QQQ", "QQQ"], ["QQQ", "QQQ"]])
    #expect(fixture.core.health().stream.refused == 1)
  }

  @Test func oneWhoSaysTooMuchIsToldOnceASecond() {
    let (client, other) = (join(), join())
    broadcast()
    for _ in 0..<Limits.clientRequestsPerSecond { watch("QQQ", client) }
    for _ in 0..<3 { watch("SPY", client) }
    #expect(client.types.filter { $0 == "error" }.count == 1)
    #expect(client.messages.last?.text("detail").contains("more than 20 within a second") == true)
    #expect(broadcaster.counters.refused == 3)
    watch("SPY", other)
    #expect(subjects(other).last == ["SPY", "SPY"])
    fixture.clock.advance(milliseconds: 999)
    watch("SPY", client)
    #expect(broadcaster.counters.refused == 4)
    fixture.clock.advance(milliseconds: 1)
    watch("SPY", client)
    #expect(subjects(client).last == ["SPY", "SPY"])
    #expect(broadcaster.counters.refused == 4)
  }

  @Test func oneWhoDoesNotReadIsNotWrittenTo() {
    let client = join()
    client.isBehind = true
    say("?", client)
    #expect(client.types == ["hello"])
    #expect(broadcaster.counters.refused == 1)
    #expect(broadcaster.counters.dropped == 1)
  }

  /// However many symbols a client goes through between two states, few messages are kept.
  @Test func messagesThatNobodyWatchesAnyMoreAreLetGo() {
    let round = StateRound(
      StreamState(
        epoch: "e1", sequence: 1, streamTime: .none, wallTime: Fixture.open, health: Array("{}".utf8),
        underlyings: Array("[]".utf8), top: Array("[]".utf8)), model: fixture.model)
    let messages = ["A", "B", "QQQ", nil].map { round.message(watching: $0) }
    #expect(round.messageCount == 4)
    round.keepOnly { $0 == nil || $0 == "QQQ" }
    #expect(round.messageCount == 2)
    #expect(round.message(watching: "QQQ") === messages[2])
    #expect(round.message(watching: "A") !== messages[0])
  }

  @Test func oneWhoLeftSaysNothing() {
    let client = join()
    broadcaster.remove(client)
    watch("QQQ", client)
    #expect(client.types == ["hello"])
    #expect(broadcaster.clientCount == 0)
  }
}
