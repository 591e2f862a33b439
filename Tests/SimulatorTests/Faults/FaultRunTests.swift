import Foundation
import MarketModel
import Simulator
import Testing

/// Faults as a client of another make sees them.
@Suite(.serialized, .enabled(if: PeerRun.python != nil, PeerRun.noPython)) struct FaultRunTests {
  @Test func damageDuplicatesAndLatePrintsAreTheSameEachTime() async throws {
    let tape = try DemoTape(events: 20_000, intensity: 4)
    var options = SimulatorOptions(tape: .file(path: tape.path), speed: nil, port: 0)
    options.faults.malformedShare = 0.02
    options.faults.duplicateShare = 0.05
    options.faults.lateShare = 0.05
    var outputs: [String] = []
    for seed: UInt64 in [1, 1, 2] {
      options.faults.seed = seed
      try await PeerRun.withSimulator(options) { simulator in
        outputs.append(try await PeerRun.run("faults.py", "massive", simulator, "stream"))
      }
    }
    #expect(outputs[0] == outputs[1])
    #expect(outputs[0] != outputs[2])
  }

  @Test func whoDoesNotReadIsToldAndClosed() async throws {
    var options = SimulatorOptions(tape: .demo(DemoTape.settings(intensity: 20)), speed: 1_000, port: 0)
    options.queuedBytes = 1 << 16
    try await PeerRun.withSimulator(options) { simulator in
      try await PeerRun.run("slow.py", "massive", simulator)
      #expect(simulator.summary.slowConsumers == 1)
    }
  }

  @Test func whatTheSocketLosesRestHas() async throws {
    let tape = try DemoTape(events: 14_000, intensity: 2)
    var options = SimulatorOptions(tape: .file(path: tape.path), speed: 1, port: 0)
    options.faults.seed = 4
    options.faults.disconnectSeconds = 1.5
    options.faults.muteEverySeconds = 2
    options.faults.muteSeconds = 1
    options.faults.authFailureShare = 0.3
    options.faults.maxConnectionsShare = 0.3
    options.faults.tooManyRequestsShare = 0.2
    options.faults.serverErrorShare = 0.2
    options.faults.slowShare = 0.1
    options.faults.slowSeconds = 0.05
    try await PeerRun.withSimulator(options) { simulator in
      try await PeerRun.run("faults.py", "massive", simulator, "network")
    }
  }
}
