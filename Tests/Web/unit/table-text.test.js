import { csvOf } from "../../../Web/modules/table-text.js";
import { expectEqual } from "./expect.js";

Deno.test("a table as CSV: quotes, line ends, numbers", () => {
  expectEqual(csvOf([["a", 'say "x"'], ["1,5", "-2.5"]]), 'a,"say ""x"""\r\n"1,5",-2.5\r\n');
});

Deno.test("a cell that a spreadsheet would run is text", () => {
  expectEqual(csvOf([["=1+1", "@x", "+1", "-cmd", "-3", "-1.5e-7"]]), "'=1+1,'@x,'+1,'-cmd,-3,-1.5e-7\r\n");
});
