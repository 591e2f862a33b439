/** Questions to the server's REST API, one at a time or again and again while somebody looks. */
import { effect } from "./signals.js";

/** @typedef {import("./signals.js").Signal<boolean>} Flag */

/** A question is not waited for any longer: what is shown would be old without a sign. */
const QUESTION_MILLISECONDS = 10_000;
/** A command may be long at work, and one that is given up may be done all the same. */
const COMMAND_MILLISECONDS = 30_000;

/**
 * @param {string} path with its query
 * @returns {Promise<any>} the answer's JSON; its shape is in /openapi.json
 * @throws {Error} with the server's own words when it refuses
 */
export async function get(path) {
  return await exchange(path, { headers: { Accept: "application/json" } }, QUESTION_MILLISECONDS);
}

/**
 * @param {"POST" | "PUT" | "DELETE"} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 * @throws {Error} with the server's own words when it refuses
 */
export async function send(method, path, body = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  return await exchange(path, { method, headers, body: JSON.stringify(body) }, COMMAND_MILLISECONDS);
}

/**
 * @param {string} path
 * @param {RequestInit} request
 * @param {number} milliseconds how long its answer is waited for
 */
async function exchange(path, request, milliseconds) {
  const signal = AbortSignal.timeout(milliseconds);
  try {
    return await answerOf(path, await fetch(path, { ...request, signal }));
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "TimeoutError")) throw error;
    throw new Error(`${path}: no answer within ${milliseconds / 1000} seconds`);
  }
}

/**
 * @param {string} path
 * @param {Response} response
 */
async function answerOf(path, response) {
  const text = await response.text();
  const answer = text === "" ? null : JSON.parse(text);
  if (!response.ok) throw new Error(answer?.detail ?? `${path}: answered ${response.status}`);
  return answer;
}

/**
 * Asks now and every so often while `isShown` and the browser's tab are; at once again when the path changes. An answer to a question
 * that is no longer asked is thrown away. `path` may read signals; null asks nothing.
 * @param {object} poll
 * @param {Flag} poll.isShown
 * @param {number} poll.milliseconds between an answer and the next question
 * @param {() => string | null} poll.path
 * @param {(answer: any, path: string) => void} poll.take
 * @param {(error: Error) => void} poll.refuse also when the server cannot be reached
 * @returns {() => void} asks at once, as after a change that somebody made
 */
export function poll({ isShown, milliseconds, path, take, refuse }) {
  let asked = 0;
  let timer = 0;
  /** @type {string | null} */
  let address = null;

  async function ask() {
    clearTimeout(timer);
    if (address === null) return;
    const [mine, question] = [asked += 1, address];
    if (!document.hidden) {
      try {
        const answer = await get(question);
        if (mine === asked) take(answer, question);
      } catch (error) {
        if (mine === asked) refuse(error instanceof Error ? error : new Error(String(error)));
      }
    }
    if (mine === asked) timer = setTimeout(() => void ask(), milliseconds);
  }

  effect(() => {
    const next = isShown.value ? path() : null;
    if (next === address) return;
    address = next;
    asked += 1;
    void ask();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void ask();
  });
  return () => void ask();
}
