/**
 * Sets the colours before the first paint, so that nobody who chose light sees a dark flash: a plain script for that reason, loaded
 * in the head. What is chosen is kept by modules/preferences.js under the same key.
 */
(() => {
  const light = matchMedia("(prefers-color-scheme: light)");
  const apply = () => {
    let chosen = "auto";
    try {
      chosen = JSON.parse(localStorage.getItem("marketflow.preferences") ?? "{}").theme ?? "auto";
    } catch (_unreadable) {
      // Storage is forbidden or damaged: the system's colours then.
    }
    const theme = chosen === "light" || chosen === "dark" ? chosen : light.matches ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
  };
  light.addEventListener("change", apply);
  addEventListener("marketflow:theme", apply);
  apply();
})();
