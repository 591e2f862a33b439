import Simulator
import Testing

@Suite struct SimulatorOptionsTests {
  @Test func nothingGoesWrongUnlessAskedFor() {
    let faults = SimulatorOptions().faults
    #expect(faults.disconnectSeconds == 0)
    #expect(faults.malformedShare == 0 && faults.duplicateShare == 0 && faults.lateShare == 0)
    #expect(faults.tooManyRequestsShare == 0 && faults.serverErrorShare == 0 && faults.authFailureShare == 0)
  }
}
