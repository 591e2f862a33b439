/** One line that says what a command has come to, for a few seconds. */
import { required, setText } from "../modules/dom.js";

const SHOWN_MILLISECONDS = 4_000;

/** @returns {(text: string) => void} */
export function mountToast() {
  const line = required("toast");
  let timer = 0;
  return (text) => {
    setText(line, text);
    line.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => (line.hidden = true), SHOWN_MILLISECONDS);
  };
}
