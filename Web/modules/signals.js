/**
 * Signals: values that know who read them. An effect runs again when a signal it read last time has changed;
 * a computed value is recalculated at most once per change and only wakes its readers when its result differs.
 */

/**
 * @template T
 * @typedef {object} Signal
 * @property {T} value reading subscribes the running effect; writing wakes the subscribers
 * @property {() => T} peek reads without subscribing
 */

/** @typedef {{ run: () => void, sources: Set<Set<Reaction>> }} Reaction */

/** @type {Reaction | null} */
let running = null;
let batchDepth = 0;
/** @type {Set<Reaction>} */
const pending = new Set();

/**
 * @template T
 * @param {T} initial
 * @returns {Signal<T>}
 */
export function signal(initial) {
  let current = initial;
  /** @type {Set<Reaction>} */
  const readers = new Set();
  return {
    get value() {
      if (running) {
        readers.add(running);
        running.sources.add(readers);
      }
      return current;
    },
    set value(next) {
      if (Object.is(next, current)) return;
      current = next;
      batch(() => readers.forEach((reader) => pending.add(reader)));
    },
    peek: () => current,
  };
}

/**
 * Runs `body` now and again after each change of what it read. Returns a function that ends it.
 * @param {() => void} body
 * @returns {() => void}
 */
export function effect(body) {
  /** @type {Reaction} */
  const reaction = {
    sources: new Set(),
    run() {
      release(reaction);
      const outer = running;
      running = reaction;
      try {
        body();
      } finally {
        running = outer;
      }
    },
  };
  reaction.run();
  return () => {
    release(reaction);
    pending.delete(reaction);
  };
}

/**
 * An effect that rests while `condition` is false: nothing it reads wakes it then.
 * @param {Signal<boolean>} condition
 * @param {() => void} body
 * @returns {() => void}
 */
export function effectWhile(condition, body) {
  return effect(() => {
    if (condition.value) body();
  });
}

/**
 * @template T
 * @param {() => T} derive
 * @returns {Signal<T>}
 */
export function computed(derive) {
  const result = signal(/** @type {T} */ (/** @type {unknown} */ (undefined)));
  effect(() => (result.value = derive()));
  return result;
}

/**
 * Holds effects back until `changes` is done, then runs each of them once.
 * @param {() => void} changes
 */
export function batch(changes) {
  batchDepth += 1;
  try {
    changes();
  } finally {
    // The outermost batch drains; an effect that writes adds to the queue it is drained from.
    try {
      if (batchDepth === 1) drain();
    } finally {
      batchDepth -= 1;
    }
  }
}

function drain() {
  /** @type {unknown[]} */
  const failures = [];
  for (const reaction of pending) {
    pending.delete(reaction);
    // One broken reader must not leave the others showing old values: the error is thrown once all have run.
    try {
      reaction.run();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** @param {Reaction} reaction */
function release(reaction) {
  for (const readers of reaction.sources) readers.delete(reaction);
  reaction.sources.clear();
}
