import Logging
import MarketModel
import Testing
import Transport

@testable import Feeds

/// A session with its reader, driven by hand; time is in seconds for reading.
final class DrivenSession {
  var session: PolygonSession
  var now: Int64 = 1_000_000_000_000

  init(key: String = "secret-key-123", seed: UInt64 = 1) {
    session = PolygonSession(cluster: "options", key: Secret(key), seed: seed)
  }

  func pass(seconds: Double) -> [SessionAction] {
    now += Int64(seconds * 1e9)
    session.tick(at: now)
    return session.takeActions()
  }

  func start() -> [SessionAction] {
    session.start(at: now)
    return session.takeActions()
  }

  func open() -> [SessionAction] {
    session.opened(at: now)
    return session.takeActions()
  }

  func close(_ reason: SocketCloseReason = .lost("reset")) -> [SessionAction] {
    session.closed(reason, at: now)
    return session.takeActions()
  }

  func hold(_ channels: [String]) -> [SessionAction] {
    session.hold(channels, at: now)
    return session.takeActions()
  }

  func receive(frame text: String) -> [SessionAction] {
    var reader = StatusReader()
    var bytes = Array(text.utf8)
    _ = bytes.withUnsafeMutableBufferPointer { reader.look(at: UnsafeBufferPointer($0)) }
    session.received(reader.statuses, at: now)
    return session.takeActions()
  }

  func receive(_ status: String, _ message: String = "") -> [SessionAction] {
    receive(frame: #"[{"ev":"status","status":"\#(status)","message":"\#(message)"}]"#)
  }

  /// Dial to streaming.
  func stream(_ channels: [String] = []) -> [SessionAction] {
    _ = hold(channels)
    _ = start()
    _ = open()
    _ = receive("connected", "Connected Successfully")
    return receive("auth_success", "authenticated")
  }
}

extension [SessionAction] {
  var problem: SessionProblem? {
    for case .report(.interrupted(let problem, _, _)) in self { return problem }
    return nil
  }
  var waitSeconds: Double? {
    for case .report(.interrupted(_, _, let wait?)) in self { return Double(wait) / 1e9 }
    return nil
  }
  var sent: [String] { compactMap { if case .send(let text) = $0 { text } else { nil } } }
  var refusals: [SessionEvent] {
    compactMap { if case .report(let event) = $0, case .refused = event { event } else { nil } }
  }
}

@Suite struct SessionTests {
  @Test func goesFromDialToChannelsInOrder() {
    let driven = DrivenSession()
    #expect(driven.hold(["T.*", "Q.O:SPY251216C00572000"]) == [])
    #expect(driven.start() == [.dial])
    #expect(driven.session.state == .dialling)
    #expect(driven.open() == [])
    #expect(driven.receive("connected", "Connected Successfully") == [.authenticate])
    #expect(driven.session.state == .authenticating)
    #expect(driven.session.authenticationMessage == #"{"action":"auth","params":"secret-key-123"}"#)
    #expect(
      driven.receive("auth_success", "authenticated") == [
        .report(.streaming), .send(#"{"action":"subscribe","params":"T.*,Q.O:SPY251216C00572000"}"#),
      ])
    #expect(driven.session.state == .streaming)
    #expect(driven.receive("success", "subscribed to: T.*") == [])
    #expect(driven.session.subscriptions.acknowledgements == 1)
    #expect(driven.session.subscriptions.unanswered == ["Q.O:SPY251216C00572000"])
  }

  @Test func readsStatusesWithSpacesInAnyOrderAndTogether() {
    let driven = DrivenSession()
    _ = driven.start()
    _ = driven.open()
    #expect(
      driven.receive(frame: #" [ { "message" : "hi" , "status" : "connected" , "ev" : "status" } ] "#) == [
        .authenticate
      ])
    // One status object without an array, the text escaped.
    #expect(
      driven.receive(frame: #"{"ev":"\u0073tatus","status":"auth_\u0073uccess","message":""}"#) == [.report(.streaming)]
    )
    _ = driven.hold(["T.A", "T.B", "T.C"])
    _ = driven.receive(
      frame: #"[{"ev":"status","status":"success","message":"subscribed to: T.A"},"#
        + #"{"ev":"status","status":"success","message":"subscribed to: T.C"}]"#)
    #expect(driven.session.subscriptions.unanswered == ["T.B"])
  }

  @Test func greetingBySpecificationIsTakenToo() {
    let driven = DrivenSession()
    _ = driven.start()
    _ = driven.open()
    #expect(driven.receive("success", "Connected Successfully") == [.authenticate])
  }

  @Test func asksForNothingTwice() {
    let driven = DrivenSession()
    _ = driven.stream(["T.A", "T.B"])
    #expect(driven.hold(["T.B", "T.A"]) == [])
    #expect(
      driven.hold(["T.B", "T.C"]).sent == [
        #"{"action":"subscribe","params":"T.C"}"#, #"{"action":"unsubscribe","params":"T.A"}"#,
      ])
    #expect(driven.receive("success", "unsubscribed to: T.A") == [])
    // The vendor says nothing about channels it holds already: not a fault, and soon forgotten.
    #expect(driven.pass(seconds: 11) == [])
    #expect(driven.session.subscriptions.unanswered == [])
    #expect(driven.session.subscriptions.held == ["T.B", "T.C"])
  }

  @Test func holdsEverythingAgainAfterARedial() {
    let driven = DrivenSession()
    _ = driven.stream(["T.A"])
    _ = driven.hold(["T.A", "Q.A"])
    _ = driven.pass(seconds: 40)
    let end = driven.close()
    #expect(end.problem?.kind == .lost)
    #expect(end.waitSeconds == 0)
    #expect(driven.pass(seconds: 0) == [.dial])
    _ = driven.open()
    _ = driven.receive("connected")
    #expect(driven.receive("auth_success").sent == [#"{"action":"subscribe","params":"T.A,Q.A"}"#])
  }

  @Test func wrongKeyIsTriedOnceAMinuteAndSaidInWords() {
    let driven = DrivenSession()
    _ = driven.start()
    _ = driven.open()
    _ = driven.receive("connected")
    #expect(driven.receive("auth_failed", "authentication failed for secret-key-123") == [.close(code: 1000)])
    let end = driven.close(.closedHere)
    #expect(end.problem?.kind == .wrongKey)
    #expect(end.problem?.needsPerson == true)
    let words = end.problem?.words ?? ""
    #expect(words.contains("the vendor said: authentication failed for ***") && !words.contains("secret-key-123"))
    #expect(words.contains("MASSIVE_API_KEY or POLYGON_API_KEY"))
    #expect((60...66).contains(end.waitSeconds ?? 0))
    #expect(driven.pass(seconds: 59) == [])
    #expect(driven.pass(seconds: 8) == [.dial])
  }

  @Test func shortKeysLeaveWordsWhole() {
    let driven = DrivenSession(key: "k")
    _ = driven.start()
    _ = driven.open()
    _ = driven.receive("connected")
    _ = driven.receive("auth_failed", "the plan has no websocket for k")
    #expect(driven.close(.closedHere).problem?.words.contains("the plan has no websocket for k") == true)
  }

  @Test func planWithoutStreamHasItsOwnWords() {
    let driven = DrivenSession()
    _ = driven.start()
    _ = driven.open()
    _ = driven.receive("connected")
    _ = driven.receive(
      "auth_failed", "Your plan doesn't include websocket access. Visit https://massive.com/pricing to upgrade.")
    let end = driven.close(.closedByPeer(code: 1008, reason: ""))
    #expect(end.problem?.kind == .planWithoutStream)
    #expect(end.problem?.words.contains("plan of this API key has no WebSocket access") == true)
    #expect((end.waitSeconds ?? 0) >= 60)
  }

  @Test(arguments: [
    ("max_connections", SessionProblem.Kind.connectionLimit, UInt16(1008)), ("slow_consumer", .slowConsumer, 1008),
    ("force_disconnect", .forcedDisconnect, 1001),
  ])
  func goodbyesGiveTheReasonOfTheCloseThatFollows(status: String, kind: SessionProblem.Kind, code: UInt16) {
    let driven = DrivenSession()
    _ = driven.stream(["T.*"])
    _ = driven.pass(seconds: 60)
    #expect(driven.receive(status, "the reason") == [])
    let end = driven.close(.closedByPeer(code: code, reason: ""))
    #expect(end.problem?.kind == kind)
    #expect(end.problem?.words.contains("the vendor said: the reason") == true)
    let wait = end.waitSeconds ?? -1
    #expect(kind == .connectionLimit ? (10...30).contains(wait) : wait == 0)
  }

  @Test func goodbyeWithoutCloseIsClosedFromHere() {
    let driven = DrivenSession()
    _ = driven.stream()
    _ = driven.receive("slow_consumer", "")
    #expect(driven.pass(seconds: 4) == [.close(code: 1000)])
    #expect(driven.close(.closedHere).problem?.kind == .slowConsumer)
  }

  @Test func connectionLimitAtTheDoor() {
    let driven = DrivenSession()
    _ = driven.start()
    _ = driven.open()
    _ = driven.receive("max_connections", "Maximum number of websocket connections exceeded.")
    let end = driven.close(.closedByPeer(code: 1008, reason: "policy"))
    #expect(end.problem?.kind == .connectionLimit)
    #expect(end.problem?.words.contains("another connection of this account is open") == true)
  }

  @Test func silenceAtEachStageEndsTheDial() {
    let driven = DrivenSession()
    _ = driven.start()
    #expect(driven.pass(seconds: 31) == [.close(code: 1000)])
    #expect(driven.close(.closedHere).problem?.kind == .unreachable)
    _ = driven.pass(seconds: 30)
    _ = driven.open()
    #expect(driven.pass(seconds: 9) == [])
    #expect(driven.pass(seconds: 2) == [.close(code: 1000)])
    #expect(driven.close(.closedHere).problem?.kind == .noGreeting)
    _ = driven.pass(seconds: 30)
    _ = driven.open()
    _ = driven.receive("connected")
    #expect(driven.pass(seconds: 11) == [.close(code: 1000)])
    // The transport never says that the socket is gone.
    let end = driven.pass(seconds: 4)
    #expect(end.problem?.kind == .noAuthenticationReply)
    #expect(driven.close(.closedHere) == [])
  }

  @Test func authenticationTimeoutDialsAnew() {
    let driven = DrivenSession()
    _ = driven.stream()
    #expect(driven.receive("auth_timeout", "too late") == [.close(code: 1000)])
    #expect(driven.close(.closedHere).problem?.kind == .authenticationTimeout)
  }

  @Test func errorWithoutChannelIsForWhatGetsNoAnswer() {
    let driven = DrivenSession()
    _ = driven.stream(["T.A", "Q.A", "Q.B"])
    // Refusals come first, in the same array.
    let actions = driven.receive(
      frame: #"[{"ev":"status","status":"error","message":"not authorized"},"#
        + #"{"ev":"status","status":"error","message":"not authorized"},"#
        + #"{"ev":"status","status":"success","message":"subscribed to: T.A"}]"#)
    #expect(actions.refusals == [.refused(channels: ["Q.A", "Q.B"], count: 2, words: "not authorized")])
    #expect(driven.session.subscriptions.held == ["T.A"])
    // Not asked for again on this connection, not even unsubscribed.
    #expect(driven.hold(["T.A", "Q.A"]) == [])
  }

  @Test func errorIsResolvedWhenNoFurtherAnswerComes() {
    let driven = DrivenSession()
    _ = driven.stream(["T.A", "Q.A", "Q.B"])
    #expect(driven.receive("error", "not authorized") == [])
    #expect(driven.pass(seconds: 1) == [])
    #expect(driven.receive("success", "subscribed to: T.A") == [])
    #expect(driven.pass(seconds: 1.5) == [])
    #expect(
      driven.pass(seconds: 1).refusals == [.refused(channels: ["Q.A", "Q.B"], count: 2, words: "not authorized")])
  }

  @Test func errorThatNamesItsChannelIsForThatOne() {
    let driven = DrivenSession()
    _ = driven.stream(["T.A", "Q.A"])
    #expect(
      driven.receive("error", "not authorized: Q.A").refusals == [
        .refused(channels: ["Q.A"], count: 1, words: "not authorized: Q.A")
      ])
  }

  @Test func muteDialsAnewAtOnce() {
    let driven = DrivenSession()
    _ = driven.stream()
    _ = driven.pass(seconds: 100)
    driven.session.redialMuted(at: driven.now)
    #expect(driven.session.takeActions() == [.close(code: 1000)])
    let end = driven.close(.closedHere)
    #expect(end.problem?.kind == .muted)
    #expect(end.waitSeconds == 0)
  }

  @Test func stopEndsEverything() {
    let driven = DrivenSession()
    _ = driven.stream(["T.A"])
    driven.session.stop(at: driven.now)
    let actions = driven.session.takeActions()
    #expect(actions.first == .close(code: 1000))
    #expect(actions.problem?.kind == .stopped)
    #expect(driven.close(.closedHere) == [])
    #expect(driven.session.nextWakeNanoseconds == .max)
    #expect(driven.start() == [.dial])
  }

  @Test func unknownStatusesAreToldAndChangeNothing() {
    let driven = DrivenSession()
    _ = driven.stream()
    #expect(
      driven.receive("holiday", "closed\\nearly") == [.report(.notice(status: "holiday", words: "closed early"))])
    #expect(driven.session.state == .streaming)
  }

  @Test func nothingPrintsTheKey() {
    let driven = DrivenSession()
    _ = driven.stream(["T.A"])
    var dumped = ""
    dump(driven.session, to: &dumped)
    #expect(!dumped.contains("secret-key-123") && !"\(driven.session)".contains("secret-key-123"))
  }
}

@Suite struct SessionStatusReaderTests {
  private func look(_ text: String) -> (StatusReader.Content, [PolygonStatus]) {
    var reader = StatusReader()
    var bytes = Array(text.utf8)
    let content = bytes.withUnsafeMutableBufferPointer { reader.look(at: UnsafeBufferPointer($0)) }
    return (content, reader.statuses)
  }

  private let trade =
    #"{"ev":"T","sym":"O:SPY251216C00572000","x":302,"p":1.5,"s":1,"c":[209],"t":1765898100000,"q":1}"#
  private let status = #"{"ev":"status","status":"slow_consumer","message":"too slow"}"#

  @Test func tellsFramesApart() {
    #expect(look("[\(trade)]") == (.data, []))
    #expect(look("[]") == (.data, []))
    #expect(look("") == (.data, []))
    let found = [PolygonStatus(status: "slow_consumer", message: "too slow")]
    #expect(look("[\(status)]") == (.statusesOnly, found))
    #expect(look("[\(trade),\(status)]") == (.mixed, found))
    #expect(look("[\(status),\(trade),\(trade)]") == (.mixed, found))
    // A frame of data that happens to have the byte, and a damaged one.
    #expect(look(#"[{"ev":"LULD","T":"AAPL","u":1}]"#) == (.data, []))
    #expect(look("[\(status),{\"ev\":\"T\",") == (.mixed, found))
  }

  @Test func keepsNothingOfTheFrameBefore() {
    var reader = StatusReader()
    for (text, count) in [("[\(status)]", 1), ("[\(trade)]", 0), ("[\(status),\(status)]", 2)] {
      var bytes = Array(text.utf8)
      _ = bytes.withUnsafeMutableBufferPointer { reader.look(at: UnsafeBufferPointer($0)) }
      let statuses = reader.statuses
      #expect(statuses.count == count)
    }
  }
}
