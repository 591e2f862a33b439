import FlowEngine
import MarketModel
import Server

/// What a run that is stored allows: to be taken to another moment, or trades entered by hand, one or the other.
enum ReplayPolicy {
  /// What the server may ask of the player. Going back plays the same prints again, which the store knows by their place; a print
  /// entered by hand is not played again and would move all places after it: a run that stores has the one or the other.
  static func player(_ control: PlayControl, _ inbox: InjectionInbox, stores: Bool) -> ReplayPlayer {
    ReplayPlayer(facts: { control.facts }) { command in
      if stores, inbox.wasUsed, let position = command.position {
        return .refused(
          "trades were entered by hand into this run, which is stored, so that it cannot be taken to "
            + "\(position.rfc3339); start it again with --no-store to move freely")
      }
      control.wish(command)
      return .accepted
    }
  }

  static func inject(
    _ trade: InjectedTrade, _ inbox: InjectionInbox, _ control: PlayControl?, stores: Bool
  ) -> InjectionOutcome {
    guard stores, control?.wasMoved == true else { return inbox.offer(trade) }
    return .refused(
      "this run was taken to another moment and is stored, so that it takes no trades; start it again with --no-store")
  }
}
