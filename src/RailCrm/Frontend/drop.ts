// A file field that takes dropped files and says what was chosen. The field itself lies over the whole area, so the browser does the dropping.
class Drop extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.dataset["ready"]) {
      return;
    }
    this.dataset["ready"] = "1";
    input.addEventListener("dragover", () => this.classList.add("over"));
    input.addEventListener("dragleave", () => this.classList.remove("over"));
    input.addEventListener("drop", () => this.classList.remove("over"));
    input.addEventListener("change", () => this.#say(input));
  }

  #say(input: HTMLInputElement) {
    const files = [...(input.files ?? [])];
    const most = Number(input.dataset["max"] || Infinity);
    const large = files.some((file) => file.size > most);
    input.setCustomValidity(large ? input.dataset["tooLarge"] ?? "" : "");
    this.classList.toggle("chosen", files.length > 0 && !large);
    this.classList.toggle("is-invalid", large);
    const name = this.querySelector("[data-part=name]");
    const size = this.querySelector("[data-part=size]");
    if (name && size && files.length > 0) {
      name.textContent = files.map((file) => file.name).join(", ");
      size.textContent = large ? input.dataset["tooLarge"] ?? "" : `${Math.max(0.1, files.reduce((sum, file) => sum + file.size, 0) / 1024).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} KB`;
    }
  }
}
customElements.define("rc-drop", Drop);
