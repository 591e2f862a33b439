import Testing

@testable import Application

@Suite struct VendorCheckTests {
  @Test func aClockAnHourOffIsSaidWithAWayOut() {
    let finding = VendorCheck.clockFinding(offsetSeconds: -3600, isVendor: true)
    #expect(!finding.isFine)
    #expect(
      finding.words
        == "this machine's clock is 60 min behind the vendor's; set it, for instance with: sudo timedatectl set-ntp true"
    )
  }

  @Test(arguments: [(-1.9, true), (1.9, true), (2.1, false), (-2.1, false)])
  func twoSecondsAreTolerated(_ offset: Double, _ isFine: Bool) {
    #expect(VendorCheck.clockFinding(offsetSeconds: offset, isVendor: true).isFine == isFine)
  }

  @Test func anEndpointOfOnesOwnMayPlayAnotherDay() {
    let finding = VendorCheck.clockFinding(offsetSeconds: 90_000 * 2, isVendor: false)
    #expect(
      finding.isFine
        && finding.words == "this machine's clock is 2 days ahead of the endpoint's, which may play another day")
  }
}
