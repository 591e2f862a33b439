import Testing

@testable import Application

@Suite struct DotEnvTests {
  private func values(_ text: String) throws -> [String: String] {
    try DotEnv(file: ".env", text: text).assignments.mapValues(\.value)
  }

  private func problem(_ text: String) -> String? {
    do {
      _ = try DotEnv(file: ".env", text: text)
      return nil
    } catch {
      return error.problems.joined()
    }
  }

  @Test func plainAssignments() throws {
    #expect(
      try values("A=1\nB = two words \n\n# note\nexport C=3\nEMPTY=\nexport=x\n") == [
        "A": "1", "B": "two words", "C": "3", "EMPTY": "", "export": "x",
      ])
  }

  @Test func commentsAfterValues() throws {
    #expect(
      try values("A=1 # one\nB=a#b\nC=# nothing\nD=\"x # y\" # z") == ["A": "1", "B": "a#b", "C": "", "D": "x # y"])
  }

  @Test func quotes() throws {
    #expect(try values(#"A="line\nnext \"q\" \$x \w""#) == ["A": "line\nnext \"q\" $x \\w"])
    #expect(try values(#"A='raw\n $HOME'"#) == ["A": #"raw\n $HOME"#])
    #expect(try values("A=\"one\ntwo\"\nB=3") == ["A": "one\ntwo", "B": "3"])
    #expect(try values(#"S=["SPY","QQQ"]"#) == ["S": #"["SPY","QQQ"]"#])
  }

  @Test func windowsLinesAndByteOrderMark() throws {
    #expect(try values("\u{FEFF}A=1\r\nB=\"2\"\r\n") == ["A": "1", "B": "2"])
  }

  @Test func theLastAssignmentCountsAndKnowsItsLine() throws {
    let file = try DotEnv(file: ".env", text: "A=1\nM=\"x\ny\"\nA=2")
    #expect(file.assignments["A"] == DotEnv.Assignment(value: "2", line: 4))
  }

  @Test func mistakesNameTheLine() {
    #expect(problem("A=1\nnonsense") == #".env:2: "nonsense" has no =, wanted NAME=value"#)
    #expect(problem("1A=2") == #".env:1: "1A" is no name, wanted letters, digits and _ before the ="#)
    #expect(problem("A=\"open\nB=2") == ".env:1: A has no closing \"")
    #expect(problem("A='x' y") == ".env:1: A has text after its closing '")
    #expect(problem("=x") == #".env:1: "" is no name, wanted letters, digits and _ before the ="#)
  }
}
