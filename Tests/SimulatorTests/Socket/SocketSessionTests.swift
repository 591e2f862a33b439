import MarketModel
import Testing

@testable import Simulator

@Suite struct SocketSessionTests {
  private func session(_ cluster: Cluster = .options, _ rules: SocketSession.Rules = SocketSession.Rules())
    -> SocketSession
  {
    var session = SocketSession(cluster: cluster, rules: rules)
    #expect(session.signIn(.granted) == [.send(StatusFrame(.authSuccess, "authenticated"))])
    return session
  }

  private func text(_ action: String, _ params: String) -> [UInt8] {
    Array("{\"action\": \"\(action)\", \"params\": \"\(params)\"}".utf8)
  }

  private func words(_ steps: [SocketSession.Step]) -> [String] {
    steps.flatMap { step -> [String] in
      guard case .send(let frame) = step else { return ["\(step)"] }
      return frame.statuses.map { "\($0.word.rawValue): \($0.message)" }
    }
  }

  @Test func speaksFirstAndAsksForAKey() {
    var session = SocketSession(cluster: .options, rules: SocketSession.Rules())
    #expect(words(session.opened()) == ["connected: Connected Successfully"])
    #expect(words(session.received(text("subscribe", "T.*"))) == ["auth_required: authenticate first"])
    #expect(session.channels.isEmpty)
    #expect(session.received(Array(#"{"action":"auth","params":"KEY"}"#.utf8)) == [.authenticate(key: "KEY")])
    #expect(words(session.signIn(.granted)) == ["auth_success: authenticated"])
    #expect(session.received(text("auth", "OTHER")).isEmpty)
  }

  @Test func refusalsCloseWithTheVendorsWords() {
    for (result, word, message) in [
      (SocketSession.SignIn.unknownKey, StatusFrame.Word.authFailed, "authentication failed"),
      (
        .noPlan, .authFailed,
        "Your plan doesn't include websocket access. Visit https://massive.com/pricing to upgrade."
      ),
      (
        .tooManyConnections(allowed: 1), .maxConnections,
        "Maximum number of websocket connections exceeded. You may only use 1 connections at a time."
      ),
    ] {
      var session = SocketSession(cluster: .options, rules: SocketSession.Rules())
      #expect(session.signIn(result) == [.close(StatusFrame(word, message), code: 1008)])
      #expect(!session.isAuthenticated)
    }
  }

  @Test func acknowledgesEachChannelOnceAndOnlyWhatChanges() {
    var session = session()
    let first = session.received(text("subscribe", "T.O:SPY251216C00572000,Q.O:SPY251216C00572000"))
    #expect(first.count == 2)
    #expect(
      words(first) == [
        "success: subscribed to: T.O:SPY251216C00572000", "success: subscribed to: Q.O:SPY251216C00572000",
      ])
    #expect(session.received(text("subscribe", "T.O:SPY251216C00572000")).isEmpty)
    #expect(session.received(text("unsubscribe", "T.O:QQQ251216C00572000")).isEmpty)
    #expect(
      words(session.received(text("unsubscribe", "T.O:SPY251216C00572000"))) == [
        "success: unsubscribed to: T.O:SPY251216C00572000"
      ])
    #expect(words(session.received(text("subscribe", "A.*, AM.*"))).count == 2)
  }

  @Test func unknownTickersAndPrefixWildcardsAreAcknowledgedAndSilent() throws {
    var session = session()
    let long = "T." + String(repeating: "X", count: 60)
    #expect(words(session.received(text("subscribe", "T.O:SPY*,T.NOTHING,\(long)"))).count == 3)
    let symbol = try #require(SymbolText("O:SPY251216C00572000"))
    #expect(!session.channels.wants(.trade, symbol))
    #expect(session.received(text("subscribe", "T.O:SPY*,\(long)")).isEmpty)
    #expect(words(session.received(text("unsubscribe", "T.O:SPY*,\(long)"))).count == 2)
  }

  @Test func refusalsComeFirst() {
    var session = session()
    #expect(
      words(session.received(text("subscribe", "T.*,Q.*,FMV.O:SPY251216C00572000"))) == [
        "error: not authorized", "error: not authorized", "success: subscribed to: T.*",
      ])
    #expect(session.channels.all == .trade)
    var stocks = self.session(.stocks)
    #expect(words(stocks.received(text("subscribe", "Q.*"))) == ["success: subscribed to: Q.*"])
  }

  @Test func quotesAreBounded() {
    var session = session(.options, SocketSession.Rules(quotedContracts: 2))
    #expect(words(session.received(text("subscribe", "Q.A,Q.B"))).count == 2)
    let third = words(session.received(text("subscribe", "Q.C,T.C")))
    #expect(third.count == 2 && third[0].hasPrefix("error: maximum of 2") && third[1] == "success: subscribed to: T.C")
    _ = session.received(text("unsubscribe", "Q.A"))
    #expect(words(session.received(text("subscribe", "Q.C"))) == ["success: subscribed to: Q.C"])
  }

  @Test func delayedPlansHaveNoOptionQuotes() {
    var session = session(.options, SocketSession.Rules(hasOptionQuotes: false))
    #expect(
      words(session.received(text("subscribe", "Q.A,T.A"))) == ["error: not authorized", "success: subscribed to: T.A"])
  }

  @Test func acknowledgesAtOnceWhenAsked() {
    var session = session(.options, SocketSession.Rules(acknowledgesAtOnce: true))
    let steps = session.received(text("subscribe", "T.A,T.B,Q.*"))
    #expect(steps.count == 1 && words(steps).count == 3)
  }

  @Test(arguments: ["", "[]", "{", "{\"action\":1}", "{\"params\":\"T.*\"}", "nonsense", "{\"action\":\"dance\"}"])
  func nonsenseIsAnErrorAndNothingElse(message: String) {
    var session = session()
    let answer = words(session.received(Array(message.utf8)))
    #expect(answer.count == 1 && answer[0].hasPrefix("error: "))
  }
}
