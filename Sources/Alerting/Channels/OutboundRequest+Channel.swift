extension OutboundRequest {
  /// The message in the channel's own form, within its limits.
  /// - Parameter seconds: since 1970, when it is sent.
  init(_ delivery: Delivery, for channel: ChannelConfiguration, seconds: Int64) {
    let message = delivery.message
    switch channel.destination {
    case .console: self = .line(ConsoleFormat.line(message))
    case .webhook(let address, let signingKey):
      self = .http(
        WebhookFormat.post(delivery, address: address, signingKey: signingKey, seconds: seconds))
    case .slack(let address): self = .http(.json(address, SlackFormat.body(message)))
    case .discord(let address): self = .http(.json(address, DiscordFormat.body(message)))
    case .telegram(let account): self = .http(.json(account.address, TelegramFormat.body(message, chat: account.chat)))
    case .email(let account):
      self = .mail(
        OutboundMail(
          account: account,
          bytes: MailFormat.mail(message, key: delivery.idempotencyKey, account: account, seconds: seconds)))
    case .textMessage(let account): self = .http(TextMessageFormat.post(message, account: account))
    case .command(let arguments):
      self = .command(CommandCall(arguments: arguments, input: WebhookFormat.body(delivery)))
    }
  }
}
