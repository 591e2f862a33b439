import Testing

@testable import Alerting

struct ChannelFileTests {
  private func channels(_ text: String) throws(ChannelFile.Problems) -> [ChannelConfiguration] {
    try ChannelFile.channels(Array(text.utf8), file: "channels.json") {
      $0 == "KEY" ? "secret-of-the-environment" : nil
    }
  }

  private func problems(_ text: String) -> [String] {
    do { _ = try channels(text) } catch { return error.lines }
    return []
  }

  @Test func everyKindIsRead() throws {
    let found = try channels(
      """
      [{"name": "hook", "kind": "webhook", "url": "https://example.com/a", "signing_key": "$KEY"},
       {"name": "desk", "kind": "slack", "url": "https://hooks.slack.com/services/T/B/X", "fallback": "ops"},
       {"name": "game", "kind": "discord", "url": "https://discord.com/api/webhooks/1/x"},
       {"name": "chat", "kind": "telegram", "token": "1:x", "chat": "-100"},
       {"name": "ops", "kind": "email", "server": "smtp.example.com", "tls": "tls", "from": "Flow <flow@example.com>",
        "to": ["a@example.com", "b@example.com"], "user": "flow", "password": "p"},
       {"name": "phone", "kind": "sms", "account": "AC", "token": "t", "from": "+1", "to": "+2", "segments": 3},
       {"name": "tool", "kind": "command", "command": ["notify-send", "-u", "normal"], "timeout_seconds": 2.5}]
      """)
    #expect(found.map(\.name) == ["console", "hook", "desk", "game", "chat", "ops", "phone", "tool"])
    #expect(
      found[1].destination
        == .webhook(address: .init("https://example.com/a"), signingKey: .init("secret-of-the-environment")))
    #expect(found[2].fallback == "ops")
    guard case .email(let mail) = found[5].destination else { return #expect(Bool(false)) }
    #expect(mail.port == 465 && mail.encryption == .tls && mail.to.count == 2)
    #expect(found[7].destination == .command(["notify-send", "-u", "normal"]))
    #expect(found[7].timeoutMilliseconds == 2_500)
  }

  @Test func termsReplaceTheStandardOnes() throws {
    let found = try channels(
      """
      [{"name": "h", "kind": "webhook", "url": "http://127.0.0.1:1/", "allow_private_address": true, "per_second": 3,
        "burst": 4, "concurrent": 5, "attempts": 6, "retry_seconds": 0.5, "longest_retry_seconds": 2, "give_up_seconds": 60,
        "breaker_failures": 7, "breaker_seconds": 8, "certificate_authority": "ca.pem"}]
      """)[1]
    #expect(found.pace == ChannelPace(perSecond: 3, burst: 4, concurrent: 5))
    #expect(found.retries.attempts == 6 && found.retries.firstDelayNanoseconds == 500_000_000)
    #expect(found.retries.longestDelayNanoseconds == 2_000_000_000 && found.retries.giveUpNanoseconds == 60_000_000_000)
    #expect(found.breaker.failures == 7 && found.breaker.openNanoseconds == 8_000_000_000)
    #expect(found.allowsPrivateAddresses && found.certificateAuthority == "ca.pem")
  }

  @Test(arguments: [
    (#"{"#, "not JSON"), (#"{}"#, "wanted a list"), (#"[1]"#, "wanted an object"),
    (#"[{"kind": "console"}]"#, "name is missing"),
    (#"[{"name": "a b", "kind": "console"}]"#, "wanted 1 to 64 letters"),
    (#"[{"name": "a", "kind": "pager"}]"#, "wanted one of console, webhook"),
    (#"[{"name": "a", "kind": "slack"}]"#, "url is missing"),
    (#"[{"name": "a", "kind": "slack", "url": "https://x", "uRL": "y"}]"#, "uRL is no member"),
    (#"[{"name": "a", "kind": "slack", "url": "$NOWHERE"}]"#, "NOWHERE, which is not set"),
    (#"[{"name": "a", "kind": "slack", "url": "https://x/a b"}]"#, "space"),
    (#"[{"name": "a", "kind": "slack", "url": "https://x", "attempts": 0}]"#, "wanted a number from 1"),
    (#"[{"name": "a", "kind": "slack", "url": "https://x", "fallback": "a"}]"#, "falls back on itself"),
    (#"[{"name": "a", "kind": "slack", "url": "https://x", "fallback": "b"}]"#, "wanted one of a, console"),
    (#"[{"name": "a", "kind": "console"}, {"name": "a", "kind": "console"}]"#, "two channels"),
    (#"[{"name": "a", "kind": "email", "server": "h:0", "from": "a@b", "to": "c@d"}]"#, "wanted host or host:port"),
    (#"[{"name": "a", "kind": "email", "server": "h", "from": "a@b", "to": "c@d\r\nBcc: x@y"}]"#, "no mail address"),
    (#"[{"name": "a", "kind": "email", "server": "h", "from": "a@b", "to": "c@d", "user": "u"}]"#, "belong together"),
    (#"[{"name": "a", "kind": "command", "command": []}]"#, "empty"),
  ]) func aProblemIsSaid(_ text: String, _ words: String) {
    let found = problems(text)
    #expect(found.contains { $0.contains(words) }, "\(found)")
  }

  @Test func noProblemShowsASecret() {
    for text in [
      #"[{"name": "a", "kind": "slack", "url": "ftp://hidden-key"}]"#,
      #"[{"name": "a", "kind": "slack", "url": "http://hidden-key"}]"#,
      #"[{"name": "a", "kind": "slack", "url": ["hidden-key"]}]"#,
      #"[{"name": "a", "kind": "slack", "url": "https://x", "per_second": "hidden-key"}]"#, #"["hidden-key"]"#,
    ] {
      let found = problems(text)
      #expect(!found.isEmpty && !found.contains { $0.contains("hidden-key") }, "\(found)")
    }
  }
}
