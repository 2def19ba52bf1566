// The menu of one row: made when it is asked for, from the template that all rows share.
let shut = () => {};

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-rc=row-menu]");
  const open = button?.getAttribute("aria-expanded") === "true";
  if (button || !(event.target as Element).closest(".rc-row-panel")) {
    shut();
  }
  const template = document.getElementById("row-menu") as HTMLTemplateElement | null;
  if (!button || open || !template || event.ctrlKey || event.metaKey) {
    return;
  }
  event.preventDefault();
  const panel = document.createElement("div");
  panel.className = "rc-menu-panel rc-row-panel";
  panel.role = "menu";
  panel.ariaLabel = button.getAttribute("aria-label");
  panel.append(template.content.cloneNode(true));
  panel.querySelectorAll("a").forEach((link) => (link.href = link.getAttribute("href")!.replace("{id}", button.closest("tr")?.dataset["id"] ?? "")));
  panel.querySelectorAll<HTMLAnchorElement>("a[data-record]").forEach((link) => (link.href = button.closest("tr")?.querySelector<HTMLAnchorElement>("th a")?.href ?? link.href));
  // On the page rather than in the cell: the list scrolls and would cut it off.
  const box = button.getBoundingClientRect();
  document.body.append(panel);
  panel.style.top = `${Math.min(box.bottom + 4, innerHeight - panel.offsetHeight - 8) + scrollY}px`;
  panel.style.left = `${Math.max(8, box.right - panel.offsetWidth) + scrollX}px`;
  button.setAttribute("aria-expanded", "true");
  panel.querySelector<HTMLElement>("a")?.focus();
  shut = () => {
    panel.remove();
    button.setAttribute("aria-expanded", "false");
    shut = () => {};
  };
}, { capture: true }); // Before the enhanced navigation, which is there first and would follow the link.

document.addEventListener("keydown", (event) => {
  const panel = document.querySelector(".rc-row-panel");
  if (!panel) {
    return;
  }
  const links = [...panel.querySelectorAll<HTMLElement>("a")];
  if (event.key === "Escape" || event.key === "Tab") {
    const button = document.querySelector<HTMLElement>("[data-rc=row-menu][aria-expanded=true]");
    shut();
    button?.focus();
    event.preventDefault();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[(at + (event.key === "ArrowDown" ? 1 : -1) + links.length) % links.length]?.focus();
    event.preventDefault();
  }
});

export {};
