// What moves on a list's page: the filter panel, columns and their widths, the board.
const token = () => document.querySelector<HTMLInputElement>("input[name=__RequestVerificationToken]")?.value ?? "";

// The field chosen decides the comparisons and what its value is typed into.
class FilterPanel extends HTMLElement {
  #compares = false; // Whether a comparison was chosen, which then stays where a field knows it.

  connectedCallback() {
    this.addEventListener("change", (event) => {
      const field = event.target as HTMLSelectElement;
      const op = this.querySelector<HTMLSelectElement>("select[name=op]");
      if (field.name === "value" && field.value) {
        // A day or a span of time: the one chosen stands.
        this.querySelectorAll<HTMLInputElement>(".rc-filter-value [name=value]").forEach((other) => (other !== event.target && other.type !== "checkbox" ? (other.value = "") : null));
      }
      this.#compares ||= field.name === "op";
      if (field.name === "add") {
        this.#choose(field);
      } else if (field.name === "value" && /^-\d+[dmy]$/.test(field.value) && op?.value === "=" && [...op.options].some((option) => option.value === ">=" && !option.disabled)) {
        op.value = ">="; // Whoever says "30 days ago" means since then.
      }
    });
    const field = this.querySelector<HTMLSelectElement>("select[name=add]");
    const plain = this.querySelector(".rc-filter-value")?.cloneNode(true);
    if (field?.value) {
      this.#choose(field, true);
    }
    // On a phone the panel lies in a sheet: a condition that is to be changed brings it up.
    const sheet = this.dataset["editing"] ? this.closest<HTMLElement>("[popover]") : null;
    if (sheet && getComputedStyle(sheet).display === "none") {
      sheet.showPopover();
    }
    // What was added stands above now: the panel is ready for the next, once what is sent was read.
    this.addEventListener("submit", (event) => setTimeout(() => {
      if ((event.target as HTMLFormElement).querySelector<HTMLInputElement>("input[name=panel]")?.value === "chip" && sheet?.matches(":popover-open")) {
        sheet.hidePopover(); // It came up for this condition alone.
      }
      (event.target as HTMLFormElement).reset();
      this.#compares = false;
      this.querySelector(".rc-filter-value")?.replaceWith(plain!.cloneNode(true));
    }));
  }

  #choose(field: HTMLSelectElement, keep = false) {
    const taken = (field.selectedOptions[0]?.dataset["ops"] ?? "").split(" ");
    const op = this.querySelector<HTMLSelectElement>("select[name=op]")!;
    [...op.options].forEach((option) => (option.hidden = option.disabled = !taken.includes(option.value)));
    // Said as this field is compared; as long as nobody chose a comparison, the one that is usual for it.
    const words = (field.selectedOptions[0]?.dataset["words"] ?? "").split("|");
    [...op.options].forEach((option) => (option.text = words[taken.indexOf(option.value)] || option.text));
    const chosen = keep || this.#compares ? op.value : "";
    op.value = chosen && taken.includes(chosen) ? chosen : (field.selectedOptions[0]?.dataset["usual"] ?? taken[0] ?? "");
    const template = this.querySelector<HTMLTemplateElement>(`template[data-field="${CSS.escape(field.value)}"]`);
    const place = this.querySelector<HTMLElement>(".rc-filter-value")!;
    if (template && !(keep && place.dataset["of"] === field.value)) {
      const typed = place.querySelector<HTMLInputElement>("input, select");
      const [value, described, wrong] = [typed?.value ?? "", typed?.getAttribute("aria-describedby"), typed?.classList.contains("is-invalid")];
      place.replaceChildren(template.content.cloneNode(true));
      const control = place.querySelector<HTMLInputElement | HTMLSelectElement>("input, select");
      if (control && described) {
        control.setAttribute("aria-describedby", described);
      }
      if (control instanceof HTMLInputElement && control.type === "checkbox") {
        const ticked = keep ? value.split(",").map((part) => part.trim()) : [];
        place.querySelectorAll<HTMLInputElement>("input[type=checkbox]").forEach((box) => (box.checked = ticked.includes(box.value)));
      } else if (control && keep) {
        control.value = value; // What came back with an error is still there.
        control.classList.toggle("is-invalid", wrong);
      }
    }
  }
}
customElements.define("rc-filter", FilterPanel);

// The next page of a list begins at its top, wherever the last one was left; the keyboard goes on from there.
const blazor = () => (window as unknown as { Blazor?: { addEventListener(name: string, act: () => void): void } }).Blazor;
let [turned, listens] = [false, false];
const toTop = () => {
  const pager = document.querySelector(".rc-pager");
  const before = [...document.querySelectorAll<HTMLElement>(".rc-scroll")].filter((part) => pager && part.compareDocumentPosition(pager) & Node.DOCUMENT_POSITION_FOLLOWING);
  const list = before.at(-1);
  if (!turned || !list) {
    return;
  }
  turned = false;
  list.scrollTop = 0;
  if (list.getBoundingClientRect().top < 56) {
    list.scrollIntoView({ block: "start" });
  }
  list.focus({ preventScroll: true });
};
document.addEventListener("click", (event) => {
  if ((event.target as Element).closest(".rc-pager a[href]") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    turned = true;
    if (!listens) {
      blazor()?.addEventListener("enhancedload", () => requestAnimationFrame(toTop));
      listens = true;
    }
  }
}, { capture: true });

// A chip opens the panel for its condition; where the panel is open already, it stays so afterwards.
document.addEventListener("click", (event) => {
  const chip = (event.target as Element).closest<HTMLAnchorElement>("a.rc-chip-edit");
  if (chip && document.querySelector("details#filter[open]:not(:has([data-editing]))")?.checkVisibility()) {
    chip.href = chip.href.replace("panel=chip", "panel=filter");
  }
}, { capture: true });

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

const movedCard = "rc-moved-card";

// Left and right fold and unfold a group.
document.addEventListener("keydown", (event) => {
  const fold = (event.target as Element).closest<HTMLAnchorElement>("tr:has(.rc-unfold) a")?.closest("tr")?.querySelector<HTMLAnchorElement>(".rc-unfold");
  if (fold && !event.defaultPrevented && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey && event.key === (fold.ariaExpanded === "true" ? "ArrowLeft" : "ArrowRight")) {
    event.preventDefault();
    fold.click();
  }
});

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
      if (column && form && choice && card && !column.contains(card) && [...choice.options].some((option) => option.value === column.dataset["value"])) {
        event.preventDefault();
        if (form.method === "post") {
          column.append(card); // Else a page asks first.
        }
        choice.value = column.dataset["value"] ?? "";
        form.requestSubmit();
      }
    });
    this.addEventListener("keydown", (event) => this.#arrow(event));
    const moved = this.querySelector<HTMLElement>(`[data-id="${CSS.escape(sessionStorage.getItem(movedCard) ?? "")}"] > a`);
    sessionStorage.removeItem(movedCard);
    moved?.focus(); // The keyboard goes on from the card that it moved.
    // The choice alone is enough, but not while keys pass over the choices: then the button beside it moves the card.
    let keys = false;
    this.addEventListener("keydown", () => (keys = true));
    this.addEventListener("pointerdown", () => (keys = false));
    this.addEventListener("change", (event) => !keys && (event.target as HTMLElement).closest<HTMLFormElement>(".rc-board-card form")?.requestSubmit());
  }

  // Left and right lead to the cards of the next column; with Shift the card goes there.
  #arrow(event: KeyboardEvent) {
    const card = (event.target as Element).closest<HTMLElement>(".rc-board-card");
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!card || by === 0 || event.ctrlKey || event.altKey || event.metaKey || (event.target as Element).matches("select")) {
      return;
    }
    event.preventDefault();
    const columns = [...this.querySelectorAll<HTMLElement>(".rc-board-column")];
    const at = columns.findIndex((column) => column.contains(card));
    if (!event.shiftKey) {
      const row = [...columns[at]!.querySelectorAll(".rc-board-card")].indexOf(card);
      const beyond = by > 0 ? columns.slice(at + 1) : columns.slice(0, at).reverse();
      const cards = beyond.map((column) => [...column.querySelectorAll<HTMLElement>(".rc-board-card")]).find((some) => some.length > 0);
      cards?.[Math.min(row, cards.length - 1)]?.querySelector("a")?.focus();
      return;
    }
    const [form, to] = [card.querySelector("form"), columns[at + by]?.dataset["value"]];
    const choice = form?.querySelector<HTMLSelectElement>("select[name=value]");
    if (form && choice && to !== undefined && [...choice.options].some((option) => option.value === to)) {
      choice.value = to;
      sessionStorage.setItem(movedCard, card.dataset["id"] ?? "");
      form.requestSubmit();
    }
  }
}
customElements.define("rc-board", Board);

// A column's width: set as it is kept, dragged at the right edge of its heading.
const widths = () => {
  document.querySelectorAll<HTMLTableColElement>("table.rc-list col[data-width]").forEach((col) => {
    // On the heading, as dragging does: the column alone would give way to what others need.
    const heading = col.closest("table")!.querySelectorAll<HTMLElement>("thead th")[[...col.parentElement!.children].indexOf(col)];
    if (heading) {
      heading.style.width = heading.style.minWidth = heading.style.maxWidth = `${col.dataset["width"]}px`;
    }
  });
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
          const col = table.querySelectorAll<HTMLElement>("col")[[...table.querySelectorAll("thead th")].indexOf(heading)];
          if (col) {
            col.dataset["width"] = String(heading.offsetWidth); // Else the width it had comes back with the next change of the page.
          }
          pins();
          void keep(table);
        };
        document.addEventListener("pointermove", move);
        document.addEventListener("pointerup", up, { once: true });
      });
    });
  });
};
// Pinned columns stand beside each other at the left: where, the widths of those before them tell.
const pins = () => document.querySelectorAll<HTMLTableElement>("table.rc-list:has(th[data-pin])").forEach((table) => {
  let left = table.querySelector<HTMLElement>("thead th")?.offsetWidth ?? 0;
  table.querySelectorAll<HTMLElement>("thead th[data-pin]").forEach((heading) => {
    table.style.setProperty(`--rc-pin-${heading.dataset["pin"]}`, `${left}px`);
    left += heading.offsetWidth;
  });
});
addEventListener("resize", pins);
const keep = async (table: HTMLTableElement) => {
  const form = document.querySelector<HTMLFormElement>("#columns form");
  const chosen = [...table.querySelectorAll<HTMLElement>("thead th[data-column]")].map((heading) => heading.dataset["column"] + (heading.style.width ? `.${Math.round(heading.offsetWidth)}` : "") + (heading.dataset["pin"] ? ".p" : ""));
  if (form) {
    const body = new URLSearchParams({ __RequestVerificationToken: token(), returnUrl: form.querySelector<HTMLInputElement>("input[name=returnUrl]")?.value ?? "" });
    chosen.forEach((column) => body.append("column", column));
    const answer = await fetch(form.action, { method: "POST", body });
    if (answer.redirected) {
      history.replaceState(history.state, "", answer.url); // The view has changed: its address says so.
    }
  }
};
const laid = () => {
  widths();
  pins();
};
laid();
new MutationObserver(laid).observe(document.body, { childList: true, subtree: true });

export {};
