// Many values to tick: a search field leaves those that match, and arrows lead from one to the next, so that Tab passes the box in one step.
class Choices extends HTMLElement {
  connectedCallback() {
    const search = this.querySelector<HTMLInputElement>("input[type=search]");
    if (!search) {
      return;
    }
    const shown = () => [...this.querySelectorAll<HTMLInputElement>("input[type=checkbox]:enabled")].filter((box) => !box.closest("label")!.hidden);
    const reach = (box: HTMLInputElement | undefined) => this.querySelectorAll<HTMLInputElement>("input[type=checkbox]").forEach((other) => (other.tabIndex = other === box ? 0 : -1));
    reach(shown().find((box) => box.checked) ?? shown()[0]);
    this.addEventListener("focusin", (event) => {
      const box = event.target as HTMLInputElement;
      if (box.type === "checkbox") {
        reach(box);
      }
    });
    search.addEventListener("input", () => {
      const sought = search.value.normalize("NFKC").trim().toLowerCase();
      this.querySelectorAll<HTMLLabelElement>("label").forEach((label) => {
        label.hidden = sought !== "" && !label.textContent!.normalize("NFKC").toLowerCase().includes(sought) && !label.querySelector("input")!.value.toLowerCase().startsWith(sought);
      });
      const left = shown();
      reach(left[0]);
      const none = this.querySelector<HTMLElement>(".rc-choices-none")!;
      none.textContent = left.length === 0 ? (none.dataset["text"] ?? "") : "";
    });
    this.addEventListener("keydown", (event) => {
      if (event.isComposing) {
        return;
      }
      const boxes = shown();
      const at = boxes.indexOf(event.target as HTMLInputElement);
      if (event.key === "Enter" && event.target === search) {
        event.preventDefault(); // Nothing is sent by it; the one that is left is ticked.
        if (boxes.length === 1) {
          boxes[0]!.click();
        }
        return;
      }
      const next = event.key === "ArrowDown" ? boxes[at + 1] : event.key === "ArrowUp" ? (boxes[at - 1] ?? search) : event.key === "Home" && at >= 0 ? boxes[0] : event.key === "End" && at >= 0 ? boxes.at(-1) : undefined;
      if (next && !(event.key === "ArrowUp" && at < 0)) {
        event.preventDefault();
        next.focus();
      }
    });
  }
}
customElements.define("rc-choices", Choices);

export {};
