// The sign of a field's longer help is no stop of its own before every field: the field itself tells the text to whom it is read out, and F1 shows it. Without script it stays one.
const signs = () => document.querySelectorAll<HTMLElement>(".rc-hint:not([tabindex])").forEach((sign) => (sign.tabIndex = -1));
signs();
new MutationObserver(signs).observe(document.body, { childList: true, subtree: true });

document.addEventListener("keydown", (event) => {
  const sign = event.key === "F1" ? document.activeElement?.closest(".rc-field")?.querySelector<HTMLElement>(":scope > .rc-hint") : null;
  if (sign) {
    event.preventDefault();
    sign.click();
  }
});

// The guide: what is typed leaves the sections that have all of it. A section that an address asks for is shown whatever is typed.
class Guide extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector<HTMLInputElement>("input[type=search]");
    if (!input) {
      return;
    }
    input.parentElement!.hidden = false;
    if (matchMedia("(max-width: 991px)").matches) {
      this.querySelector("details")?.removeAttribute("open"); // On a phone the text begins at the top.
    }
    input.addEventListener("input", () => this.#narrow(input.value));
    this.addEventListener("click", (event) => {
      if ((event.target as Element).closest("nav a") && input.value) {
        input.value = "";
        this.#narrow("");
      }
    });
  }

  #narrow(typed: string) {
    const words = typed.normalize("NFKC").toLowerCase().split(/\s+/).filter((word) => word);
    let found = 0;
    for (const section of this.querySelectorAll<HTMLElement>("section")) {
      const text = (section.textContent ?? "").toLowerCase();
      section.hidden = !words.every((word) => text.includes(word));
      found += section.hidden ? 0 : 1;
      const link = this.querySelector<HTMLElement>(`nav a[href$="#${CSS.escape(section.id)}"]`)?.parentElement;
      if (link) {
        link.hidden = section.hidden;
      }
    }
    const told = this.querySelector<HTMLElement>("[role=status]")!;
    told.textContent = words.length === 0 ? "" : found === 0 ? (this.dataset["none"] ?? "") : (this.dataset["found"] ?? "{0}").replace("{0}", String(found));
  }
}
customElements.define("rc-guide", Guide);

export {};
