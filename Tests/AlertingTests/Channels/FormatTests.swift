import Foundation
import Logging
import MarketModel
import Testing

@testable import Alerting

/// The forms of messages, with texts that are short, long beyond every limit, and full of markup.
struct FormatTests {
  private static let nasty = "<!channel> @everyone & *b* _i_ `c` <b>x</b> [a](http://x) 👩‍👩‍👧‍👦 ünïcode\n"

  private static func message(_ repeats: Int, fields: Int) -> OutboundMessage {
    let long = String(repeating: nasty, count: repeats)
    return OutboundMessage(
      severity: .critical, title: long, text: long,
      fields: (0..<fields).map { OutboundMessage.Field("\($0) \(long)", long) }, time: Timestamp(seconds: 1_763_735_400)
    )
  }

  private static let messages = [
    message(0, fields: 0), message(0, fields: 2), message(1, fields: 3), message(3, fields: 30),
    message(200, fields: 0), message(200, fields: 1_000),
  ]

  private func object(_ bytes: [UInt8]) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  @Test(arguments: messages.indices) func slackStaysWithinItsLimits(_ index: Int) throws {
    let message = Self.messages[index]
    let body = try object(SlackFormat.body(message))
    let blocks = try #require(body["blocks"] as? [[String: Any]])
    #expect((1...50).contains(blocks.count))
    let notification = try #require(body["text"] as? String)
    #expect(notification.utf16.count <= 1_000 && !notification.contains("<"))
    for block in blocks {
      let own = block["text"] as? [String: Any]
      let fields = block["fields"] as? [[String: Any]] ?? []
      #expect(fields.count <= 10)
      for text in [own].compactMap(\.self) + fields { #expect(text["type"] as? String == "plain_text") }
      for field in fields { #expect((1...2_000).contains((field["text"] as? String ?? "").utf16.count)) }
      let limit = block["type"] as? String == "header" ? 150 : 3_000
      if let own { #expect((1...limit).contains((own["text"] as? String ?? "").utf16.count)) }
    }
  }

  @Test(arguments: messages.indices) func discordStaysWithinItsLimits(_ index: Int) throws {
    let message = Self.messages[index]
    let body = try object(DiscordFormat.body(message))
    let mentions = try #require(body["allowed_mentions"] as? [String: [String]])
    #expect(mentions == ["parse": []])
    let embeds = try #require(body["embeds"] as? [[String: Any]])
    let embed = try #require(embeds.first)
    let title = try #require(embed["title"] as? String)
    let description = embed["description"] as? String ?? "-"
    let fields = try #require(embed["fields"] as? [[String: Any]])
    #expect(
      (1...256).contains(title.utf16.count) && (1...4_096).contains(description.utf16.count) && fields.count <= 25)
    var total = title.utf16.count + description.utf16.count
    for field in fields {
      let name = try #require(field["name"] as? String), value = try #require(field["value"] as? String)
      #expect((1...256).contains(name.utf16.count) && (1...1_024).contains(value.utf16.count))
      total += name.utf16.count + value.utf16.count
    }
    #expect(total <= 6_000)
    #expect(!description.contains(" @everyone"))
  }

  @Test(arguments: messages.indices) func telegramStaysWithinItsLimits(_ index: Int) throws {
    let message = Self.messages[index]
    let body = try object(TelegramFormat.body(message, chat: "@desk"))
    #expect(body["chat_id"] as? String == "@desk" && body["parse_mode"] as? String == "HTML")
    let html = try #require(body["text"] as? String)
    var visible = html
    for tag in ["<b>", "</b>", "<i>", "</i>"] { visible = visible.replacing(tag, with: "") }
    #expect(!visible.contains("<") && !visible.contains(">") && !visible.contains("@e"))
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")] {
      visible = visible.replacing(entity, with: character)
    }
    #expect((1...4_096).contains(visible.utf16.count))
    #expect(visible.hasSuffix("2025-11-21 09:30:00.000 EST"))
  }

  @Test(arguments: messages.indices) func mailHasLinesThatServersTake(_ index: Int) throws {
    let message = Self.messages[index]
    let account = MailAccount(
      host: "h", port: 25, from: "Flow <flow@example.com>", to: ["a@example.com", "b@example.com"])
    let bytes = MailFormat.mail(message, key: "k", account: account, seconds: 784_111_777)
    let text = try #require(String(bytes: bytes, encoding: .ascii))
    let lines = text.components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { $0.count <= 78 && !$0.contains("\n") && !$0.contains("\r") })
    #expect(lines.contains("Date: Sun, 06 Nov 1994 08:49:37 +0000"))
    #expect(lines.contains("Message-ID: \(MailFormat.messageID("k"))"))
  }

  @Test(arguments: messages.indices, [1, 3, 10]) func textMessagesStayWithinTheirSegments(
    _ index: Int, _ segments: Int
  ) {
    let message = Self.messages[index]
    let body = TextMessageFormat.body(message, segments: segments)
    #expect(body.utf16.count <= min(1_600, segments == 1 ? 160 : 153 * segments))
    if !body.allSatisfy(\.isASCII) { #expect(body.utf16.count <= (segments == 1 ? 70 : 67 * segments)) }
  }

  @Test func aPlainTextMessageUsesTheWholeOfASegment() {
    let message = OutboundMessage(
      severity: .high, title: String(repeating: "a", count: 300), text: "", fields: [], time: .none)
    let body = TextMessageFormat.body(message, segments: 1)
    #expect(body.count == 160 && body.hasSuffix("aaa..."))
    let euros = OutboundMessage(
      severity: .high, title: String(repeating: "€", count: 300), text: "", fields: [], time: .none)
    #expect(TextMessageFormat.body(euros, segments: 1) == "HIGH " + String(repeating: "€", count: 76) + "...")
  }

  @Test func theFormOfATextMessageIsEncoded() {
    let account = TextMessageAccount(account: "AC1", token: Secret("t"), from: "+15550001", to: "+15550002")
    let message = OutboundMessage(severity: .low, title: "a&b=c é", text: "", fields: [], time: .none)
    let post = TextMessageFormat.post(message, account: account)
    #expect(
      String(decoding: post.body, as: UTF8.self) == "To=%2B15550002&From=%2B15550001&Body=LOW+a%26b%3Dc+%C3%A9")
    #expect(post.address.reveal() == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json")
  }

  @Test func aWebhookIsSignedOverItsIdentityTimeAndBody() throws {
    let delivery = OutboxFolder.delivery(1, channel: "hook")
    let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    let post = WebhookFormat.post(
      delivery, address: Secret("https://example.com"), signingKey: Secret(key), seconds: 1_614_265_330)
    let headers = Dictionary(uniqueKeysWithValues: post.headers.map { ($0.name, $0.value) })
    let identity = try #require(headers["webhook-id"])
    #expect(headers["Idempotency-Key"] == identity && identity == Digest.sha256Hex(delivery.idempotencyKey))
    let again = WebhookFormat.post(
      delivery, address: Secret("https://example.com"), signingKey: Secret(key), seconds: 1_614_265_331)
    #expect(again.body == post.body && again.headers.last?.value != post.headers.last?.value)
  }

  /// The example of the standard's own libraries.
  @Test func theSignatureIsTheStandardsOwn() {
    let signed = Array("msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}".utf8)
    let key = WebhookKey.bytes(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    #expect(Digest.hmacSHA256Base64(signed, key: key) == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    #expect(WebhookKey.bytes(Secret("plain")) == Array("plain".utf8))
  }

  @Test func textsAreCutBetweenCharacters() {
    #expect("abcdef".cut(to: 6) == "abcdef")
    #expect("abcdef".cut(to: 5) == "abcd…")
    #expect("ab👩‍👩‍👧‍👦cd".cut(to: 10) == "ab…")
    #expect("abc".cut(to: 0) == "")
    #expect("a&&".cut(to: 7, spelling: { $0 == "&" ? "&amp;" : String($0) }) == "a&amp;…")
  }

  @Test func linesOfTheConsoleDriveNoTerminal() {
    let message = OutboundMessage(severity: .low, title: "a\u{1B}[2Jb\nc", text: "", fields: [], time: .none)
    let line = ConsoleFormat.line(message)
    #expect(line.hasSuffix("LOW a [2Jb c\n") && line.dropLast().allSatisfy { !$0.isNewline && $0 != "\u{1B}" })
  }
}
