// The palette: Ctrl-K opens it over any page, as one types the server finds, Enter opens. On a phone the top bar's field opens it too.
import { type Answer, type Group, here, option } from "./palette-option";

const phone = matchMedia("(max-width: 767px)");

class Palette extends HTMLElement {
  #ready = false;
  #timer = 0;
  #asked = 0;
  #options: HTMLElement[] = [];
  #active = -1;
  /// Whether the arrows moved since the last key that changed the text.
  #moved = false;
  #opener: HTMLElement | null = null;
  /// What the lines shown answer; Enter pressed before the answer to what is typed waits for it.
  #shown = "";
  #waiting: "" | "here" | "tab" = "";

  get #dialog() { return this.querySelector("dialog")!; }
  get #input() { return this.querySelector("input")!; }
  get #list() { return this.querySelector<HTMLElement>("[role=listbox]")!; }

  connectedCallback() {
    if (this.#ready) {
      return;
    }
    this.#ready = true; // Not as an attribute: enhanced navigation takes away what the server did not write.
    this.#input.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) {
        this.#soon();
      }
    });
    this.#input.addEventListener("compositionend", () => this.#soon());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option) {
        this.#chosen(option, event);
      }
    });
    this.#list.addEventListener("mousemove", (event) => {
      const at = this.#options.indexOf((event.target as Element).closest<HTMLElement>("[role=option]")!);
      if (at >= 0 && at !== this.#active) {
        this.#point(at, false);
      }
    });
    this.#dialog.addEventListener("close", () => {
      clearTimeout(this.#timer);
      this.#asked++;
      this.#clear();
      this.#input.value = "";
      const opener = this.#opener;
      this.#opener = null;
      if (opener?.isConnected && opener.id !== "search") {
        opener.focus();
      } else if (opener && !phone.matches) {
        document.getElementById("search")?.focus();
      }
    });
  }

  open(text = "") {
    if (this.#dialog.open || document.querySelector("dialog[open]:not(#palette)")) {
      return;
    }
    this.#opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.#input.value = text;
    this.#moved = false;
    this.#dialog.showModal();
    this.#input.focus();
    void this.#ask();
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#waiting = "";
    this.#moved = false;
    this.#asked++; // What is under way answers another text.
    this.#say(this.dataset["searching"] ?? "");
    this.#timer = window.setTimeout(() => void this.#ask(), 120);
  }

  async #ask() {
    const text = this.#input.value.trim();
    const turn = ++this.#asked;
    try {
      const answer = await fetch(`${this.getAttribute("src")}${encodeURIComponent(text)}`, { headers: { accept: "application/json" } });
      const said = answer.ok ? ((await answer.json()) as Answer) : null;
      if (turn !== this.#asked || !this.#dialog.open) {
        return; // An answer that another key has overtaken.
      }
      if (said) {
        this.#show(said, text);
      } else {
        this.#clear();
        this.#say(this.dataset["failed"] ?? "");
      }
    } catch {
      if (turn === this.#asked) {
        this.#clear();
        this.#say(this.dataset["failed"] ?? "");
      }
    }
  }

  #show(answer: Answer, text: string) {
    // An answer that comes after an arrow was pressed leaves the pointer where the user put it.
    const pointed = this.#moved ? this.#options[this.#active] : undefined;
    const stood = this.#active;
    this.#clear();
    this.#shown = text;
    const offered = here(text);
    // What the page offers stands once: the menus' line of the same name or address gives way.
    const titles = new Set(offered.map(({ hit }) => hit.title));
    const addresses = new Set(offered.map(({ element }) => element.getAttribute("href")).filter((href) => href !== null));
    const frame = (group: Group) => group.kind === "page" || group.kind === "action";
    const draw = (groups: Group[]) => groups.forEach((group) => {
      const hits = frame(group) ? group.hits.filter((hit) => !titles.has(hit.title) && !addresses.has(hit.href ?? "")) : group.hits;
      if (hits.length > 0) {
        this.#group(group.title, hits.map((hit) => option(hit, text, this.dataset)), group.all);
      }
    });
    draw(answer.groups.filter((g) => g.kind === "recent"));
    draw(answer.groups.filter((g) => g.kind !== "recent" && !frame(g)));
    if (offered.length > 0) {
      this.#group(this.dataset["here"] ?? "", offered.map(({ hit, element }) => option(hit, text, this.dataset, element)));
    }
    draw(answer.groups.filter(frame));
    if (answer.offers.length > 0) {
      this.#group("", answer.offers.map((offer) => option({ title: offer.title, href: offer.href, icon: "plus" }, "", this.dataset)));
    }
    const found = answer.groups.length + offered.length;
    const short = text.length === 1;
    const count = this.#list.querySelectorAll("[role=option]:not(.rc-palette-all)").length;
    this.#say(found > 0 ? (short ? this.dataset["more"] ?? "" : text === "" ? "" : (this.dataset[count === 1 ? "countOne" : "count"] ?? "").replace("{0}", String(count)))
      : text === "" ? this.dataset["hint"] ?? "" : short ? this.dataset["more"] ?? "" : (this.dataset["none"] ?? "").replace("{0}", text));
    this.#input.setAttribute("aria-expanded", String(this.#options.length > 0));
    const kept = pointed ? this.#options.findIndex((one) => one.getAttribute("href") === pointed.getAttribute("href")) : -1;
    this.#point(kept >= 0 ? kept : pointed ? Math.min(stood, this.#options.length - 1) : found > 0 ? 0 : -1); // Never to what would be made of the text: Enter finds, an arrow and Enter create.
    const waiting = this.#waiting;
    this.#waiting = "";
    if (waiting && found > 0) {
      this.#take(waiting === "tab");
    }
  }

  #group(title: string, options: HTMLElement[], all?: string) {
    const group = document.createElement("div");
    group.role = "group";
    if (title) {
      const head = document.createElement("div");
      head.className = "rc-palette-group";
      head.role = "presentation";
      head.id = `palette-group-${this.#list.childElementCount}`;
      head.textContent = title;
      group.setAttribute("aria-labelledby", head.id);
      group.append(head);
    }
    if (all) {
      options.push(option({ title: this.dataset["all"] ?? "", href: all, icon: "list" }, "", this.dataset));
      options.at(-1)!.classList.add("rc-palette-all");
    }
    group.append(...options);
    for (const option of options) {
      option.id = `palette-option-${this.#options.length}`;
      this.#options.push(option);
    }
    this.#list.append(group);
  }

  #key(event: KeyboardEvent) {
    if (event.isComposing || event.keyCode === 229) {
      return; // The input method's own Enter, arrows and Esc.
    }
    const count = this.#options.length;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      event.preventDefault();
      this.#moved = true;
      this.#point((Math.max(this.#active, event.key === "ArrowDown" ? -1 : 0) + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
    } else if ((event.key === "PageDown" || event.key === "PageUp") && count > 0) {
      event.preventDefault();
      this.#moved = true;
      this.#point(Math.max(0, Math.min(count - 1, this.#active + (event.key === "PageDown" ? 5 : -5))));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const tab = event.ctrlKey || event.metaKey;
      if (this.#input.value.trim() === this.#shown) {
        this.#take(tab);
      } else {
        this.#waiting = tab ? "tab" : "here";
      }
    }
  }

  #take(tab: boolean) {
    const option = this.#options[this.#active];
    if (tab && option instanceof HTMLAnchorElement) {
      window.open(option.href, "_blank", "noopener");
    } else {
      option?.click();
    }
  }

  #chosen(option: HTMLElement, event: MouseEvent) {
    if (event.ctrlKey || event.metaKey) {
      return; // The browser opens its tab; the palette stays.
    }
    this.#opener = null; // The next page has the focus, or what is pressed.
    const presses = option.dataset["presses"];
    // A link goes on as a link after this: the frame follows it like any other.
    setTimeout(() => {
      this.#dialog.close();
      if (presses === "") {
        option.dispatchEvent(new Event("rc-press"));
      } else if (presses !== undefined) {
        document.querySelector<HTMLElement>(`[data-press="${CSS.escape(presses)}"]`)?.click();
      }
    });
  }

  #point(at: number, scroll = true) {
    this.#options[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = at;
    const option = this.#options[at];
    if (option) {
      option.setAttribute("aria-selected", "true");
      this.#input.setAttribute("aria-activedescendant", option.id);
      if (scroll) {
        option.scrollIntoView({ block: "nearest" });
      }
    } else {
      this.#input.removeAttribute("aria-activedescendant");
    }
  }

  #clear() {
    this.#list.replaceChildren();
    this.#options = [];
    this.#active = -1;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    this.#say("");
  }

  #say(what: string) {
    this.querySelector(".rc-palette-status")!.textContent = what;
  }
}
customElements.define("rc-palette", Palette);

const palette = () => document.querySelector<Palette>("rc-palette");

// Before the page's other keys, and while one types, too; but never while the input method composes.
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k" && !event.isComposing) {
    const search = document.getElementById("search") as HTMLInputElement | null;
    if (palette()) {
      event.preventDefault();
      palette()!.open(document.activeElement === search ? search?.value : "");
    }
  }
});

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target.closest("[data-rc=palette]") || (phone.matches && target.closest("#search"))) {
    event.preventDefault();
    (document.activeElement as HTMLElement | null)?.blur();
    palette()?.open((document.getElementById("search") as HTMLInputElement | null)?.value);
  }
});
