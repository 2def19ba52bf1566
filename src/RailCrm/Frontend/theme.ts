// Runs before the first paint, so that a dark page never flashes light. The server writes what was chosen; for "auto" the system decides, and the server is told for the next page.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

const apply = () => {
  const choice = root.dataset["theme"] ?? "auto";
  const now = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
  if (choice === "auto") {
    document.cookie = `theme-now=${now}; path=/; max-age=31536000; samesite=lax`;
  }
  if (root.dataset["bsTheme"] !== now) {
    root.dataset["bsTheme"] = now;
    document.dispatchEvent(new CustomEvent("rc-theme"));
  }
};

apply();
system.addEventListener("change", apply);
document.addEventListener("rc-choose-theme", apply);

export {};
