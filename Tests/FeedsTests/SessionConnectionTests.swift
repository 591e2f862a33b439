import Logging
import MarketModel
import Testing

@testable import Feeds

/// Over a real socket, against a server that shares no line with us.
@Suite(.serialized, .enabled(if: SessionPeer.hasPython, SessionPeer.missing)) struct SessionConnectionTests {
  private let contract = "O:SPY251216C00572000"

  private func problem(_ event: SessionEvent) throws -> SessionProblem {
    guard case .interrupted(let problem, _, _) = event else {
      Issue.record("\(event) is no interruption")
      throw CancellationError()
    }
    return problem
  }

  @Test(arguments: ["plain", "array", "spaced", "pings"]) func letsItselfInAndHandsTradesOn(scenario: String) throws {
    let peer = try SessionPeer(scenario)
    peer.connection.hold(["T.*", "Q.\(contract)"])
    peer.connection.start()
    #expect(try peer.event() == .streaming)
    #expect(try peer.saw() == "1 auth test-key")
    #expect(try peer.saw() == "1 subscribe T.*,Q.\(contract)")
    // `spaced` has two trades beside its acknowledgements.
    let expected = scenario == "spaced" ? 5 : 3
    for number in 1...expected {
      let frame = try peer.frame().filter { !" \n".contains($0) }
      #expect(frame.contains(#""ev":"T""#) && frame.contains("\"s\":\(number)"))
    }
    let status = peer.connection.status
    #expect(status.state == .streaming && status.dials == 1 && status.connections == 1 && status.problem == nil)
    #expect(status.heldChannels == 2 && status.acknowledgedChannels == 2 && status.refusedChannels == 0)
    #expect(status.frames == Int64(expected) && status.bytes > 200 && status.lostFrames == 0)
    // What is held already is not asked for again, and subscriptions go first.
    peer.connection.hold(["T.*", "Q.O:SPY251216P00572000"])
    #expect(try peer.saw() == "1 subscribe Q.O:SPY251216P00572000")
    #expect(try peer.saw() == "1 unsubscribe Q.\(contract)")
    peer.connection.stop()
    #expect(try problem(peer.event()).kind == .stopped)
    #expect(try peer.saw() == "1 closed 1000")
  }

  @Test(arguments: [
    ("force-disconnect", SessionProblem.Kind.forcedDisconnect), ("slow-consumer", .slowConsumer), ("abort", .lost),
  ]) func comesBackWithAllItsChannels(scenario: String, kind: SessionProblem.Kind) throws {
    let peer = try SessionPeer(scenario)
    peer.connection.hold(["T.*", "Q.\(contract)"])
    peer.connection.start()
    #expect(try peer.event() == .streaming)
    let end = try peer.event()
    guard case .interrupted(let problem, true, let wait?) = end else {
      Issue.record("\(end)")
      return
    }
    #expect(problem.kind == kind && wait <= 1_000_000_000)
    #expect(try peer.event() == .streaming)
    let seen = try (0..<5).map { _ in try peer.saw() }
    #expect(seen.suffix(2) == ["2 auth test-key", "2 subscribe T.*,Q.\(contract)"])
    #expect(try peer.frame().contains(#""ev":"T""#))
    #expect(peer.connection.status.dials == 2 && peer.connection.status.connections == 2)
  }

  @Test(arguments: [
    ("auth-failed", SessionProblem.Kind.wrongKey, "the vendor said: authentication failed"),
    ("no-plan", .planWithoutStream, "has no WebSocket access (the vendor said: Your plan doesn't include"),
    ("max-connections", .connectionLimit, "You may only use 1 connections at a time."),
  ]) func refusalsAreSaidInTheVendorsWords(scenario: String, kind: SessionProblem.Kind, words: String) throws {
    let peer = try SessionPeer(scenario)
    peer.connection.start()
    let problem = try problem(peer.event())
    #expect(problem.kind == kind)
    #expect(problem.words.contains(words), "\(problem.words)")
    let status = peer.connection.status
    #expect(status.state == .waiting && status.problem == problem && status.connections == 0)
    let lines = peer.lines.all
    #expect(lines.contains { $0.contains(words) && $0.contains("next dial in") })
    #expect(lines.allSatisfy { !$0.contains("test-key") })
  }

  @Test func refusedChannelsAreNamed() throws {
    let peer = try SessionPeer("refuse-quotes")
    peer.connection.hold(["T.*", "Q.\(contract)"])
    peer.connection.start()
    #expect(try peer.event() == .streaming)
    #expect(
      try peer.event() == .refused(channels: ["Q.\(contract)"], count: 1, words: "not authorized"))
    #expect(try peer.frame().contains(#""ev":"T""#))
    #expect(peer.connection.status.refusedChannels == 1 && peer.connection.status.heldChannels == 1)
  }

  @Test func muteConnectionIsDialledAnewOnDemand() throws {
    let peer = try SessionPeer("mute")
    peer.connection.hold(["T.*"])
    peer.connection.start()
    #expect(try peer.event() == .streaming)
    #expect(try peer.saw() == "1 auth test-key")
    #expect(try peer.saw() == "1 subscribe T.*")
    peer.connection.redialMuted()
    #expect(try problem(peer.event()).kind == .muted)
    #expect(try peer.event() == .streaming)
    #expect(try peer.frame().contains(#""ev":"T""#))
  }

  @Test func aFullRingMakesTheVendorWait() throws {
    // Room for about five trades; three come for each subscription.
    let peer = try SessionPeer("plain", ringBytes: 1024)
    peer.connection.hold(["T.*"])
    peer.connection.start()
    #expect(try peer.event() == .streaming)
    for count in 1...15 { peer.connection.hold(["T.*"] + (1...count).map { "Q.A\($0)" }) }
    for number in 1...48 { #expect(try peer.frame().contains("\"s\":\(number),")) }
    #expect(peer.connection.status.lostFrames == 0)
  }

  @Test func nobodyThereIsSaidAndTriedAgain() throws {
    let peer = try SessionPeer("plain", endpoint: "ws://127.0.0.1:1/options")
    peer.connection.start()
    for dial in 1...2 {
      let problem = try problem(peer.event())
      #expect(problem.kind == .unreachable && problem.words.contains("refused"), "\(problem.words)")
      #expect(peer.connection.status.dials >= dial)
    }
  }
}
