import MarketModel

@testable import FlowEngine

extension [FlowOutput] {
  var detections: [Detection] { compactMap { if case .detection(let detection) = $0 { detection } else { nil } } }
  var legs: [DetectionLeg] { compactMap { if case .detectionLeg(let leg) = $0 { leg } else { nil } } }

  /// The newest record of each detection, as a store keeps them.
  var standingDetections: [Detection] {
    Dictionary(detections.map { ($0.id, $0) }) { $1 }.values.sorted { $0.id < $1.id }
  }
  func standing(_ detector: DetectorID) -> [Detection] { standingDetections.filter { $0.id.detector == detector } }

  /// Numbers of the prints that are legs, ascending.
  func standingLegs(of detection: DetectionID) -> [Int64] {
    let newest = Dictionary(legs.filter { $0.detection == detection }.map { ($0.print, $0) }) { $1 }
    return newest.values.filter { !$0.isVoid }.map(\.print).sorted()
  }

  /// What detectors said, without one of them.
  func detections(without detector: DetectorID?) -> [FlowOutput] {
    filter { output in
      switch output {
      case .detection(let detection): detector == nil || detection.id.detector != detector
      case .detectionLeg(let leg): detector == nil || leg.detection.detector != detector
      default: false
      }
    }
  }

  /// What has nothing to do with detectors.
  var withoutDetections: [FlowOutput] {
    filter { output in
      switch output {
      case .detection, .detectionLeg: false
      default: true
      }
    }
  }
}

extension EngineRun {
  /// With one part of the detectors' rules changed.
  convenience init(detecting change: (inout DetectorRules) -> Void) {
    var rules = DetectorRules()
    change(&rules)
    self.init(FlowConfiguration(detectors: rules))
  }
}
