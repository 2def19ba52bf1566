// Tells while one types that a customer (or a contact, or a waybill) of this name, code, number or e-mail may exist; the server asks again when the form is sent.
interface Similar { id: number; name: string; number: string }
interface Match { reasons: string[]; unitName: string; id: number | null; name: string | null; number: string | null; manager: string | null; inBin: boolean; ask?: string | null; href?: string; hints?: string[] }

// A field that goes by another name, or may be typed into one that takes several things.
const elsewhere: Record<string, string[]> = { "Form.CreditCode": ["About"], "Form.Address": ["Form.BusinessAddress", "Form.RegisteredAddress"] };

class Duplicates extends HTMLElement {
  #timer = 0;
  #asked = "";
  readonly #typed = () => {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#look(), 350);
  };

  // A form that comes back, such as with one more row, has lost what was found for what is typed in it.
  readonly #emptied = new MutationObserver(() => {
    if (this.#shown && this.childElementCount === 0) {
      this.#shown = false;
      this.#asked = "";
      void this.#look();
    }
  });
  #shown = false;

  connectedCallback() {
    this.setAttribute("aria-live", "polite");
    this.#emptied.observe(this, { childList: true });
    this.closest("form")?.addEventListener("input", this.#typed);
    this.closest("form")?.addEventListener("change", this.#typed); // What is taken from a list is not typed.
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#emptied.disconnect();
    this.closest("form")?.removeEventListener("input", this.#typed);
    this.closest("form")?.removeEventListener("change", this.#typed);
  }

  async #look() {
    const form = this.closest("form");
    const typed = (name: string) => form?.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name="${name}"]`)?.value.trim() ?? "";
    const value = (name: string) => [name, ...(elsewhere[name] ?? [])].map(typed).find((text) => text.length > 0) ?? "";
    const fields = (this.dataset["fields"] ?? "").split(",");
    const asked = new URLSearchParams(fields.map((field) => [field, value(`Form.${field[0]!.toUpperCase()}${field.slice(1)}`)])).toString();
    if (asked === this.#asked) {
      return;
    }
    this.#asked = asked;
    const source = this.getAttribute("src") ?? "";
    const answer = await fetch(`${source}${source.endsWith("?") ? "" : "&"}${asked}`, { headers: { accept: "application/json" } });
    if (!answer.ok || asked !== this.#asked) {
      return;
    }
    const { items, similar = [] } = (await answer.json()) as { items: Match[]; similar?: Similar[] };
    this.#shown = items.length + similar.length > 0;
    this.replaceChildren(...(items.length > 0 ? [this.#matches(items)] : []), ...(similar.length > 0 ? [this.#alike(similar)] : []));
  }

  // Names that are alike and nothing more: told in one quiet line.
  #alike(similar: Similar[]) {
    const line = document.createElement("p");
    line.className = "rc-similar";
    line.append(this.dataset["similar"] ?? "");
    for (const one of similar) {
      const link = document.createElement("a");
      link.href = `/customers/${one.id}`;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = one.name;
      link.title = one.number;
      line.append(" ", link);
    }
    return line;
  }

  #matches(items: Match[]) {
    const box = document.createElement("div");
    box.className = "alert alert-warning";
    const list = document.createElement("ul");
    list.className = "mb-0";
    for (const match of items) {
      const line = document.createElement("li");
      line.append(`${match.reasons.map((reason) => this.dataset[reason] ?? reason).join(this.dataset["and"] ?? ", ")} · `);
      if (match.id) {
        const link = document.createElement("a");
        link.href = match.href ?? `/customers/${match.id}`;
        link.target = "_blank";
        link.rel = "noopener";
        link.textContent = match.name;
        const hints = match.hints ?? [match.number ?? "", match.unitName, ...(match.manager ? [match.manager] : []), ...(match.inBin ? [this.dataset["bin"] ?? ""] : [])];
        line.append(link, ` · ${hints.join(" · ")}`);
        const merge = this.dataset["merge"];
        if (merge) {
          const both = document.createElement("a");
          both.href = `${this.dataset["with"] ?? ""},${match.id}`;
          both.target = "_blank";
          both.rel = "noopener";
          both.textContent = merge;
          both.setAttribute("aria-label", `${merge} ${match.name}`);
          line.append(" · ", both);
        }
      } else {
        line.append((this.dataset["ask"] ?? "{0}").replace("{0}", match.unitName));
        if (match.ask) {
          const ask = document.createElement("a");
          ask.href = match.ask;
          ask.target = "_blank";
          ask.rel = "noopener";
          ask.textContent = this.dataset["share"] ?? "";
          line.append(" · ", ask);
        }
      }
      list.append(line);
    }
    const title = document.createElement("strong");
    title.textContent = this.dataset["title"] ?? "";
    const text = document.createElement("div");
    text.append(title, list);
    box.append(text);
    return box;
  }
}
customElements.define("rc-duplicates", Duplicates);

export {};
