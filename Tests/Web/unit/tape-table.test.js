import { tableOfPrints } from "../../../Web/modules/tape-table.js";
import { expectEqual } from "./expect.js";
import { makePrint } from "./samples.js";

Deno.test("prints as a table: exact values, nothing where a value is missing", () => {
  const print = makePrint(7, {
    premium: 1_234_567.25,
    expiry: null,
    strike: null,
    flags: ["large", "block"],
    conditions: [209, 12],
  });
  const [head = [], row = [], ...rest] = tableOfPrints([print]);
  expectEqual(rest.length, 0);
  expectEqual(head.length, row.length);
  expectEqual([...head].sort(), Object.keys(print).sort());
  const cell = Object.fromEntries(head.map((name, index) => [name, row[index]]));
  expectEqual(
    [cell.id, cell.time, cell.premium, cell.expiry, cell.strike, cell.flags, cell.conditions, cell.cancelled],
    ["7", print.time, "1234567.25", "", "", "large; block", "209 12", "false"],
  );
});
