// The keyboard. Off while typing, and while the Chinese input method composes.
let leader = 0;

const rows = () => [...document.querySelectorAll<HTMLElement>("table.rc-list tbody tr, .rc-board-card")].filter((row) => row.querySelector("a"));
const step = (by: number) => {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const to = all[Math.max(0, Math.min(all.length - 1, at + by))];
  to?.querySelector<HTMLElement>("th a, a")?.focus();
  to?.scrollIntoView({ block: "nearest" });
};

// The box of a row, ticked as by the mouse; with Shift the rows since the last one too.
const tick = (row: Element | null | undefined, shiftKey: boolean, only = false) => {
  const box = row?.querySelector<HTMLInputElement>(".rc-tick, input[type=checkbox]");
  if (box && !(only && box.checked)) {
    box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  }
  return box;
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) {
    return;
  }
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "s") {
    const save = document.querySelector<HTMLButtonElement>("[data-key=save], form[data-guard] button.btn-primary");
    if (save) {
      event.preventDefault();
      save.click();
    }
    return;
  }
  const active = document.activeElement;
  if (active?.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) {
    if (event.key === "Escape") {
      (active as HTMLElement).blur();
    }
    return;
  }
  if (control || event.altKey || document.querySelector("dialog[open]")) {
    return;
  }
  if (leader) {
    clearTimeout(leader);
    leader = 0;
    document.querySelector<HTMLAnchorElement>(`[data-go="${CSS.escape(event.key)}"]`)?.click();
    return;
  }
  switch (event.key) {
    case "/":
      event.preventDefault();
      document.getElementById("search")?.focus();
      break;
    case "g":
      leader = window.setTimeout(() => (leader = 0), 1500);
      break;
    case "n":
    case "e":
      document.querySelector<HTMLElement>(`[data-key="${event.key}"]`)?.click();
      break;
    case "j":
      step(1);
      break;
    case "k":
      step(-1);
      break;
    case "x":
    case "X":
      tick(active?.closest("tr"), event.shiftKey);
      break;
    case " ":
      if (active?.matches("table.rc-list th a") && tick(active.closest("tr"), event.shiftKey)) {
        event.preventDefault(); // Else the page would scroll.
      }
      break;
    case "ArrowDown":
    case "ArrowUp":
      if (event.shiftKey && active?.closest("tr")?.querySelector(".rc-tick")) {
        event.preventDefault();
        tick(active.closest("tr"), false, true);
        step(event.key === "ArrowDown" ? 1 : -1);
        tick(document.activeElement?.closest("tr"), false, true);
      }
      break;
    case "Escape":
      // Not while a menu or the help of a field is open: that closes first.
      if (!document.querySelector("details.rc-menu[open], .rc-side.show") && !(CSS.supports("selector(:popover-open)") && document.querySelector(":popover-open"))) {
        document.querySelector<HTMLElement>("main form a[data-abandon]")?.click();
      }
      break;
    case "?":
      (document.getElementById("keys") as HTMLDialogElement | null)?.showModal();
      break;
  }
});

export {};
