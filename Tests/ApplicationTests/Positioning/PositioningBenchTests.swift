import JSONText
import Testing

@testable import Application

@Suite struct PositioningBenchTests {
  @Test func measuresAWholeChain() {
    let result = PositioningBench(contracts: 300, rounds: 3).run()
    // The stock beside them.
    #expect(result.contracts == 301)
    #expect(result.captureMicroseconds > 0 && result.roundMicroseconds > 0)
    #expect(result.gammaExposure != 0)
    var json = JSONWriter()
    result.write(to: &json)
    #expect(json.text.hasPrefix(#"{"contracts":301,"rounds":3,"capture_microseconds":"#))
  }
}
