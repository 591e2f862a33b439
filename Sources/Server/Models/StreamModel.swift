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
  var health: Health
  var grid: StrikeGrid?
  var underlyings: [UnderlyingRow]
  var top: [ContractRow]

  static let schema = Schema<StreamState>(
    "StreamState", "The newest state, every 250 ms; a slow reader gets only the newest.",
    [
      .constant("type", "state", "Kind of message."),
      .text("epoch", "Changes with every start.") { $0.epoch },
      .integer("sequence", "Increasing within an epoch.") { $0.sequence },
      .timeOrNull("time", "Stream time.") { $0.streamTime },
      .time("wall_time", "When it was written.") { $0.wallTime },
      .record("health", "Health in short.", Health.stateSchema) { $0.health },
      .recordOrNull("grid", "Null while no contract is known.", StrikeGrid.schema) { $0.grid },
      .records("underlyings", "Most premium first.", UnderlyingRow.schema) { $0.underlyings },
      .records("top", "The contracts with the most premium.", ContractRow.schema) { $0.top },
      .records("minutes", "The grid's underlying minute by minute, ascending.", UnderlyingMinute.schema) { state in
        state.grid.map { Array($0.minutes.suffix(Limits.stateMinutes)) } ?? []
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
