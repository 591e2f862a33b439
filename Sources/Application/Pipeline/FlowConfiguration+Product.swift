import FlowEngine

extension FlowConfiguration {
  /// What the product concludes by, live and whenever a day is played again: it comes out the same only under the same rules.
  static let product = FlowConfiguration(aggregates: AggregateRules())
}
