// Rows of a list in a form: one more is cloned from the last, one taken away is emptied and hidden. Without script the buttons post the form.
class Rows extends HTMLElement {
  connectedCallback() {
    if (this.dataset["ready"]) {
      return;
    }
    this.dataset["ready"] = "1";
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>("button[data-part]");
      const rows = [...this.querySelectorAll<HTMLElement>("[data-row]")];
      const last = rows.at(-1);
      if (button?.dataset["part"] === "add" && last) {
        event.preventDefault();
        const row = this.#next(last, rows.length);
        last.after(row);
        row.querySelector<HTMLElement>("input, select")?.focus();
      } else if (button?.dataset["part"] === "remove") {
        event.preventDefault();
        const row = button.closest<HTMLElement>("[data-row]")!;
        const shown = rows.filter((r) => !r.hidden);
        this.#empty(row);
        row.hidden = shown.length > 1;
        row.dispatchEvent(new Event("input", { bubbles: true }));
        (shown.find((r) => r !== row) ?? row).querySelector<HTMLElement>("input, select")?.focus();
      }
    });
  }

  #next(last: HTMLElement, at: number) {
    const row = last.cloneNode(true) as HTMLElement;
    row.hidden = false;
    row.querySelectorAll(".rc-options, .invalid-feedback").forEach((part) => part.remove());
    row.querySelectorAll(".is-invalid").forEach((field) => field.classList.remove("is-invalid"));
    for (const part of [row, ...row.querySelectorAll<HTMLElement>("*")]) {
      for (const { name, value } of [...part.attributes]) {
        if (["id", "for", "name", "value", "aria-controls", "aria-describedby", "popovertarget"].includes(name) && !(name === "value" && part instanceof HTMLOptionElement)) {
          part.setAttribute(name, value.replace(/\[\d+\]/g, `[${at}]`).replace(/-\d+(-[A-Za-z]+)/g, `-${at}$1`));
        }
      }
    }
    row.querySelectorAll("legend").forEach((legend) => (legend.textContent = legend.textContent!.replace(/\d+$/, String(at + 1))));
    this.#empty(row);
    return row;
  }

  #empty(row: HTMLElement) {
    row.querySelectorAll<HTMLInputElement>("input").forEach((input) => (input.value = ""));
    row.querySelectorAll<HTMLSelectElement>("select").forEach((select) => (select.selectedIndex = 0));
  }
}
customElements.define("rc-rows", Rows);

export {};
