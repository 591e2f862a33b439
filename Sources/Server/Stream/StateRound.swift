import FlowEngine
import MarketModel

/// One state of the stream, as it is told to whoever watches something. What all messages share is written once, each
/// watched underlying gets one message however many watch it.
final class StateRound {
  private let state: StreamState
  private let model: ReadModel
  private var messages: [String?: StreamMessage] = [:]

  /// - Parameters:
  ///   - state: without an underlying.
  ///   - model: must hold the snapshot of the state for as long as messages are asked for.
  init(_ state: StreamState, model: ReadModel) {
    self.state = state
    self.model = model
  }

  /// - Parameter watched: nil for the leading underlying.
  func message(watching watched: String?) -> StreamMessage {
    if let known = messages[watched] { return known }
    var state = state
    state.watched = watched
    if let day = underlying(watched) {
      state.grid = StrikeGrid(of: day, in: model)
      state.minutes = Array(day.minutes.suffix(Limits.stateMinutes))
    }
    let made = StreamMessage(StreamState.schema.encode(state, reservingBytes: 48 << 10))
    messages[watched] = made
    return made
  }

  /// Lets go of messages that nobody is waiting for: what clients have watched since the round began may be many.
  func keepOnly(_ isWatched: (String?) -> Bool) { messages = messages.filter { isWatched($0.key) } }

  var messageCount: Int { messages.count }

  private func underlying(_ watched: String?) -> UnderlyingSnapshot? {
    guard let watched else { return StrikeGrid.leader(in: model) }
    return model.directory.find(watched).flatMap { model.index.underlying($0) }
  }
}
