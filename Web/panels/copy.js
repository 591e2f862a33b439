/** A button that copies something, and says whether it could. */
import { element, setText } from "../modules/dom.js";

const SAID_MILLISECONDS = 2_000;

/**
 * @param {string} word on the button
 * @param {() => string} text what is copied
 */
export function copyButton(word, text) {
  const button = element("button", "plain", { type: "button" }, [word]);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      setText(button, "Copied");
    } catch (_denied) {
      setText(button, "Not allowed");
    }
    setTimeout(() => setText(button, word), SAID_MILLISECONDS);
  });
  return button;
}
