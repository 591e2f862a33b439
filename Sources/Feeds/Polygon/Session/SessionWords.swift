import Logging
import MarketModel
import Transport

/// What people read about a session's problems; the vendor's own words are in each, the key in none.
struct SessionWords {
  /// `options`, `stocks`.
  let cluster: String
  let key: Secret

  private var subject: String { "\(cluster) stream" }

  func problem(_ kind: SessionProblem.Kind, vendor: String = "") -> SessionProblem {
    let said = vendor.isEmpty ? "" : " (the vendor said: \(clean(vendor)))"
    return SessionProblem(kind, "\(subject): \(body(kind, said))")
  }

  private func body(_ kind: SessionProblem.Kind, _ said: String) -> String {
    switch kind {
    case .unreachable: "no connection\(said); check network, proxy and endpoint"
    case .lost: "the connection broke\(said)"
    case .closedByVendor: "the vendor closed the connection\(said)"
    case .noGreeting:
      "connected, but no greeting within 10 s\(said); a Polygon/Massive WebSocket is wanted, check the endpoint"
    case .noAuthenticationReply: "no answer to the API key within 10 s\(said)"
    case .authenticationTimeout: "the vendor asks for the API key again\(said)"
    case .wrongKey:
      "the API key was refused\(said); a valid key is wanted, set MASSIVE_API_KEY or POLYGON_API_KEY; "
        + "it is tried again once a minute"
    case .planWithoutStream:
      "the plan of this API key has no WebSocket access\(said); a plan with \(cluster) streaming is wanted; "
        + "it is tried again once a minute"
    case .connectionLimit:
      "another connection of this account is open\(said); close the other program or buy a further connection"
    case .slowConsumer: "the vendor cut us off as too slow\(said); hold fewer channels or use a faster machine"
    case .forcedDisconnect: "the vendor asked us to leave\(said)"
    case .muted: "connected, but nothing came\(said); dialled anew"
    case .stopped: "stopped\(said)"
    }
  }

  /// The end of a socket for which no status message gave the reason.
  func problem(closed reason: SocketCloseReason) -> SessionProblem {
    switch reason {
    case .unreachable(let words): problem(.unreachable, detail: words)
    case .lost(let words): problem(.lost, detail: words)
    case .closedByPeer(let code, let words):
      problem(.closedByVendor, detail: "code \(code)" + (words.isEmpty ? "" : ": \(words)"))
    case .closedHere: problem(.stopped)
    }
  }

  private func problem(_ kind: SessionProblem.Kind, detail: String) -> SessionProblem {
    SessionProblem(kind, "\(subject): \(body(kind, detail.isEmpty ? "" : " (\(clean(detail)))"))")
  }

  /// The vendor's words fit for a log: no control characters, bounded, and no key, whatever the other side echoes.
  func clean(_ words: String) -> String {
    let visible = String(words.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    let secret = key.reveal()
    let safe =
      secret.utf8.count < Limits.redactedKeyBytes
      ? visible
      : visible.split(separator: secret, omittingEmptySubsequences: false)
        .joined(separator: "***")
    guard safe.utf8.count > Limits.vendorWordsBytes else { return safe }
    return String(decoding: safe.utf8.prefix(Limits.vendorWordsBytes), as: UTF8.self) + "…"
  }
}
