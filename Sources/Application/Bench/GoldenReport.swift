import FlowEngine
import JSONText
import MarketModel

/// The answers of the reference benchmark (rules 7 to 10 of its rule sheet), collected from a run in the reference profile.
struct GoldenReport {
  /// Contracts whose minutes are listed one by one.
  static let listedMinutes = ["O:SPY251216C00572000", "O:QQQ251216P00505000", "O:AAPL251219C00230000"]

  private let listed: [InstrumentID]
  private var minutes: [MinuteBar] = []
  private var minuteCount = 0
  private var blocks: [LabeledPrint] = []
  /// Sweeps and blocks are those that the detectors give out, not those that the engine counts: the answers are the same.
  private let isDetecting: Bool
  private var newestPrint: LabeledPrint?
  /// The newest record of each.
  private var sweeps: [DetectionID: Sweep] = [:]

  init(instruments: InstrumentTable, isDetecting: Bool) {
    listed = GoldenReport.listedMinutes.compactMap { instruments.intern($0) }
    self.isDetecting = isDetecting
  }

  mutating func collect(_ outputs: UnsafeBufferPointer<FlowOutput>) {
    for output in outputs {
      switch output {
      case .minuteBar(let bar):
        minuteCount += 1
        if listed.contains(bar.instrument) { minutes.append(bar) }
      case .print(let print):
        newestPrint = print
        if print.flags.contains(.block), !isDetecting { blocks.append(print) }
      case .detection(let detection): collect(detection)
      default: break
      }
    }
  }

  private mutating func collect(_ detection: Detection) {
    switch detection.kind {
    case .sweep:
      sweeps[detection.id] = Sweep(
        instrument: detection.instrument, side: detection.side, firstTime: detection.firstTime,
        lastTime: detection.lastTime, legs: detection.prints, premiumMicros: detection.premiumMicros)
    case .block:
      // A block is given out right behind its print.
      if let newestPrint, newestPrint.number == detection.firstPrint { blocks.append(newestPrint) }
    default: break
    }
  }

  func json(frames: Int64, engine: borrowing FlowEngine, instruments: InstrumentTable) -> [UInt8] {
    let counters = engine.counters
    let snapshot = FlowSnapshot()
    engine.capture(into: snapshot)
    let contracts = snapshot.contracts.filter { $0.trades > 0 }
    var json = JSONWriter(reservingBytes: 1 << 20)
    json.object { json in
      json.field("frames", frames)
      json.field("events", counters.trades + counters.quotes)
      json.field("trades", counters.trades)
      json.field("quotes", counters.quotes)
      json.field("excluded", counters.excludedTrades)
      json.field("included", counters.trades - counters.excludedTrades)
      json.field("side_buy", counters.sideBuy)
      json.field("side_sell", counters.sideSell)
      json.field("side_mid", counters.sideMid)
      for (name, method) in GoldenReport.rules { json.field(name, counters.byMethod[Int(method.rawValue)]) }
      GoldenReport.writeSums(contracts, to: &json)
      GoldenReport.writeSweeps(isDetecting ? Array(sweeps.values) : engine.sweeps, instruments, to: &json)
      writeBlocks(instruments, to: &json)
      json.field("rollup_rows", minuteCount)
      writeMinutes(instruments, to: &json)
      json.key("contracts")
      json.object { json in
        for contract in contracts { GoldenReport.write(contract, instruments, to: &json) }
      }
    }
    return json.bytes
  }

  private static let rules: KeyValuePairs<String, LabelMethod> = [
    "rule_ask": .atOrAboveAsk, "rule_bid": .atOrBelowBid, "rule_above_mid": .aboveMid, "rule_below_mid": .belowMid,
    "rule_tick_mid": .tick, "rule_tick_no_nbbo": .tickWithoutQuote,
  ]

  private static func writeSums(_ contracts: [ContractSnapshot], to json: inout JSONWriter) {
    func sum(_ value: (ContractSnapshot) -> Int64) -> Int64 { contracts.reduce(0) { $0 + value($1) } }
    json.field("volume", sum { $0.volume })
    json.field("premium_usd", sum { $0.premiumMicros } / 1_000_000)
    json.field("buy_volume", sum { $0.buyVolume })
    json.field("sell_volume", sum { $0.sellVolume })
    json.field("net_aggressor", sum { $0.buyVolume - $0.sellVolume })
    json.field("net_delta_e4", sum { $0.netDeltaNanos } / 100_000)
  }

  private static func writeSweeps(_ sweeps: [Sweep], _ instruments: InstrumentTable, to json: inout JSONWriter) {
    func key(_ sweep: Sweep) -> (Int64, String, Int8) {
      (sweep.firstTime.milliseconds, instruments[sweep.instrument].symbol.description, sweep.side.rawValue)
    }
    json.key("sweeps")
    json.object { json in
      json.field("count", sweeps.count)
      json.field("buy", sweeps.count { $0.side == .buy })
      json.field("sell", sweeps.count { $0.side == .sell })
      json.field("legs", sweeps.reduce(0) { $0 + $1.legs })
      json.field("premium_usd", sweeps.reduce(0) { $0 + $1.premiumMicros } / 1_000_000)
      json.key("first")
      json.array { json in
        for sweep in sweeps.sorted(by: { key($0) < key($1) }).prefix(5) {
          json.array { json in
            json.value(instruments[sweep.instrument].symbol.description)
            json.value(sweep.side.rawValue)
            json.value(sweep.firstTime.milliseconds)
            json.value(sweep.lastTime.milliseconds)
            json.value(sweep.legs)
            json.value(sweep.premiumMicros / 1_000_000)
          }
        }
      }
    }
  }

  private func writeBlocks(_ instruments: InstrumentTable, to json: inout JSONWriter) {
    json.key("blocks")
    json.object { json in
      json.field("count", blocks.count)
      json.field("size", blocks.reduce(0) { $0 + Int64($1.trade.size) })
      json.field("premium_usd", blocks.reduce(0) { $0 + $1.premiumMicros } / 1_000_000)
      json.key("first")
      json.array { json in
        for block in blocks.prefix(5) {
          json.array { json in
            json.value(block.trade.sequence)
            json.value(instruments[block.trade.instrument].symbol.description)
            json.value(block.side.sign)
            json.value(block.trade.size)
            json.value(block.premiumMicros / 1_000_000)
          }
        }
      }
    }
  }

  private func writeMinutes(_ instruments: InstrumentTable, to json: inout JSONWriter) {
    json.key("rollups")
    json.object { json in
      for id in listed {
        json.key(instruments[id].symbol.description)
        json.array { json in
          for bar in minutes.filter({ $0.instrument == id }).sorted(by: { $0.minute < $1.minute }) {
            json.array { json in
              json.value(bar.minute.milliseconds)
              for price in [bar.open, bar.high, bar.low, bar.close] { json.value(price.micros / 10_000) }
              json.value(bar.trades)
              json.value(bar.volume)
              json.value(bar.premiumMicros / 1_000_000)
              json.value(bar.buyVolume)
              json.value(bar.sellVolume)
            }
          }
        }
      }
    }
  }

  private static func write(_ contract: ContractSnapshot, _ instruments: InstrumentTable, to json: inout JSONWriter) {
    json.key(instruments[contract.instrument].symbol.description)
    json.array { json in
      json.value(contract.trades)
      json.value(contract.volume)
      json.value(contract.premiumMicros / 1_000_000)
      json.value(contract.buyVolume)
      json.value(contract.sellVolume)
      json.value(contract.lastPrice.micros / 10_000)
      json.value(contract.netDeltaNanos / 100_000)
    }
  }
}
