// A text area in which @ suggests people; without script one types the name. And inbox links that mark their line as read when followed.
interface Person { value: string; label: string; hint?: string }

class Mentions extends HTMLElement {
  #timer = 0;
  #list = document.createElement("ul");
  #active = -1;

  connectedCallback() {
    const area = this.querySelector("textarea");
    if (!area || this.contains(this.#list)) {
      return;
    }
    this.#list.className = "rc-options dropdown-menu";
    this.#list.role = "listbox";
    this.#list.id = `${area.id}-options`;
    this.#list.ariaLabel = "@";
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", this.#list.id);
    this.append(this.#list);
    area.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.#look(area), 150);
    });
    area.addEventListener("keydown", (event) => this.#key(event, area));
    area.addEventListener("blur", () => setTimeout(() => this.#close(area), 150));
  }

  // What stands between the last @ and the caret; null where no name is being typed.
  static #typed(area: HTMLTextAreaElement): string | null {
    const found = /(?:^|[^A-Za-z0-9_])@([^\s@]{0,30})$/.exec(area.value.slice(0, area.selectionStart));
    return found ? found[1] ?? "" : null;
  }

  async #look(area: HTMLTextAreaElement) {
    const typed = Mentions.#typed(area);
    if (typed === null) {
      this.#close(area);
      return;
    }
    const answer = await fetch(`${this.getAttribute("src")}${encodeURIComponent(typed)}`, { headers: { accept: "application/json" } });
    if (!answer.ok || Mentions.#typed(area) !== typed) {
      return;
    }
    const { items } = (await answer.json()) as { items: Person[] };
    this.#list.replaceChildren(...items.map((item, i) => {
      const row = document.createElement("li");
      row.role = "option";
      row.id = `${this.#list.id}-${i}`;
      row.className = "dropdown-item";
      row.dataset["value"] = item.value;
      row.textContent = item.label;
      const hint = document.createElement("small");
      hint.className = "text-secondary ms-2";
      hint.textContent = item.hint ?? "";
      row.append(hint);
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.#take(area, row);
      });
      return row;
    }));
    this.#list.classList.toggle("show", items.length > 0);
    this.#mark(area, items.length > 0 ? 0 : -1);
  }

  #mark(area: HTMLTextAreaElement, active: number) {
    this.#active = active;
    [...this.#list.children].forEach((row, i) => {
      row.classList.toggle("active", i === active);
      row.ariaSelected = String(i === active);
    });
    const id = this.#list.children[active]?.id;
    if (id) {
      area.setAttribute("aria-activedescendant", id);
    } else {
      area.removeAttribute("aria-activedescendant");
    }
  }

  #key(event: KeyboardEvent, area: HTMLTextAreaElement) {
    const count = this.#list.children.length;
    if (event.isComposing || !this.#list.classList.contains("show")) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.#mark(area, (this.#active + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if ((event.key === "Enter" || event.key === "Tab") && this.#list.children[this.#active]) {
      event.preventDefault();
      this.#take(area, this.#list.children[this.#active] as HTMLElement);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.#close(area);
    }
  }

  #take(area: HTMLTextAreaElement, row: HTMLElement) {
    const typed = Mentions.#typed(area) ?? "";
    const end = area.selectionStart;
    area.setRangeText(`${row.dataset["value"]} `, end - typed.length, end, "end");
    this.#close(area);
    area.dispatchEvent(new Event("change", { bubbles: true }));
    area.focus();
  }

  #close(area: HTMLTextAreaElement) {
    this.#list.classList.remove("show");
    this.#mark(area, -1);
  }
}
customElements.define("rc-mentions", Mentions);

document.addEventListener("click", (event) => {
  const id = (event.target as Element).closest<HTMLElement>("a[data-read]")?.dataset["read"];
  if (id) {
    void fetch(`/api/v1/inbox/${id}/read`, { method: "POST", keepalive: true });
  }
}, { capture: true });
