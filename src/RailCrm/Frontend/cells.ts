// A cell changed where it stands: double click, or F2 on its row's link and Tab from cell to cell; on a record F2 or Enter on the field. Enter saves, Shift-Enter begins a line where there may be several, Esc leaves it.
const token = () => document.querySelector<HTMLInputElement>("input[name=__RequestVerificationToken]")?.value ?? "";
const send = (address: string, fields: Record<string, string>) =>
  fetch(address, { method: "POST", headers: { accept: "application/json", RequestVerificationToken: token() }, body: new URLSearchParams({ ...fields, __RequestVerificationToken: token() }) });

// The row as the page shows it now, with links, badges and what follows from the change, and the offer to take it back.
const read = async (row: HTMLElement) => {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  const page = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const fresh = [...(page?.querySelectorAll<HTMLElement>(`[data-id="${CSS.escape(row.dataset["id"] ?? "")}"] [data-label]`) ?? [])];
  return { page, of: (cell: HTMLElement) => fresh.find((f) => f.dataset["field"] === cell.dataset["field"] && f.dataset["label"] === cell.dataset["label"]) };
};
const again = async (row: HTMLElement, changed: HTMLElement) => {
  const { page, of } = await read(row);
  for (const cell of row.querySelectorAll<HTMLElement>("[data-label]")) {
    const now = of(cell);
    if (now && !cell.querySelector("[data-cell]") && (cell === changed || cell.textContent !== now.textContent)) {
      cell.replaceChildren(...now.childNodes);
      if (now.dataset["value"] !== undefined) {
        cell.dataset["value"] = now.dataset["value"];
      }
    }
  }
  const figures = page?.querySelector(".rc-figures");
  if (figures && row.dataset["list"]) {
    document.querySelector(".rc-figures")?.replaceChildren(...figures.childNodes); // A record's head tells what follows.
  }
  const toast = page?.querySelector(".rc-toast");
  if (toast) {
    document.querySelector(".rc-toasts")?.replaceChildren(toast);
  }
};
// The boxes of a filter as the choices of a cell.
const ticked = (template: HTMLTemplateElement | null) => {
  const boxes = [...(template?.content.querySelectorAll<HTMLInputElement>("input[type=checkbox][name]") ?? [])].filter((box) => box.value !== "");
  const select = document.createElement("select");
  boxes.forEach((box) => select.add(new Option(box.closest("label")!.textContent!.trim(), box.value)));
  return boxes.length > 0 ? select : null;
};
const edit = (cell: HTMLElement) => {
  const row = cell.closest<HTMLElement>("[data-id]");
  const list = row?.dataset["list"] ?? document.querySelector<HTMLFormElement>("#work, #columns form")?.action.match(/\/lists\/([a-z]+)\//)?.[1];
  if (!row || !list || cell.querySelector("[data-cell]")) {
    return;
  }
  pencil.remove();
  const kept = [...cell.childNodes];
  const template = document.querySelector<HTMLTemplateElement>(`template[data-field="${CSS.escape(cell.dataset["field"] ?? "")}"]`);
  const stored = cell.dataset["value"] ?? "";
  type Control = HTMLSelectElement | HTMLInputElement | HTMLTextAreaElement;
  const control = (template?.content.querySelector("input[type=date], select, textarea")?.cloneNode(true) as Control | undefined) ?? ticked(template) ?? document.createElement(stored.includes("\n") ? "textarea" : "input"); // A line alone would lose the others.
  const choice = control instanceof HTMLSelectElement ? control : null;
  const many = choice !== null && template?.dataset["many"] === "true";
  control.className = choice ? "form-select form-select-sm" : "form-control form-control-sm";
  if (!(control instanceof HTMLTextAreaElement)) {
    control.multiple = many;
  }
  control.removeAttribute("size");
  control.removeAttribute("id");
  if (choice && !many && ![...choice.options].some((option) => option.value === "")) {
    choice.prepend(new Option("—", ""));
  }
  for (const value of choice ? (many ? stored.split(",").filter((part) => part) : [stored]) : []) {
    if (![...choice!.options].some((option) => option.value === value)) {
      choice!.add(new Option(many ? value : cell.textContent?.trim() || value, value)); // No option any more: leaving the cell must not take it away.
    }
  }
  const said = () => (many ? [...choice!.selectedOptions].map((option) => option.value).join(",") : control.value);
  // What is looked up shows what it is called, and is looked up as in a form; the key that is stored means nothing to its reader.
  const lookup = control instanceof HTMLInputElement && control.type !== "date" ? (cell.dataset["lookup"] ?? "") : "";
  const shown = (cell.querySelector("a")?.textContent ?? kept.map((node) => node.textContent ?? "").join("")).trim();
  control.dataset["cell"] = "1";
  control.ariaLabel = cell.dataset["label"] ?? "";
  if (many) {
    choice!.size = Math.min(6, choice!.options.length);
    [...choice!.options].forEach((option) => (option.selected = stored.split(",").includes(option.value)));
  } else {
    control.value = lookup && stored ? (shown === "—" ? "" : shown) : stored;
  }
  const before = said();
  if (lookup) {
    const box = document.createElement("rc-combobox");
    box.setAttribute("src", lookup);
    box.dataset["new"] = "";
    control.id = "cell-look-up";
    box.append(control);
    cell.replaceChildren(box);
    control.addEventListener("change", () => control.hasAttribute("data-taken") && void save());
  } else {
    cell.replaceChildren(control);
  }
  control.focus();
  if (lookup) {
    (control as HTMLInputElement).select();
  }
  let done = false;
  const leave = (nodes: Node[]) => {
    done = true;
    cell.replaceChildren(...nodes);
    (row.querySelector<HTMLElement>("th a") ?? cell).focus();
  };
  const save = async () => {
    if (done || said() === before) {
      return done || leave(kept);
    }
    done = true;
    control.disabled = true;
    const answer = await send(`/lists/${list}/rows/${row.dataset["id"]}`, { field: cell.dataset["field"] ?? "", value: said(), was: cell.dataset["value"] ?? "", returnUrl: location.pathname + location.search });
    if (answer.ok) {
      const now = (await answer.json()) as { text: string; value: string };
      cell.dataset["value"] = now.value;
      leave([document.createTextNode(now.text)]);
      cell.classList.add("rc-saved");
      setTimeout(() => cell.classList.remove("rc-saved"), 1600);
      void again(row, cell);
      return;
    }
    done = false;
    control.disabled = false;
    control.classList.add("is-invalid");
    const problem = (await answer.json().catch(() => null)) as { detail?: string; title?: string; errors?: Record<string, string[]> } | null;
    const why = cell.querySelector(".invalid-feedback") ?? cell.appendChild(Object.assign(document.createElement("div"), { className: "invalid-feedback d-block", role: "alert" }));
    why.textContent = Object.values(problem?.errors ?? {}).flat()[0] ?? problem?.detail ?? problem?.title ?? "";
    const theirs = answer.status === 412 ? (await read(row)).of(cell) : undefined;
    if (theirs) {
      // Somebody else was first: what stands there now is said, Enter writes over it, Esc leaves it.
      cell.dataset["value"] = theirs.dataset["value"] ?? "";
      why.textContent = (document.body.dataset["stands"] ?? "").replace("{0}", theirs.textContent?.trim() || "—");
      kept.splice(0, kept.length, ...theirs.childNodes);
    }
    control.focus();
  };
  control.addEventListener("keydown", (event) => {
    const key = event as KeyboardEvent;
    if (key.isComposing) {
      return;
    }
    const open = control.getAttribute("aria-expanded") === "true";
    if (open && (key.key === "Escape" || (key.key === "Enter" && control.hasAttribute("aria-activedescendant")))) {
      return; // The list of what was found closes, or gives what is chosen.
    }
    if (key.key === "Escape") {
      key.stopPropagation();
      leave(kept);
    } else if (key.key === "Enter" && !(key.shiftKey && control instanceof HTMLTextAreaElement)) {
      key.preventDefault();
      void save();
    } else if (key.key === "Tab") {
      const cells = [...row.querySelectorAll<HTMLElement>("[data-edit]")];
      const next = cells[cells.indexOf(cell) + (key.shiftKey ? -1 : 1)];
      if (next) {
        key.preventDefault();
        void save().then(() => done && edit(next));
      }
    }
  }, { capture: true }); // Before the look-up, which closes its list.
  control.addEventListener("blur", () => setTimeout(() => void (!done && control.dataset["making"] === undefined && !control.classList.contains("is-invalid") && save()), 120));
};
document.addEventListener("dblclick", (event) => {
  const cell = (event.target as Element).closest<HTMLElement>("[data-edit]");
  if (cell && !(event.target as Element).closest("a, button, input, select")) {
    edit(cell);
  }
});
// One pencil for all cells: it stands in the one that is pointed at.
const pencil = document.createElement("button");
pencil.type = "button";
pencil.className = "rc-pencil";
pencil.tabIndex = -1;
pencil.textContent = "✎";
document.addEventListener("pointerover", (event) => {
  const cell = (event.target as Element).closest<HTMLElement>("[data-edit]");
  if (cell && pencil.parentElement !== cell && !cell.querySelector("[data-cell]")) {
    pencil.ariaLabel = pencil.title = `${document.body.dataset["change"] ?? ""} ${cell.dataset["label"] ?? ""}`;
    cell.append(pencil);
  }
});
pencil.addEventListener("click", () => {
  const cell = pencil.closest<HTMLElement>("[data-edit]");
  pencil.remove();
  if (cell) {
    edit(cell);
  }
});
// The fields of a record are reached with Tab.
const reach = () => document.querySelectorAll<HTMLElement>("dd[data-edit]:not([tabindex])").forEach((field) => (field.tabIndex = 0));
reach();
new MutationObserver(reach).observe(document.body, { childList: true, subtree: true });
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) {
    return; // The Enter that left a field must not open it again.
  }
  const active = document.activeElement;
  const field = active?.matches("dd[data-edit]") && (event.key === "F2" || event.key === "Enter") ? (active as HTMLElement) : null;
  const first = field ?? (event.key === "F2" ? (active?.closest("tr")?.querySelector<HTMLElement>("[data-edit]") ?? (active?.closest("tr, [data-cell]") ? null : document.querySelector<HTMLElement>("dd[data-edit]"))) : null);
  if (first) {
    event.preventDefault();
    edit(first);
  }
});

export {};
