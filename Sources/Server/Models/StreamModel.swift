import FlowEngine
import MarketModel

/// First message of the stream, and the one that tells a client to start anew.
struct StreamHello: Sendable {
  var identity: ServerIdentity
  var isResumed: Bool
  var lastPrintID: Int64

  static let schema = Schema<StreamHello>(
    "StreamHello", "First message of the stream; comes again when a client has to start anew.",
    [
      .constant("type", "hello", "Kind of message."),
      .text("epoch", "Changes with every start; give it back to resume.") { $0.identity.epoch },
      .text("version", "Version of MarketFlow.") { $0.identity.versions.marketflow },
      .choice("mode", "Where the data come from.") { $0.identity.mode },
      .flag("resumed", "The client's epoch is ours: what it missed follows. False: it has to clear its tape.") {
        $0.isResumed
      },
      .integer("last_print_id", "Id of the newest print.") { $0.lastPrintID },
    ])
}

/// The newest state, four times a second.
struct StreamState: Sendable {
  var epoch: String
  var sequence: Int64
  var streamTime: Timestamp
  var wallTime: Timestamp
  /// Written already: the same for everybody.
  var health: [UInt8]
  var underlyings: [UInt8]
  var top: [UInt8]
  /// What the client has asked for; nil: the leading underlying.
  var watched: String?
  var grid: StrikeGrid?
  /// The newest ones, ascending.
  var minutes: [UnderlyingMinute] = []

  static let schema = Schema<StreamState>(
    "StreamState",
    "The newest state, every 250 ms, and at once when the client watches another underlying; a slow reader gets only the newest.",
    [
      .constant("type", "state", "Kind of message."),
      .text("epoch", "Changes with every start.") { $0.epoch },
      .integer("sequence", "Increasing within an epoch; a state that answers a `watch` repeats the newest.") {
        $0.sequence
      },
      .timeOrNull("time", "Stream time.") { $0.streamTime },
      .time("wall_time", "When it was written.") { $0.wallTime },
      .written("health", "Health in short.", .record(Health.stateSchema.record)) { $0.health },
      .textOrNull("watched", "The underlying that this client watches; null: the one with the most option premium.") {
        $0.watched
      },
      .recordOrNull(
        "grid", "Of the watched underlying; null while no contract of it is known.", StrikeGrid.schema
      ) { $0.grid },
      .written("underlyings", "Most premium first.", .list(.record(UnderlyingRow.schema.record))) { $0.underlyings },
      .written("top", "The contracts with the most premium.", .list(.record(ContractRow.schema.record))) { $0.top },
      .records("minutes", "The watched underlying minute by minute, ascending.", UnderlyingMinute.schema) {
        $0.minutes
      },
    ])
}

/// One underlying in the stream's state.
struct UnderlyingRow: Sendable {
  var symbol: String
  var day: UnderlyingSnapshot

  static let schema = Schema<UnderlyingRow>(
    "Underlying", "One underlying's day so far, over all its options.",
    [
      .text("symbol", "The underlying.") { $0.symbol },
      .priceOrNull("price", "Its last price, USD.") { $0.day.lastPrice },
      .integer("trades", "Prints.") { $0.day.trades },
      .money("call_premium", "USD.") { $0.day.callPremiumMicros },
      .money("put_premium", "USD.") { $0.day.putPremiumMicros },
      .money("net_premium", "Buy less sell premium, USD.") { $0.day.netPremiumMicros },
      .nanos("net_delta", "Sum of side x size x delta, contracts.") { $0.day.netDeltaNanos },
      .integer("five_minute_trades", "Prints of the last five minutes of stream time.") { $0.day.fiveMinuteTrades },
    ])
}

/// New prints, up to twenty times a second.
struct StreamPrints: Sendable {
  var epoch: String
  var missed: Int64
  var rows: [PrintRow]
  var cancelled: [Int64]

  static let schema = Schema<StreamPrints>(
    "StreamPrints", "New prints, at most every 50 ms.",
    [
      .constant("type", "prints", "Kind of message."),
      .text("epoch", "Changes with every start.") { $0.epoch },
      .integer("missed", "Prints this client did not get since its last batch.") { $0.missed },
      .integers("cancelled", "Ids of prints, here or earlier, that were cancelled since the last batch.") {
        $0.cancelled.map { Int($0) }
      },
      .records("rows", "Oldest first.", PrintRow.schema) { $0.rows },
    ])
}
