/** The two checks the tests need; a failure names what was seen and what was wanted. */

/**
 * @param {unknown} seen
 * @param {unknown} wanted
 * @param {string} [subject]
 */
export function expectEqual(seen, wanted, subject = "value") {
  const [left, right] = [JSON.stringify(seen), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${subject}: saw ${left}, wanted ${right}`);
}

/**
 * @param {unknown} condition
 * @param {string} subject
 */
export function expect(condition, subject) {
  if (!condition) throw new Error(`${subject}: does not hold`);
}
