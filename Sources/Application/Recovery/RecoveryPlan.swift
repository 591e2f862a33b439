import MarketModel
import Storage

/// Where a restart begins in the journal: decided before anything runs, from what the journal has, what the store has, and which
/// snapshots of the engine there are.
struct RecoveryPlan: Sendable {
  /// Days to play, ascending.
  var days: [MarketDate]
  /// Prints and cancellations of the source before the first event that the engine gets.
  var start: IngestPosition
  /// The engine's state somewhere in the first day; nil to begin with the day.
  var snapshot: EngineSnapshot?

  /// What there is to choose from.
  struct Choices {
    /// The journal's days, ascending.
    var days: [MarketDate]
    /// Nil when prints are not stored.
    var store: StoreChoice?
    /// Snapshots of a day that this program can use, newest first.
    var snapshots: (MarketDate) -> [EngineSnapshot]
    /// Whether a snapshot can be turned into an engine: a convenience must not keep a start from coming up.
    var isWhole: (EngineSnapshot) -> Bool
  }

  enum StoreChoice {
    /// Nothing of the journal is in the store.
    case empty
    case progress(IngestProgress)
  }

  init(_ choices: Choices) {
    switch choices.store {
    case nil:
      // Nothing rests on the days before the last.
      self.init(days: choices.days.suffix(1), start: .start, choices) { _ in true }
    case .empty: self.init(days: choices.days, start: .start, choices) { _ in false }
    case .progress(let progress):
      if let day = progress.startDay(among: choices.days) {
        // A hole from before what the journal still has cannot be filled, and forbids no snapshot.
        let oldest = progress.days.first { choices.days.contains($0.session) }?.before ?? .start
        self.init(days: choices.days.filter { $0 >= day.session }, start: day.before, choices) {
          progress.covers($0, playableFrom: oldest)
        }
      } else {
        // Nothing of the days that the journal has is stored: they follow what is.
        let newest = progress.days.last?.session
        self.init(
          days: choices.days.filter { day in newest.map { day > $0 } ?? true }, start: progress.committed, choices
        ) { _ in false }
      }
    }
  }

  private init(
    days: [MarketDate], start: IngestPosition, _ choices: Choices, mayStartAt: (IngestPosition) -> Bool
  ) {
    self.days = days
    self.start = start
    guard let first = days.first else { return }
    let found = choices.snapshots(first).first {
      $0.before == start && mayStartAt($0.position) && choices.isWhole($0)
    }
    guard let found else { return }
    snapshot = found
    self.start = found.position
  }
}
