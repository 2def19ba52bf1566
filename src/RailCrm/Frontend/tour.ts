// The tour of a new person: a dialog that walks through its steps and points at what each speaks of. However it is closed, the server is told, so that it is offered nowhere again.
class Tour extends HTMLElement {
  #at = 0;

  connectedCallback() {
    const dialog = this.querySelector("dialog");
    if (!dialog || dialog.open) {
      return;
    }
    dialog.addEventListener("close", () => this.#end());
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close();
    });
    dialog.addEventListener("click", (event) => {
      const part = (event.target as Element).closest<HTMLElement>("[data-part]")?.dataset["part"];
      if (part === "next" || part === "back") {
        this.#go(part === "next" ? 1 : -1);
      }
    });
    dialog.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        dialog.close(); // Whoever knows the palette needs no tour; the key goes on to it.
      }
      if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
        event.preventDefault();
        this.#go(event.key === "ArrowRight" ? 1 : -1, false);
      }
    });
    dialog.showModal();
    this.#show();
  }

  disconnectedCallback() {
    this.#point(null);
  }

  get #steps() { return [...this.querySelectorAll<HTMLElement>("[data-step]")]; }

  #go(by: number, ends = true) {
    if (this.#at + by >= this.#steps.length) {
      if (ends) {
        this.querySelector("dialog")?.close();
      }
      return;
    }
    this.#at = Math.max(0, this.#at + by);
    this.#show();
  }

  #show() {
    const steps = this.#steps;
    steps.forEach((step, n) => { step.hidden = n !== this.#at; });
    const next = this.querySelector<HTMLElement>("[data-part=next]")!;
    next.dataset["more"] ??= next.textContent ?? "";
    next.textContent = this.#at === steps.length - 1 ? next.dataset["last"] ?? "" : next.dataset["more"];
    this.querySelector<HTMLElement>("[data-part=back]")!.hidden = this.#at === 0;
    this.querySelector<HTMLElement>("[data-part=end]")!.hidden = this.#at === steps.length - 1; // There is nothing left to skip.
    this.querySelector("dialog")!.setAttribute("aria-labelledby", `tour-title-${this.#at}`);
    this.#point(steps[this.#at]?.dataset["target"] ?? null);
    steps[this.#at]?.querySelector<HTMLElement>("h2")?.focus(); // So that a reader says the step; Tab goes on to the buttons.
  }

  #point(target: string | null) {
    document.querySelectorAll(".rc-tour-target").forEach((old) => old.classList.remove("rc-tour-target"));
    if (target) {
      document.querySelector(target)?.classList.add("rc-tour-target");
    }
  }

  #end() {
    this.#point(null);
    const form = this.querySelector("form");
    if (form) {
      void fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form) as unknown as Record<string, string>), redirect: "manual", keepalive: true }).catch(() => null);
    }
  }
}
customElements.define("rc-tour", Tour);
