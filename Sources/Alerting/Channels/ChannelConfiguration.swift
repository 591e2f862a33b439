import Logging

/// One place that messages go to: where, how fast, how patiently.
public struct ChannelConfiguration: Sendable {
  /// What rules and subscribers call it.
  public let name: String
  public let destination: ChannelDestination
  /// Name of the channel that takes over what this one gave up.
  public var fallback: String?
  public var pace: ChannelPace
  public var retries = RetryPolicy()
  public var breaker = BreakerPolicy()
  /// Longest a single try may take.
  public var timeoutMilliseconds = 15_000
  /// Whether its host may have a loopback, private or link-local address.
  public var allowsPrivateAddresses = false
  /// PEM file of a certificate authority of one's own.
  public var certificateAuthority: String?

  public init(name: String, destination: ChannelDestination) {
    self.name = name
    self.destination = destination
    pace = destination.pace
  }

  /// What must not be seen in an error: keys, and addresses that are keys, of which a receiver may repeat a part.
  var secrets: [Secret] {
    switch destination {
    case .console, .command: []
    case .webhook(let address, let signingKey): parts(of: address) + (signingKey.map { [$0] } ?? [])
    case .slack(let address), .discord(let address): parts(of: address)
    case .telegram(let account): [account.token]
    case .email(let account): account.password.map { [$0] } ?? []
    case .textMessage(let account): [account.token]
    }
  }

  /// The address, the path, and the pieces of it that are long enough to be a key.
  private func parts(of address: Secret) -> [Secret] {
    let text = address.reveal()
    let host = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
    let path = host.drop { $0 != "/" && $0 != "?" }
    let pieces = path.split { "/?&=".contains($0) }.filter { $0.utf8.count >= 12 }
    return [address] + ([path] + pieces).filter { $0.utf8.count > 1 }.map { Secret(String($0)) }
  }
}

/// What kind of receiver, and its account.
public enum ChannelDestination: Sendable, Equatable {
  /// A line on the server's standard error.
  case console
  /// JSON to any address, signed when there is a key.
  case webhook(address: Secret, signingKey: Secret?)
  /// An incoming webhook: whoever knows its address may write.
  case slack(address: Secret)
  case discord(address: Secret)
  case telegram(TelegramAccount)
  case email(MailAccount)
  case textMessage(TextMessageAccount)
  /// A program and its arguments, started for each message without a shell.
  case command([String])

  /// The word of the configuration.
  public var kind: String {
    switch self {
    case .console: "console"
    case .webhook: "webhook"
    case .slack: "slack"
    case .discord: "discord"
    case .telegram: "telegram"
    case .email: "email"
    case .textMessage: "sms"
    case .command: "command"
    }
  }

  /// What the receivers allow. Slack: one message a second (docs.slack.dev/apis/web-api/rate-limits, "Posting messages").
  /// Discord: five requests in two seconds for a webhook, as its headers say (docs.discord.com/developers/topics/rate-limits).
  /// Telegram: one message a second to a chat (core.telegram.org/bots/faq, "My bot is hitting limits"). Twilio: one segment a
  /// second for a long number (www.twilio.com/docs/messaging, "Understanding Twilio rate limits").
  var pace: ChannelPace {
    switch self {
    case .console: ChannelPace(perSecond: 1_000, burst: 1_000, concurrent: 1)
    case .webhook: ChannelPace(perSecond: 50, burst: 50, concurrent: 8)
    case .slack, .telegram, .textMessage: ChannelPace(perSecond: 1, burst: 1, concurrent: 1)
    case .discord: ChannelPace(perSecond: 2.5, burst: 5, concurrent: 1)
    case .email: ChannelPace(perSecond: 5, burst: 10, concurrent: 2)
    case .command: ChannelPace(perSecond: 10, burst: 10, concurrent: 2)
    }
  }
}

public struct TelegramAccount: Sendable, Equatable {
  /// The bot's.
  public var token: Secret
  /// A number, or `@channel`.
  public var chat: String
  /// `https://api.telegram.org`, or a server of one's own.
  public var server: String

  public init(token: Secret, chat: String, server: String = "https://api.telegram.org") {
    self.token = token
    self.chat = chat
    self.server = server
  }
}

public struct MailAccount: Sendable, Equatable {
  public enum Encryption: String, Sendable, CaseIterable {
    /// Begins in the clear and has to change over before anything is said.
    case startTLS = "starttls"
    /// From the first byte.
    case tls
    /// None: for a server on this machine.
    case none
  }

  public var host: String
  public var port: Int
  public var encryption: Encryption
  public var from: String
  public var to: [String]
  public var user: String?
  public var password: Secret?

  public init(
    host: String, port: Int, encryption: Encryption = .startTLS, from: String, to: [String], user: String? = nil,
    password: Secret? = nil
  ) {
    self.host = host
    self.port = port
    self.encryption = encryption
    self.from = from
    self.to = to
    self.user = user
    self.password = password
  }
}

/// An account of Twilio, or of somebody who speaks as it does.
public struct TextMessageAccount: Sendable, Equatable {
  public var account: String
  public var token: Secret
  public var from: String
  public var to: String
  public var server: String
  /// Messages that one text may be spread over, each of which is charged.
  public var segments: Int

  public init(
    account: String, token: Secret, from: String, to: String, server: String = "https://api.twilio.com",
    segments: Int = 1
  ) {
    self.account = account
    self.token = token
    self.from = from
    self.to = to
    self.server = server
    self.segments = segments
  }
}

/// How fast a channel may be written to.
public struct ChannelPace: Sendable, Equatable {
  public var perSecond: Double
  /// Messages that may go at once after a pause.
  public var burst: Double
  /// Messages under way at the same time; with one they arrive in order.
  public var concurrent: Int

  public init(perSecond: Double, burst: Double, concurrent: Int) {
    self.perSecond = perSecond
    self.burst = burst
    self.concurrent = concurrent
  }
}
