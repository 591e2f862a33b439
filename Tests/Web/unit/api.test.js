import { get, send } from "../../../Web/modules/api.js";
import { expectEqual } from "./expect.js";

/**
 * What the page is told while the server behaves as `answer`, and no time limit is waited for.
 * @param {(signal: AbortSignal | null | undefined) => Promise<Response>} answer
 * @param {() => Promise<unknown>} question
 */
async function told(answer, question) {
  const [fetchBefore, timeoutBefore] = [globalThis.fetch, AbortSignal.timeout];
  globalThis.fetch = (_path, options) => answer(options?.signal);
  AbortSignal.timeout = () => {
    const limit = new AbortController();
    queueMicrotask(() => limit.abort(new DOMException("time", "TimeoutError")));
    return limit.signal;
  };
  try {
    return await question();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  } finally {
    globalThis.fetch = fetchBefore;
    AbortSignal.timeout = timeoutBefore;
  }
}

/** @param {AbortSignal | null | undefined} signal */
function silent(signal) {
  if (!signal) return Promise.reject(new Error("nothing ends the wait"));
  return /** @type {Promise<Response>} */ (new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason))
  ));
}

Deno.test("a server that says nothing is not waited for without end", async () => {
  expectEqual(await told(silent, () => get("/health")), "/health: no answer within 10 seconds");
  expectEqual(await told(silent, () => send("POST", "/replay")), "/replay: no answer within 30 seconds");
});

Deno.test("a refusal is said in the server's own words", async () => {
  const refuse = () => Promise.resolve(Response.json({ detail: "There is no such day." }, { status: 404 }));
  expectEqual(await told(refuse, () => get("/days/1")), "There is no such day.");
});
