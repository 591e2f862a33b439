import { Asking, emptyText } from "../../../Web/modules/asking.js";
import { Desk } from "../../../Web/modules/desk.js";
import { expectEqual } from "./expect.js";

/** @param {string} epoch @returns {import("../../../Web/modules/protocol.js").Hello} */
function hello(epoch) {
  return { type: "hello", epoch, version: "1", mode: "demo", resumed: false, last_print_id: 10 };
}

Deno.test("a question is asked again until it is answered", async () => {
  /** @type {number[]} */
  const waits = [];
  const asking = new Asking((attempt) => Promise.resolve(void waits.push(attempt)));
  let [attempts, refusals] = [0, 0];
  /** @type {string[]} */
  const taken = [];
  const question = () => (attempts += 1) < 3 ? Promise.reject(new Error("busy")) : Promise.resolve("all");
  await asking.ask(question, (answer) => taken.push(answer), () => (refusals += 1));
  expectEqual([attempts, refusals, waits, taken], [3, 2, [1, 2], ["all"]]);
});

Deno.test("a later question takes the place of one that is not answered", async () => {
  const asking = new Asking(() => Promise.resolve());
  /** @type {string[]} */
  const taken = [];
  const late = Promise.withResolvers();
  const first = asking.ask(() => late.promise, () => taken.push("first"), () => taken.push("refused"));
  await asking.ask(() => Promise.resolve(), () => taken.push("second"), () => taken.push("refused"));
  late.reject(new Error("gone"));
  await first;
  expectEqual(taken, ["second"]);
});

Deno.test("that there is nothing is said only once it was answered", () => {
  const desk = new Desk();
  const text = () => emptyText(desk.answers.alerts, "open alerts", "No open alerts.");
  desk.receive(hello("a"), 0);
  expectEqual([text(), desk.alertsEpoch], ["Fetching the open alerts.", null]);
  const version = desk.alertsVersion.value;
  desk.refuse("alerts");
  expectEqual([text(), desk.alertsVersion.value, desk.historyFailures.value], [
    "The open alerts cannot be had yet.",
    version + 1,
    1,
  ]);
  desk.takeAlerts("a", []);
  expectEqual([text(), desk.alertsEpoch], ["No open alerts.", "a"]);
  desk.refuse("alerts");
  expectEqual([text(), desk.alertsEpoch, desk.answers.prints], ["No open alerts.", "a", "asked"]);
  desk.receive(hello("b"), 0);
  expectEqual([text(), desk.alertsEpoch], ["Fetching the open alerts.", null]);
});
