// What moves on a list's page: the filter panel, columns and their widths, selecting rows, the board, changing a cell where it stands.
const token = () => document.querySelector<HTMLInputElement>("input[name=__RequestVerificationToken]")?.value ?? "";
const send = (address: string, fields: Record<string, string>) =>
  fetch(address, { method: "POST", headers: { accept: "application/json", RequestVerificationToken: token() }, body: new URLSearchParams({ ...fields, __RequestVerificationToken: token() }) });

// The field chosen decides the comparisons and what its value is typed into.
class FilterPanel extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      const field = event.target as HTMLSelectElement;
      if (field.name === "add") {
        this.#choose(field);
      }
    });
    const field = this.querySelector<HTMLSelectElement>("select[name=add]");
    const plain = this.querySelector(".rc-filter-value")?.cloneNode(true);
    if (field?.value) {
      this.#choose(field, true);
    }
    // What was added stands above now: the panel is ready for the next, once what is sent was read.
    this.addEventListener("submit", (event) => setTimeout(() => {
      (event.target as HTMLFormElement).reset();
      this.querySelector(".rc-filter-value")?.replaceWith(plain!.cloneNode(true));
    }));
  }

  #choose(field: HTMLSelectElement, keep = false) {
    const taken = (field.selectedOptions[0]?.dataset["ops"] ?? "").split(" ");
    const op = this.querySelector<HTMLSelectElement>("select[name=op]")!;
    [...op.options].forEach((option) => (option.hidden = option.disabled = !taken.includes(option.value)));
    op.value = taken.includes(op.value) ? op.value : (taken.includes("=") ? "=" : (taken[0] ?? "="));
    const template = this.querySelector<HTMLTemplateElement>(`template[data-field="${CSS.escape(field.value)}"]`);
    const place = this.querySelector(".rc-filter-value")!;
    if (template) {
      const typed = place.querySelector<HTMLInputElement>("input, select");
      const [value, described, wrong] = [typed?.value ?? "", typed?.getAttribute("aria-describedby"), typed?.classList.contains("is-invalid")];
      place.replaceChildren(template.content.cloneNode(true));
      const control = place.querySelector<HTMLInputElement | HTMLSelectElement>("input, select");
      if (control && described) {
        control.setAttribute("aria-describedby", described);
      }
      if (control && keep) {
        control.value = value; // What came back with an error is still there.
        control.classList.toggle("is-invalid", wrong);
      }
    }
  }
}
customElements.define("rc-filter", FilterPanel);

// A list of boxes whose order counts: arrows and dragging move a line.
class Order extends HTMLElement {
  #dragged: HTMLElement | null = null;

  connectedCallback() {
    this.querySelectorAll<HTMLElement>("li:has([data-move])").forEach((line) => (line.draggable = true));
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-move]");
      const line = button?.closest("li");
      if (button && line) {
        const other = button.dataset["move"] === "-1" ? line.previousElementSibling : line.nextElementSibling;
        if (other?.querySelector("[data-move]")) {
          other[button.dataset["move"] === "-1" ? "before" : "after"](line);
          button.focus();
        }
      }
    });
    this.addEventListener("dragstart", (event) => (this.#dragged = (event.target as Element).closest("li")));
    this.addEventListener("dragover", (event) => {
      const over = (event.target as Element).closest("li");
      if (this.#dragged && over && over !== this.#dragged && over.querySelector("[data-move]")) {
        event.preventDefault();
        const box = over.getBoundingClientRect();
        over[event.clientY < box.top + box.height / 2 ? "before" : "after"](this.#dragged);
      }
    });
    this.addEventListener("dragend", () => (this.#dragged = null));
  }
}
customElements.define("rc-order", Order);

// Rows ticked: how many, all of the page, or all that match.
class Select extends HTMLElement {
  connectedCallback() {
    this.#said();
    document.addEventListener("change", this.#changed);
    this.addEventListener("click", (event) => {
      if ((event.target as Element).closest("[data-work=none]")) {
        document.querySelectorAll<HTMLInputElement>(".rc-tick, .rc-tick-all, .rc-work input[name=all]").forEach((box) => (box.checked = false));
        this.#said();
      }
    });
  }

  disconnectedCallback() {
    document.removeEventListener("change", this.#changed);
  }

  #changed = (event: Event) => {
    const box = event.target as HTMLInputElement;
    if (box.matches(".rc-tick-all")) {
      document.querySelectorAll<HTMLInputElement>(".rc-tick").forEach((pick) => (pick.checked = box.checked));
    }
    this.#said();
  };

  #said() {
    const picked = document.querySelectorAll(".rc-tick:checked").length;
    const all = this.querySelector<HTMLInputElement>("input[name=all]")?.checked ?? false;
    const count = this.querySelector<HTMLElement>(".rc-work-count");
    this.classList.toggle("rc-on", picked > 0 || all);
    if (count) {
      const total = document.querySelector(".rc-pager .num")?.textContent ?? "";
      count.textContent = all ? total : (count.dataset["text"] ?? "").replace("{0}", picked.toLocaleString(document.documentElement.lang));
    }
    const page = document.querySelector<HTMLInputElement>(".rc-tick-all");
    if (page) {
      const rows = document.querySelectorAll(".rc-tick").length;
      page.checked = picked === rows && rows > 0;
      page.indeterminate = picked > 0 && picked < rows;
    }
  }
}
customElements.define("rc-select", Select);

// Cards dragged from one column to another; the form on each card does the same without a mouse.
class Board extends HTMLElement {
  connectedCallback() {
    let card: HTMLElement | null = null;
    this.addEventListener("dragstart", (event) => {
      card = (event.target as Element).closest(".rc-board-card");
      card?.classList.add("rc-dragged");
    });
    this.addEventListener("dragend", () => card?.classList.remove("rc-dragged"));
    this.addEventListener("dragover", (event) => {
      if (card && (event.target as Element).closest(".rc-board-column")) {
        event.preventDefault();
      }
    });
    this.addEventListener("drop", (event) => {
      const column = (event.target as Element).closest<HTMLElement>(".rc-board-column");
      const form = card?.querySelector<HTMLFormElement>("form");
      const choice = form?.querySelector<HTMLSelectElement>("select[name=value]");
      if (column && form && choice && card && !column.contains(card)) {
        event.preventDefault();
        column.append(card);
        choice.value = column.dataset["value"] ?? "";
        form.requestSubmit();
      }
    });
    // The choice alone is enough, but not while keys pass over the choices: then the button beside it moves the card.
    let keys = false;
    this.addEventListener("keydown", () => (keys = true));
    this.addEventListener("pointerdown", () => (keys = false));
    this.addEventListener("change", (event) => !keys && (event.target as HTMLElement).closest<HTMLFormElement>(".rc-board-card form")?.requestSubmit());
  }
}
customElements.define("rc-board", Board);

// A column's width: set as it is kept, dragged at the right edge of its heading.
const widths = () => {
  document.querySelectorAll<HTMLTableColElement>("table.rc-list col[data-width]").forEach((col) => (col.style.width = `${col.dataset["width"]}px`));
  document.querySelectorAll<HTMLTableElement>("table.rc-list:has(th[data-column]):not([data-sized])").forEach((table) => {
    table.dataset["sized"] = "1";
    table.querySelectorAll<HTMLElement>("thead th[data-column]").forEach((heading) => {
      const grip = document.createElement("span");
      grip.className = "rc-grip";
      grip.ariaHidden = "true";
      heading.append(grip);
      grip.addEventListener("pointerdown", (down) => {
        down.preventDefault();
        const start = heading.offsetWidth;
        const move = (event: PointerEvent) => (heading.style.width = heading.style.minWidth = heading.style.maxWidth = `${Math.max(60, Math.min(800, start + event.clientX - down.clientX))}px`);
        const up = () => {
          document.removeEventListener("pointermove", move);
          void keep(table);
        };
        document.addEventListener("pointermove", move);
        document.addEventListener("pointerup", up, { once: true });
      });
    });
  });
};
const keep = async (table: HTMLTableElement) => {
  const form = document.querySelector<HTMLFormElement>("#columns form");
  const chosen = [...table.querySelectorAll<HTMLElement>("thead th[data-column]")].map((heading) => heading.dataset["column"] + (heading.style.width ? `.${Math.round(heading.offsetWidth)}` : ""));
  if (form) {
    const body = new URLSearchParams({ __RequestVerificationToken: token(), returnUrl: form.querySelector<HTMLInputElement>("input[name=returnUrl]")?.value ?? "" });
    chosen.forEach((column) => body.append("column", column));
    const answer = await fetch(form.action, { method: "POST", body });
    if (answer.redirected) {
      history.replaceState(history.state, "", answer.url); // The view has changed: its address says so.
    }
  }
};
widths();
new MutationObserver(widths).observe(document.body, { childList: true, subtree: true });

// A cell changed where it stands: double click, or F2 on its row's link and Tab from cell to cell. Enter saves, Esc leaves it.
const edit = (cell: HTMLElement) => {
  const row = cell.closest<HTMLElement>("[data-id]");
  const list = row?.dataset["list"] ?? document.querySelector<HTMLFormElement>("#work, #columns form")?.action.match(/\/lists\/([a-z]+)\//)?.[1];
  if (!row || !list || cell.querySelector("[data-cell]")) {
    return;
  }
  pencil.remove();
  const kept = [...cell.childNodes];
  const template = document.querySelector<HTMLTemplateElement>(`template[data-field="${CSS.escape(cell.dataset["field"] ?? "")}"]`);
  const control = (template?.content.querySelector("select")?.cloneNode(true) as HTMLSelectElement | undefined) ?? document.createElement("input");
  control.className = control instanceof HTMLSelectElement ? "form-select form-select-sm" : "form-control form-control-sm";
  control.multiple = false;
  control.removeAttribute("size");
  if (control instanceof HTMLSelectElement && ![...control.options].some((option) => option.value === "")) {
    control.prepend(new Option("—", ""));
  }
  const stored = cell.dataset["value"] ?? "";
  if (control instanceof HTMLSelectElement && ![...control.options].some((option) => option.value === stored)) {
    control.add(new Option(cell.textContent?.trim() || stored, stored)); // No option any more, or several at once: leaving the cell must not take it away.
  }
  control.dataset["cell"] = "1";
  control.ariaLabel = cell.dataset["label"] ?? "";
  control.value = cell.dataset["value"] ?? "";
  cell.replaceChildren(control);
  control.focus();
  let done = false;
  const leave = (nodes: Node[]) => {
    done = true;
    cell.replaceChildren(...nodes);
    (row.querySelector<HTMLElement>("th a") ?? cell).focus();
  };
  const save = async () => {
    if (done || control.value === (cell.dataset["value"] ?? "")) {
      return done || leave(kept);
    }
    done = true;
    control.disabled = true;
    const answer = await send(`/lists/${list}/rows/${row.dataset["id"]}`, { field: cell.dataset["field"] ?? "", value: control.value, was: cell.dataset["value"] ?? "" });
    if (answer.ok) {
      const said = (await answer.json()) as { text: string; value: string };
      cell.dataset["value"] = said.value;
      leave([document.createTextNode(said.text)]);
      cell.classList.add("rc-saved");
      setTimeout(() => cell.classList.remove("rc-saved"), 1600);
      return;
    }
    done = false;
    control.disabled = false;
    control.classList.add("is-invalid");
    const problem = (await answer.json().catch(() => null)) as { title?: string; errors?: Record<string, string[]> } | null;
    const why = cell.querySelector(".invalid-feedback") ?? cell.appendChild(Object.assign(document.createElement("div"), { className: "invalid-feedback d-block", role: "alert" }));
    why.textContent = Object.values(problem?.errors ?? {}).flat()[0] ?? problem?.title ?? "";
    control.focus();
  };
  control.addEventListener("keydown", (event) => {
    const key = event as KeyboardEvent;
    if (key.isComposing) {
      return;
    }
    if (key.key === "Escape") {
      key.stopPropagation();
      leave(kept);
    } else if (key.key === "Enter") {
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
  });
  control.addEventListener("blur", () => setTimeout(() => void (!done && !control.classList.contains("is-invalid") && save()), 120));
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
document.addEventListener("keydown", (event) => {
  const first = event.key === "F2" ? document.activeElement?.closest("tr")?.querySelector<HTMLElement>("[data-edit]") : null;
  if (first) {
    event.preventDefault();
    edit(first);
  }
});
