// Rows ticked, kept from page to page of a view: how many, all of the page, or all that match.
type Kept = { view: string; ids: string[] };
const store = "rc-ticks";
const sent = "rc-ticks-sent";

// Looking at a work and leaving it keeps the ticks: they are forgotten when it has begun, or when what they meant has gone.
document.addEventListener("submit", (event) => {
  const ticks = (event.target as HTMLElement).dataset["ticks"];
  if (ticks === "sent") {
    sessionStorage.setItem(sent, "1");
  } else if (ticks === "gone") {
    sessionStorage.removeItem(store);
  }
});

class Begun extends HTMLElement {
  connectedCallback() {
    if (sessionStorage.getItem(sent)) {
      [store, sent].forEach((key) => sessionStorage.removeItem(key));
    }
  }
}
customElements.define("rc-begun", Begun);

// With Shift the rows between the last box that was ticked and this one follow it.
let last: HTMLInputElement | null = null;
document.addEventListener("click", (event) => {
  const box = event.target as HTMLInputElement;
  if (!box.matches?.(".rc-tick")) {
    return;
  }
  const boxes = [...document.querySelectorAll<HTMLInputElement>(".rc-tick")];
  const [from, to] = [last ? boxes.indexOf(last) : -1, boxes.indexOf(box)];
  if (event.shiftKey && from >= 0) {
    boxes.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((between) => (between.checked = box.checked));
  }
  last = box;
});

class Select extends HTMLElement {
  static observedAttributes = ["data-page"]; // Another page of rows may come into the same element.

  connectedCallback() {
    document.addEventListener("change", this.#changed);
    this.addEventListener("click", (event) => {
      if ((event.target as Element).closest("[data-work=none]")) {
        document.querySelectorAll<HTMLInputElement>(".rc-tick, .rc-tick-all, .rc-work input[name=all]").forEach((box) => (box.checked = false));
        this.#keep([]);
        this.#said();
      }
    });
    this.addEventListener("submit", this.#submitted);
    sessionStorage.removeItem(sent); // Whoever is back here has not begun it.
    this.#take();
  }

  disconnectedCallback() {
    document.removeEventListener("change", this.#changed);
  }

  attributeChangedCallback() {
    requestAnimationFrame(() => this.isConnected && this.#take());
  }

  get #view() {
    return `${this.querySelector("form")?.getAttribute("action")}?${this.querySelector<HTMLInputElement>("input[name=in]")?.value}`;
  }

  get #most() {
    return Number(this.dataset["most"]);
  }

  get #ids() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(store) ?? "null") as Kept | null;
      return kept?.view === this.#view ? kept.ids : [];
    } catch {
      return [];
    }
  }

  #keep(ids: string[]) {
    sessionStorage.setItem(store, JSON.stringify({ view: this.#view, ids }));
  }

  /** Ticks what was ticked when this page was left. */
  #take() {
    const ids = this.#ids;
    document.querySelectorAll<HTMLInputElement>(".rc-tick").forEach((box) => (box.checked ||= ids.includes(box.value)));
    this.#said();
  }

  #changed = (event: Event) => {
    const box = event.target as HTMLInputElement;
    if (!box.matches(".rc-tick, .rc-tick-all, .rc-work input[name=all]")) {
      return;
    }
    const boxes = [...document.querySelectorAll<HTMLInputElement>(".rc-tick")];
    if (box.matches(".rc-tick-all")) {
      boxes.forEach((pick) => (pick.checked = box.checked));
    }
    const elsewhere = this.#ids.filter((id) => !boxes.some((pick) => pick.value === id));
    const here = boxes.filter((pick) => pick.checked);
    here.slice(Math.max(0, this.#most - elsewhere.length)).forEach((pick) => (pick.checked = false));
    this.#keep([...elsewhere, ...here.slice(0, Math.max(0, this.#most - elsewhere.length)).map((pick) => pick.value)]);
    this.#said(elsewhere.length + here.length > this.#most);
  };

  /** What is ticked on other pages goes along. */
  #submitted = () => {
    const form = this.querySelector("form")!;
    form.querySelectorAll("[data-tick]").forEach((old) => old.remove());
    if (!form.querySelector<HTMLInputElement>("input[name=all]")?.checked) {
      const boxes = new Set([...document.querySelectorAll<HTMLInputElement>(".rc-tick")].map((pick) => pick.value));
      this.#ids.filter((id) => !boxes.has(id)).forEach((id) => {
        const field = document.createElement("input");
        [field.type, field.name, field.value, field.dataset["tick"]] = ["hidden", "id", id, "1"];
        form.append(field);
      });
    }
  };

  #said(full = false) {
    const picked = this.#ids.length;
    const all = this.querySelector<HTMLInputElement>("input[name=all]")?.checked ?? false;
    const count = this.querySelector<HTMLElement>(".rc-work-count");
    this.classList.toggle("rc-on", picked > 0 || all);
    if (count) {
      const total = document.querySelector(".rc-pager .num")?.textContent ?? "";
      count.textContent = all ? total : full ? (count.dataset["full"] ?? "") : (count.dataset["text"] ?? "").replace("{0}", picked.toLocaleString(document.documentElement.lang));
    }
    this.querySelectorAll<HTMLElement>("[data-over]").forEach((few) => (few.hidden = !all && picked <= Number(few.dataset["over"])));
    const page = document.querySelector<HTMLInputElement>(".rc-tick-all");
    if (page) {
      const rows = document.querySelectorAll(".rc-tick").length;
      const ticked = document.querySelectorAll(".rc-tick:checked").length;
      page.checked = ticked === rows && rows > 0;
      page.indeterminate = ticked > 0 && ticked < rows;
    }
  }
}
customElements.define("rc-select", Select);

export {};
