import { ruleOf, textOf, tokenIn, tokenOf, valueFrom, valueOf } from "../../../Web/modules/rule.js";
import { expectEqual } from "./expect.js";

Deno.test("a rule comes back from its link, whatever is in it", () => {
  const rule = { name: "größe-✓", source: "prints", min_premium: 1_000_000.5, flags: ["block"], note: "a?b>c~" };
  const token = tokenOf(rule);
  expectEqual(/^[\w-]+$/.test(token), true);
  expectEqual(ruleOf(token), rule);
  expectEqual(tokenIn(`#rule=${token}`), token);
  expectEqual([tokenIn("#other"), tokenIn("")], [null, null]);
});

Deno.test("the server's own letters are read", () => {
  // {"name":"big","source":"prints","min_size":5}
  expectEqual(ruleOf("eyJuYW1lIjoiYmlnIiwic291cmNlIjoicHJpbnRzIiwibWluX3NpemUiOjV9"), {
    name: "big",
    source: "prints",
    min_size: 5,
  });
});

Deno.test("what is no rule is none", () => {
  expectEqual(["!", "", "eyJ", "WzFd", "bnVsbA", "_w"].map(ruleOf), [null, null, null, null, null, null]);
});

Deno.test("what is written into a field becomes what the rule's JSON takes", () => {
  expectEqual(
    [
      valueFrom(" SPY, qqq\tIWM ", { type: "array", items: { type: "string" } }),
      valueFrom("302 4", { type: "array", items: { type: "integer" } }),
      valueFrom("1,000,000.5", { type: "number" }),
      valueFrom("many", { type: "integer" }),
      valueFrom("false", { type: "boolean" }),
      valueFrom("  ", { type: "string" }),
      valueFrom("call", { type: "string", enum: ["call", "put"] }),
    ],
    [["SPY", "qqq", "IWM"], [302, 4], 1_000_000.5, "many", false, undefined, "call"],
  );
  expectEqual([textOf(["a", "b"]), textOf(undefined), textOf(5)], ["a, b", "", "5"]);
  expectEqual([valueOf({}, "severity_floor"), valueOf({ enabled: false }, "enabled")], ["INFO", false]);
});
