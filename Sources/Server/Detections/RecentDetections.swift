import FlowEngine
import MarketModel
import Storage

/// The detections with the newest prints, each as it was told last, and the prints that belong to it.
struct RecentDetections {
  struct Entry {
    var detection: Detection
    /// Numbers of its prints, in the order in which they joined; those that were told here and are not void.
    var legs: [Int64] = []

    /// All its prints are known here.
    var hasAllLegs: Bool { Int64(legs.count) == detection.prints }
  }

  /// By the number of the newest print, as `DetectionPlace` by its id.
  private struct Place: Comparable {
    var lastPrint: Int64
    var id: DetectionID
    static func < (a: Place, b: Place) -> Bool { (a.lastPrint, a.id) < (b.lastPrint, b.id) }
  }

  let capacity: Int
  private var entries: [DetectionID: Entry] = [:]
  /// Ascending.
  private var places: [Place] = []
  /// Legs of detections that were not told yet; a leg may come before its detection.
  private var early: [DetectionID: [Int64]] = [:]
  /// Everything that has a newest print behind this one is here.
  private(set) var reach: Int64
  /// Highest count of each detector today.
  private(set) var counts: [DetectorID: Int64] = [:]

  /// - Parameter last: number of the print before the first one that will come.
  init(capacity: Int, after last: Int64 = 0) {
    precondition(capacity > 0, "RecentDetections: capacity \(capacity), wanted at least 1")
    self.capacity = capacity
    reach = last
  }

  subscript(id: DetectionID) -> Entry? { entries[id] }

  /// Newest print first.
  var newestFirst: some Sequence<Entry> { places.reversed().lazy.compactMap { entries[$0.id] } }

  /// Takes over a record: the detection is new, or has changed.
  mutating func note(_ detection: Detection) {
    if let detector = detection.id.detector {
      counts[detector] = max(counts[detector] ?? 0, Int64(detection.id.count))
    }
    var entry = Entry(detection: detection)
    if let known = entries[detection.id] {
      entry.legs = known.legs
      places.remove(at: index(of: Place(lastPrint: known.detection.lastPrint, id: detection.id)))
    } else {
      entry.legs = early.removeValue(forKey: detection.id) ?? []
    }
    let place = Place(lastPrint: detection.lastPrint, id: detection.id)
    entries[detection.id] = entry
    places.insert(place, at: index(of: place))
    if places.count > capacity { removeOldest() }
  }

  mutating func note(_ leg: DetectionLeg) {
    if leg.isVoid {
      entries[leg.detection]?.legs.removeAll { $0 == leg.print }
    } else if let count = entries[leg.detection]?.legs.count {
      if count < Limits.detectionLegs { entries[leg.detection]?.legs.append(leg.print) }
    } else if early.count < Limits.earlyDetections {
      early[leg.detection, default: []].append(leg.print)
    }
  }

  /// Something may have been missed: what is here is not all there is up to a print.
  mutating func doubt(through number: Int64) { reach = max(reach, number) }

  mutating func beginDay() {
    counts.removeAll()
    early.removeAll()
  }

  private mutating func removeOldest() {
    let oldest = places.removeFirst()
    entries[oldest.id] = nil
    reach = max(reach, oldest.lastPrint)
  }

  /// Where a place is, or would be.
  private func index(of place: Place) -> Int {
    var low = 0
    var high = places.count
    while low < high {
      let middle = (low + high) / 2
      if places[middle] < place { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
