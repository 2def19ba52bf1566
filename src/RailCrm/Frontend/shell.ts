// Behaviour of the frame: theme, menu on a phone, copy, forms sent once, leaving a changed form, keys.

const setTheme = (theme: string) => {
  document.documentElement.dataset["bsTheme"] = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  document.dispatchEvent(new CustomEvent("rc-theme"));
};

// Until someone chooses, the system's choice holds.
if (!document.cookie.includes("theme=") && matchMedia("(prefers-color-scheme: dark)").matches) {
  setTheme("dark");
}

document.addEventListener("click", (event) => {
  const target = (event.target as Element).closest<HTMLElement>("[data-rc]");
  switch (target?.dataset["rc"]) {
    case "theme":
      setTheme(document.documentElement.dataset["bsTheme"] === "dark" ? "light" : "dark");
      break;
    case "menu": {
      const menu = document.getElementById("menu");
      const open = menu?.classList.toggle("show") ?? false;
      target.setAttribute("aria-expanded", String(open));
      break;
    }
    case "copy":
      void navigator.clipboard?.writeText(target.dataset["text"] ?? "");
      target.classList.add("text-success");
      break;
    case "print":
      window.print();
      break;
    case "open-dialog":
      (document.getElementById(target.dataset["target"] ?? "") as HTMLDialogElement | null)?.showModal();
      break;
    case "close-dialog":
      target.closest("dialog")?.close();
      break;
  }
});

let dirty = false;
document.addEventListener("input", (event) => {
  if ((event.target as Element).closest("form[data-guard]")) {
    dirty = true;
  }
});
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.method !== "post") {
    return;
  }
  if (form.dataset["sent"]) {
    event.preventDefault();
    return;
  }
  form.dataset["sent"] = "1";
  dirty = false;
  // Enhanced navigation keeps the document when the form comes back with errors, so it may be sent again then.
  setTimeout(() => delete form.dataset["sent"], 3000);
});
window.addEventListener("beforeunload", (event) => {
  if (dirty) {
    event.preventDefault();
  }
});
document.addEventListener("click", (event) => {
  if ((event.target as Element).closest("[data-abandon]")) {
    dirty = false;
  }
});

const go: Record<string, string> = { h: "/", c: "/customers", w: "/waybills", i: "/imports", o: "/organization" };
let leader = false;
document.addEventListener("keydown", (event) => {
  const active = document.activeElement;
  if (event.isComposing || active?.matches("input, textarea, select, [contenteditable]")) {
    return;
  }
  if ((event.key === "/" && !event.ctrlKey) || (event.key === "k" && event.ctrlKey)) {
    event.preventDefault();
    document.getElementById("search")?.focus();
  } else if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  } else if (leader) {
    leader = false;
    const to = go[event.key];
    if (to) {
      location.href = to;
    }
  } else if (event.key === "g") {
    leader = true;
    setTimeout(() => (leader = false), 1000);
  } else if (event.key === "n" || event.key === "e") {
    document.querySelector<HTMLAnchorElement>(`[data-key="${event.key}"]`)?.click();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll<HTMLAnchorElement>("table.rc-list tbody th a")];
    const at = links.indexOf(active as HTMLAnchorElement);
    links[Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)))]?.focus();
  } else if (event.key === "?") {
    (document.getElementById("keys") as HTMLDialogElement | null)?.showModal();
  }
});
