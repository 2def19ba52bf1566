// A text field that looks up as one types, and shows what was chosen last where nothing is typed yet. Without script it stays a text field whose text the server understands.
interface Item { id: number; value: string; label: string; hint?: string | null }
interface Answer { items: Item[]; title?: string | null; create?: { label: string; href: string } | null }

// What is missing is made in a tab of its own: the form here keeps what was typed, and is told what was made.
const made = new BroadcastChannel("rc-made");
interface Made { for: string; value: string; taken?: boolean }

class Combobox extends HTMLElement {
  #timer = 0;
  #list = document.createElement("ul");
  #active = -1;
  #asked = 0;
  #waits = "";

  // It listens itself: a page that is renewed in place may get another field, and lose the list.
  constructor() {
    super();
    const on = <E extends Event>(kind: string, act: (input: HTMLInputElement, event: E) => void) =>
      this.addEventListener(kind, (event) => event.target instanceof HTMLInputElement && act(this.#ready(event.target), event as E));
    on("focusin", () => undefined);
    on("input", (input) => this.#soon(input));
    on("click", (input) => input.value.trim() === "" && this.#soon(input));
    on("keydown", (input, event: KeyboardEvent) => this.#key(event, input));
    on("focusout", (input) => {
      clearTimeout(this.#timer);
      this.#asked++;
      setTimeout(() => this.#close(input), 150);
    });
  }

  connectedCallback() {
    const input = this.querySelector("input");
    if (input) {
      this.#ready(input);
    }
    made.addEventListener("message", this.#told);
  }

  #ready(input: HTMLInputElement) {
    if (this.contains(this.#list) && input.getAttribute("aria-controls") === this.#list.id) {
      return input;
    }
    this.#list.className = "rc-options dropdown-menu";
    this.#list.role = "listbox";
    this.#list.id = `${input.id}-options`;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.#list.id);
    input.setAttribute("aria-expanded", "false");
    input.autocomplete = "off";
    this.append(this.#list);
    return input;
  }

  disconnectedCallback() {
    made.removeEventListener("message", this.#told);
    this.#still();
  }

  // Where several stand in the field, the last is looked up and those before it stay.
  #parts(input: HTMLInputElement) {
    const before = this.hasAttribute("data-several") ? (/^.*[,，、;；]\s*/s.exec(input.value)?.[0] ?? "") : "";
    return { before, typed: input.value.slice(before.length).trim() };
  }

  get #rows() { return [...this.#list.querySelectorAll<HTMLElement>("[role=option]")]; }

  #soon(input: HTMLInputElement) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#look(input), 150);
  }

  async #look(input: HTMLInputElement) {
    const asked = ++this.#asked;
    const answer = await fetch(`${this.getAttribute("src")}${encodeURIComponent(this.#parts(input).typed)}`, { headers: { accept: "application/json" } });
    if (!answer.ok || asked !== this.#asked) {
      return; // Another was asked since, or the field was left.
    }
    const { items, title, create } = (await answer.json()) as Answer;
    this.#active = -1;
    input.removeAttribute("aria-activedescendant");
    const rows = items.map((item) => {
      const row = this.#row(item.label, item.hint, () => this.#take(input, item));
      row.dataset["value"] = item.value;
      return row;
    });
    if (create && this.hasAttribute("data-new") && !items.some((item) => item.label === input.value.trim())) {
      rows.push(this.#row(create.label, null, () => this.#make(input, create.href)));
      rows[rows.length - 1]!.dataset["new"] = "";
    }
    rows.forEach((row, i) => (row.id = `${this.#list.id}-${i}`));
    const head = document.createElement("li");
    head.role = "presentation";
    head.className = "dropdown-header";
    head.textContent = title ?? "";
    this.#list.replaceChildren(...(title ? [head] : []), ...rows);
    this.#list.classList.toggle("show", rows.length > 0);
    input.setAttribute("aria-expanded", String(rows.length > 0));
    addEventListener("scroll", this.#fit, true); // Of whatever scrolls.
    addEventListener("resize", this.#fit);
    this.#fit();
  }

  #row(label: string, hint: string | null | undefined, take: () => void) {
    const row = document.createElement("li");
    row.role = "option";
    row.className = "dropdown-item";
    row.textContent = label;
    if (hint) {
      const small = document.createElement("small");
      small.className = "text-secondary ms-2";
      small.textContent = hint;
      row.append(small);
    }
    row.addEventListener("mousedown", (event) => event.preventDefault()); // The field keeps the focus.
    row.addEventListener("click", take);
    return row;
  }

  // A list that stands fixed, over a table that scrolls, stays at its field and within the window: below it, or above where there is no room below.
  #fit = () => {
    const { style, classList } = this.#list;
    [style.left, style.top, style.maxHeight] = ["", "", ""];
    const input = this.querySelector("input");
    if (!input || !classList.contains("show") || getComputedStyle(this.#list).position !== "fixed") {
      return;
    }
    const field = input.getBoundingClientRect();
    const [below, above] = [innerHeight - field.bottom - 12, field.top - 12];
    const isAbove = below < Math.min(this.#list.scrollHeight, 160) && above > below;
    style.maxHeight = `${Math.max(60, Math.min(320, isAbove ? above : below))}px`;
    const { width, height } = this.#list.getBoundingClientRect();
    const [left, top] = [Math.max(8, Math.min(field.left, document.documentElement.clientWidth - 8 - width)), isAbove ? field.top - height - 4 : field.bottom + 4];
    [style.left, style.top] = [`${left}px`, `${top}px`];
    const at = this.#list.getBoundingClientRect(); // Within something that moves what is fixed, it is not the window that it stands by.
    [style.left, style.top] = [`${2 * left - at.left}px`, `${2 * top - at.top}px`];
  };

  #key(event: KeyboardEvent, input: HTMLInputElement) {
    const rows = this.#rows;
    if (event.isComposing) {
      return;
    }
    if (!this.#list.classList.contains("show")) {
      if (event.key === "ArrowDown" && (input.value.trim() === "" || event.altKey)) {
        event.preventDefault();
        void this.#look(input);
      }
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.#active = this.#active < 0 && event.key === "ArrowUp" ? rows.length - 1 : (this.#active + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length;
      rows.forEach((row, i) => row.classList.toggle("active", i === this.#active));
      rows[this.#active]?.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", rows[this.#active]?.id ?? "");
    } else if (event.key === "Enter" && rows[this.#active]) {
      event.preventDefault();
      rows[this.#active]!.click();
    } else if (event.key === "Escape") {
      event.preventDefault(); // The list alone: the field stays, and what is typed in it.
      this.#close(input);
    }
  }

  #take(input: HTMLInputElement, item: Item) {
    const of = /\/lookup\/([a-z]+)/.exec(this.getAttribute("src") ?? "")?.[1];
    const token = document.querySelector<HTMLInputElement>("input[name=__RequestVerificationToken]")?.value;
    if (of && item.id > 0 && token) {
      void fetch("/lookups/chosen", { method: "POST", keepalive: true, headers: { RequestVerificationToken: token }, body: new URLSearchParams({ of, id: String(item.id), __RequestVerificationToken: token }) }).catch(() => null);
    }
    this.#give(input, item.value);
  }

  #give(input: HTMLInputElement, value: string) {
    input.value = this.#parts(input).before + value;
    this.#close(input);
    input.dataset["taken"] = input.value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    delete input.dataset["taken"];
  }

  #make(input: HTMLInputElement, href: string) {
    this.#waits = crypto.randomUUID();
    input.dataset["making"] = ""; // What is typed is no answer yet, wherever the focus goes.
    this.#close(input);
    const to = new URL(href, location.href);
    if (to.searchParams.has("name")) {
      to.searchParams.set("name", this.#parts(input).typed); // The offer may be of what was typed a moment before.
    }
    to.searchParams.set("for", this.#waits);
    window.open(to, "_blank");
  }

  #told = (event: MessageEvent<Made>) => {
    const input = this.querySelector("input");
    if (input && this.#waits && event.data.for === this.#waits && !event.data.taken) {
      this.#waits = "";
      delete input.dataset["making"];
      this.#give(input, event.data.value);
      input.dispatchEvent(new Event("input", { bubbles: true })); // Whoever watches the form is told.
      clearTimeout(this.#timer);
      made.postMessage({ ...event.data, taken: true });
    }
  };

  #close(input: HTMLInputElement) {
    clearTimeout(this.#timer);
    this.#asked++;
    this.#list.classList.remove("show");
    this.#still();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  #still() {
    removeEventListener("scroll", this.#fit, true);
    removeEventListener("resize", this.#fit);
  }
}
customElements.define("rc-combobox", Combobox);

// The page on which the new record is shown tells whoever waits for it, and closes once that has it.
const tell = () => {
  const toast = document.querySelector<HTMLElement>(".rc-toast[data-for]");
  if (toast) {
    made.postMessage({ for: toast.dataset["for"], value: toast.dataset["made"] });
    const waiting = toast.dataset["for"];
    toast.removeAttribute("data-for");
    made.addEventListener("message", (event: MessageEvent<Made>) => event.data.taken && event.data.for === waiting && window.close());
  }
};
tell();
new MutationObserver(tell).observe(document.body, { childList: true, subtree: true });
