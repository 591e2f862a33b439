import FlowEngine
import MarketModel

/// `GET /detections/{id}`: one detection with all its prints; from memory, or from the store.
enum DetectionRoute {
  static let prefix = "/detections/"

  struct Question: Sendable {
    var runID: Int32?
  }

  static let parameters = ParameterSet<Question>([
    .integer("run", "Run of the store that has it; the newest one that does when left out.", 0...Int(Int32.max)) {
      $0.runID = Int32($1)
    }
  ])

  static func id(_ text: String) throws(Problem) -> DetectionID {
    guard let id = DetectionID(text: text) else {
      throw .notFound(
        "/detections/\(text.prefix(80)): no detection has such an id; wanted day, detector and count as in "
          + "20261120-sweep-17, the `id` of a row of /detections")
    }
    return id
  }

  /// What memory has of it.
  struct MemoryPart: Sendable {
    var row: DetectionRow
    /// Those of its prints that memory has.
    var legs: [PrintRow]
    /// There are others.
    var isMissingLegs: Bool
  }

  static func fromMemory(_ id: DetectionID, _ question: Question, _ model: ReadModel) -> MemoryPart? {
    guard question.runID ?? model.runID == model.runID, let entry = model.detections[id] else { return nil }
    let kept = entry.legs.filter { $0 >= model.prints.firstNumber && $0 < model.prints.nextNumber }
    return MemoryPart(
      row: model.row(entry.detection), legs: kept.sorted().map { model.row($0) },
      isMissingLegs: !entry.hasAllLegs || kept.count < entry.legs.count)
  }

  static func answer(_ part: MemoryPart) -> DetectionAnswer { DetectionAnswer(row: part.row, legs: part.legs) }

  /// Runs on the query thread.
  static func answer(_ part: MemoryPart, history: any FlowHistory) throws -> DetectionAnswer {
    var legs = Dictionary(
      try history.legs(of: part.row.id, runID: part.row.runID, limit: Limits.detectionLegs).map { ($0.id, $0) },
      uniquingKeysWith: { $1 })
    // What memory has is newer: a print may have been cancelled meanwhile.
    for leg in part.legs { legs[leg.id] = leg }
    return DetectionAnswer(row: part.row, legs: legs.values.sorted { $0.id < $1.id })
  }

  /// Likewise, of one that memory does not have.
  static func answer(_ id: DetectionID, _ question: Question, history: any FlowHistory) throws -> DetectionAnswer? {
    guard let row = try history.detection(id, runID: question.runID) else { return nil }
    return DetectionAnswer(
      row: row, legs: try history.legs(of: id, runID: row.runID, limit: Limits.detectionLegs))
  }

  static func unknown(_ id: DetectionID, _ question: Question) -> Problem {
    let run = question.runID.map { " in run \($0)" } ?? ""
    return .notFound("/detections/\(id.text): nothing of that id was found\(run); see /detections for what there is")
  }
}

/// A detection with its prints.
struct DetectionAnswer: Sendable {
  var row: DetectionRow
  var legs: [PrintRow]

  static let schema = Schema<DetectionAnswer>(
    "DetectionWithLegs", "A detection with its prints.",
    DetectionRow.fields.map { field in
      Field(name: field.name, type: field.type, doc: field.doc) { field.write($0.row, &$1) }
    } + [
      .records("legs", "Its prints, oldest first.", PrintRow.schema) { $0.legs },
      .integer("legs_left_out", "Prints beyond the newest \(Limits.detectionLegs), which are not shown.") {
        max(0, $0.row.prints - Int64($0.legs.count))
      },
    ])

  func encoded() -> [UInt8] { DetectionAnswer.schema.encode(self, reservingBytes: 2048 + legs.count * 640) }
}
