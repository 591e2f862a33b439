import JSONText
import Logging

/// Reads one channel and collects what is wrong with it.
struct ChannelReader {
  private var members: [String: JSONValue]
  private var place: String
  private let environment: (String) -> String?
  private(set) var problems: [String] = []

  private static let kinds = ["console", "webhook", "slack", "discord", "telegram", "email", "sms", "command"]

  init(_ members: [String: JSONValue], place: String, environment: @escaping (String) -> String?) {
    self.members = members
    self.place = place
    self.environment = environment
  }

  /// Nil when something is wrong.
  mutating func channel() -> ChannelConfiguration? {
    let name = text("name") ?? ""
    if DataName.isUsable(name) {
      place += " (\(name))"
    } else {
      complain("name is \"\(name)\", wanted \(DataName.wanted)")
    }
    let kind = text("kind") ?? ""
    guard let destination = destination(kind) else { return nil }
    var channel = ChannelConfiguration(name: name, destination: destination)
    readTerms(&channel)
    for member in members.keys.sorted() { complain("\(member) is no member of a channel of kind \(kind)") }
    checkAddress(channel)
    return problems.isEmpty ? channel : nil
  }

  // MARK: Kinds

  private mutating func destination(_ kind: String) -> ChannelDestination? {
    switch kind {
    case "console": return .console
    case "webhook":
      let signingKey = optionalText("signing_key").map { Secret($0) }
      return text("url").map { .webhook(address: Secret($0), signingKey: signingKey) }
    case "slack": return text("url").map { .slack(address: Secret($0)) }
    case "discord": return text("url").map { .discord(address: Secret($0)) }
    case "telegram":
      guard let token = text("token"), let chat = text("chat") else { return nil }
      var account = TelegramAccount(token: Secret(token), chat: chat)
      if let server = optionalText("server") { account.server = server }
      return .telegram(account)
    case "email": return mailAccount().map { .email($0) }
    case "sms": return textMessageAccount().map { .textMessage($0) }
    case "command":
      guard let arguments = texts("command"), !arguments.isEmpty else { return nil }
      return .command(arguments)
    default:
      complain("kind is \"\(kind)\", wanted one of \(ChannelReader.kinds.joined(separator: ", "))")
      return nil
    }
  }

  private mutating func mailAccount() -> MailAccount? {
    let word = optionalText("tls") ?? MailAccount.Encryption.startTLS.rawValue
    guard let encryption = MailAccount.Encryption(rawValue: word) else {
      complain("tls is \"\(word)\", wanted starttls, tls or none")
      return nil
    }
    let user = optionalText("user"), password = optionalText("password").map { Secret($0) }
    if (user == nil) != (password == nil) { complain("user and password belong together, and one is missing") }
    guard let server = text("server"), let from = text("from"), let to = texts("to"), !to.isEmpty else { return nil }
    let parts = server.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let standard = encryption == .tls ? 465 : 587
    guard let host = parts.first, !host.isEmpty, !host.contains("/"),
      let port = parts.count == 2 ? Int(parts[1]) : standard, (1...65_535).contains(port)
    else {
      complain("server is \"\(server)\", wanted host or host:port")
      return nil
    }
    for address in [from] + to where !isMailAddress(address) {
      complain("\"\(address)\" is no mail address, wanted name@example.com or Name <name@example.com>")
    }
    return MailAccount(
      host: String(host), port: port, encryption: encryption, from: from, to: to, user: user, password: password)
  }

  private mutating func textMessageAccount() -> TextMessageAccount? {
    guard let account = text("account"), let token = text("token"), let from = text("from"), let to = text("to") else {
      return nil
    }
    var found = TextMessageAccount(account: account, token: Secret(token), from: from, to: to)
    if let server = optionalText("server") { found.server = server }
    if let segments = number("segments", 1...10) { found.segments = Int(segments) }
    return found
  }

  // MARK: Terms

  private mutating func readTerms(_ channel: inout ChannelConfiguration) {
    channel.fallback = optionalText("fallback")
    channel.certificateAuthority = optionalText("certificate_authority")
    channel.allowsPrivateAddresses = flag("allow_private_address") ?? false
    if let seconds = number("timeout_seconds", 0.1...300) { channel.timeoutMilliseconds = Int(seconds * 1_000) }
    if let value = number("per_second", 0.001...10_000) { channel.pace.perSecond = value }
    if let value = number("burst", 1...10_000) { channel.pace.burst = value }
    if let value = number("concurrent", 1...64) { channel.pace.concurrent = Int(value) }
    if let value = number("attempts", 1...100) { channel.retries.attempts = Int(value) }
    if let value = nanoseconds("retry_seconds") {
      channel.retries.firstDelayNanoseconds = value
      channel.retries.longestDelayNanoseconds = max(value, channel.retries.longestDelayNanoseconds)
    }
    if let value = nanoseconds("longest_retry_seconds") {
      channel.retries.longestDelayNanoseconds = value
      channel.retries.longestRetryAfterNanoseconds = value
    }
    if let value = nanoseconds("give_up_seconds") { channel.retries.giveUpNanoseconds = value }
    if let value = number("breaker_failures", 1...1_000_000) { channel.breaker.failures = Int(value) }
    if let value = nanoseconds("breaker_seconds") {
      channel.breaker.openNanoseconds = value
      channel.breaker.longestNanoseconds = max(value, channel.breaker.longestNanoseconds)
    }
  }

  /// Keys travel encrypted, but on one's own machine and network.
  private mutating func checkAddress(_ channel: ChannelConfiguration) {
    let address: (member: String, text: String)? =
      switch channel.destination {
      case .webhook(let address, _), .slack(let address), .discord(let address): ("url", address.reveal())
      case .telegram(let account): ("server", account.server)
      case .textMessage(let account): ("server", account.server)
      case .console, .email, .command: nil
      }
    guard let address else { return }
    let isPlain = address.text.hasPrefix("http://") && channel.allowsPrivateAddresses
    guard address.text.hasPrefix("https://") || isPlain else {
      // What stands behind the host may be a key.
      return complain("\(address.member) wants https://host/…; http:// is for hosts that allow_private_address permits")
    }
    if !address.text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) {
      complain("\(address.member) holds a space or a character that is not ASCII")
    }
  }

  // MARK: Members

  private mutating func complain(_ words: String) { problems.append("\(place): \(words)") }

  private mutating func text(_ member: String) -> String? {
    guard members[member] != nil else {
      complain("\(member) is missing")
      return nil
    }
    return optionalText(member)
  }

  private mutating func optionalText(_ member: String) -> String? {
    guard let value = members.removeValue(forKey: member) else { return nil }
    guard case .text(let text) = value, !text.isEmpty else {
      complain("\(member) is \(ChannelFile.word(value)), wanted a text that is not empty")
      return nil
    }
    return resolved(text, member)
  }

  private mutating func texts(_ member: String) -> [String]? {
    guard case .list(let values) = members[member] else { return text(member).map { [$0] } }
    members[member] = nil
    var texts: [String] = []
    for value in values {
      guard case .text(let text) = value, let resolved = resolved(text, member) else {
        complain("\(member) holds \(ChannelFile.word(value)), wanted texts")
        return nil
      }
      texts.append(resolved)
    }
    if texts.isEmpty { complain("\(member) is empty") }
    return texts
  }

  private mutating func resolved(_ text: String, _ member: String) -> String? {
    guard text.hasPrefix("$") else { return text }
    let name = String(text.dropFirst())
    guard let value = environment(name), !value.isEmpty else {
      complain("\(member) names the variable \(name), which is not set")
      return nil
    }
    return value
  }

  private mutating func number(_ member: String, _ range: ClosedRange<Double>) -> Double? {
    guard let value = members.removeValue(forKey: member) else { return nil }
    guard case .number(let text) = value, let number = Double(text), range.contains(number) else {
      complain(
        "\(member) is \(ChannelFile.word(value)), wanted a number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  private mutating func nanoseconds(_ member: String) -> Int64? {
    number(member, 0.001...31_536_000).map { Int64($0 * 1e9) }
  }

  private mutating func flag(_ member: String) -> Bool? {
    guard let value = members.removeValue(forKey: member) else { return nil }
    guard case .flag(let flag) = value else {
      complain("\(member) is \(ChannelFile.word(value)), wanted true or false")
      return nil
    }
    return flag
  }

  /// Only what could break a header or a command of SMTP is refused; the server knows the rest.
  private func isMailAddress(_ text: String) -> Bool {
    let bare = MailAddress.bare(text)
    let parts = bare.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
      && bare.utf8.allSatisfy { (0x21..<0x7F).contains($0) && !"<>,;\"\\".utf8.contains($0) }
      && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
  }
}
