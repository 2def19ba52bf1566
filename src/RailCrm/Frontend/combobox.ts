// A text field that looks up as one types. Without script it stays a text field whose text the server understands.
interface Item { value: string; label: string; hint?: string }

class Combobox extends HTMLElement {
  #timer = 0;
  #list = document.createElement("ul");
  #active = -1;

  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.contains(this.#list)) {
      return;
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
    input.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.#look(input), 150);
    });
    input.addEventListener("keydown", (event) => this.#key(event, input));
    input.addEventListener("blur", () => setTimeout(() => this.#close(input), 150));
  }

  async #look(input: HTMLInputElement) {
    if (input.value.trim() === "") {
      this.#close(input);
      return;
    }
    const answer = await fetch(`${this.getAttribute("src")}${encodeURIComponent(input.value)}`, { headers: { accept: "application/json" } });
    if (!answer.ok) {
      return;
    }
    const { items } = (await answer.json()) as { items: Item[] };
    this.#active = -1;
    this.#list.replaceChildren(...items.map((item, i) => {
      const row = document.createElement("li");
      row.role = "option";
      row.id = `${this.#list.id}-${i}`;
      row.className = "dropdown-item";
      row.dataset["value"] = item.value;
      row.textContent = item.label;
      if (item.hint) {
        const hint = document.createElement("small");
        hint.className = "text-secondary ms-2";
        hint.textContent = item.hint;
        row.append(hint);
      }
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.#take(input, row);
      });
      return row;
    }));
    this.#list.classList.toggle("show", items.length > 0);
    input.setAttribute("aria-expanded", String(items.length > 0));
    this.#fit();
  }

  // A list that stands fixed, over a table that scrolls, is kept within the window: nothing could be scrolled to show the rest.
  #fit() {
    const { style } = this.#list;
    [style.marginLeft, style.maxHeight] = ["", ""];
    if (getComputedStyle(this.#list).position !== "fixed") {
      return;
    }
    if (innerHeight - this.getBoundingClientRect().bottom < 160) {
      this.scrollIntoView({ block: "center" });
    }
    const { right, top } = this.#list.getBoundingClientRect();
    style.marginLeft = `${Math.min(0, document.documentElement.clientWidth - 8 - right)}px`;
    style.maxHeight = `${Math.min(320, Math.max(120, innerHeight - 8 - top))}px`;
  }

  #key(event: KeyboardEvent, input: HTMLInputElement) {
    const rows = [...this.#list.children] as HTMLElement[];
    if (event.isComposing || !this.#list.classList.contains("show")) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.#active = (this.#active + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length;
      rows.forEach((row, i) => row.classList.toggle("active", i === this.#active));
      input.setAttribute("aria-activedescendant", rows[this.#active]?.id ?? "");
    } else if (event.key === "Enter" && rows[this.#active]) {
      event.preventDefault();
      this.#take(input, rows[this.#active]!);
    } else if (event.key === "Escape") {
      event.preventDefault(); // The list alone: the field stays, and what is typed in it.
      this.#close(input);
    }
  }

  #take(input: HTMLInputElement, row: HTMLElement) {
    input.value = row.dataset["value"] ?? "";
    this.#close(input);
    input.dataset["taken"] = input.value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    delete input.dataset["taken"];
  }

  #close(input: HTMLInputElement) {
    this.#list.classList.remove("show");
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
}
customElements.define("rc-combobox", Combobox);
