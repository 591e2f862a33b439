import Application
import JSONText

var run = BenchRun(tape: CommandLine.arguments[1], contracts: CommandLine.arguments[2], wantsGolden: CommandLine.arguments.count > 3)
var r = try run.withoutStore()
if let g = r.golden { print(String(decoding: g, as: UTF8.self)) } else {
r.service = try run.serviceTime()
var json = JSONWriter()
r.write(to: &json)
print(json.text) }
