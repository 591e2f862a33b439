import Simulator
import Testing

@Suite struct SimulatorOptionsTests {
  @Test func nothingGoesWrongUnlessAskedFor() {
    let faults = SimulatorOptions(tape: .demo(DemoTape.settings())).faults
    #expect(faults.disconnectSeconds == 0 && faults.muteEverySeconds == 0 && faults.slowShare == 0)
    #expect(faults.malformedShare == 0 && faults.duplicateShare == 0 && faults.lateShare == 0)
    #expect(faults.tooManyRequestsShare == 0 && faults.serverErrorShare == 0 && faults.authFailureShare == 0)
    #expect(faults.maxConnectionsShare == 0)
  }

  @Test func waitsForSomebodyWhereNothingMayBeMissed() {
    #expect(SimulatorOptions(tape: .demo(DemoTape.settings())).waitsForClients == 0)
    #expect(SimulatorOptions(tape: .demo(DemoTape.settings()), speed: nil).waitsForClients == 1)
    #expect(SimulatorOptions(tape: .file(path: "day.ndjson"), speed: 1).waitsForClients == 1)
    #expect(SimulatorOptions(tape: .file(path: "day.ndjson"), waitsForClients: 0).waitsForClients == 0)
  }
}
