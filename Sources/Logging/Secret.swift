/// A key or password: every way of printing it shows `***`, so that it cannot reach a log or a screen by accident.
public struct Secret: Sendable, Equatable {
  private let value: String

  public init(_ value: String) { self.value = value }

  /// The secret itself, for the one place that sends it.
  public func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "***" }
  public var debugDescription: String { "***" }
  /// Without children: `dump` and the debugger find nothing inside.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
