// The sign of a field's longer help is no stop of its own before every field: the field itself tells the text to whom it is read out, and F1 shows it. Without script it stays one.
const signs = () => document.querySelectorAll<HTMLElement>(".rc-hint:not([tabindex])").forEach((sign) => (sign.tabIndex = -1));
signs();
new MutationObserver(signs).observe(document.body, { childList: true, subtree: true });

document.addEventListener("keydown", (event) => {
  const sign = event.key === "F1" ? document.activeElement?.closest(".rc-field")?.querySelector<HTMLElement>(":scope > .rc-hint") : null;
  if (sign) {
    event.preventDefault();
    sign.click();
  }
});

export {};
