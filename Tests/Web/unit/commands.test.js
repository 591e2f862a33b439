import { Commands, found, matchOf } from "../../../Web/modules/commands.js";
import { expect, expectEqual } from "./expect.js";

const run = () => {};

Deno.test("a search finds words by their beginnings, in any order, the title's own beginning first", () => {
  expectEqual(matchOf("SPY on the desk", "spy"), 3);
  expectEqual(matchOf("SPY on the desk", "desk sp"), 2);
  expectEqual(matchOf("SPY on the desk", "py"), 0);
  expectEqual(matchOf("Settings: colours, sound", "sound"), 2);
  const titles = ["Gamma", "SPY gamma", "Tape"].map((title) => ({ title, run }));
  expectEqual(found(titles, "gam", 5).map((command) => command.title), ["Gamma", "SPY gamma"]);
  expectEqual(found(titles, "", 2).length, 2);
});

Deno.test("one key is one command", () => {
  const commands = new Commands();
  commands.add({ title: "Desk", key: "1", run });
  let refused = false;
  try {
    commands.add({ title: "Other", key: "1", run });
  } catch (_taken) {
    refused = true;
  }
  expect(refused, "the second command of a key is refused");
});

Deno.test("sources are asked each time", () => {
  const commands = new Commands();
  const symbols = ["SPY"];
  commands.addSource(() => symbols.map((title) => ({ title, run })));
  expectEqual(commands.all.length, 1);
  symbols.push("QQQ");
  expectEqual(commands.all.map((command) => command.title), ["SPY", "QQQ"]);
});
