// A form of files that shows how far it is. Files dropped anywhere on the card are taken; without script the form is posted as it is.
class Upload extends HTMLElement {
  connectedCallback() {
    const form = this.closest("form");
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    if (!form || !input || this.dataset["ready"]) {
      return;
    }
    this.dataset["ready"] = "1";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(form);
    });
    const card = this.closest(".card") ?? this;
    card.addEventListener("dragover", (event) => event.preventDefault());
    card.addEventListener("drop", (event) => {
      const files = (event as DragEvent).dataTransfer?.files;
      if (event.target === input || !files?.length) {
        return;
      }
      event.preventDefault();
      input.files = files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  #send(form: HTMLFormElement) {
    const status = document.createElement("div");
    status.className = "rc-upload-status";
    status.role = "status";
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.ariaLabel = this.dataset["progress"] ?? "";
    const words = document.createElement("span");
    status.append(bar, words);
    this.querySelector(".rc-upload-status")?.remove();
    this.append(status);

    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) {
        bar.value = (event.loaded / event.total) * 100;
        words.textContent = `${this.dataset["progress"] ?? ""} ${Math.round(bar.value)} %`;
      }
    });
    const failed = () => {
      status.role = "alert";
      status.textContent = this.dataset["failed"] ?? "";
      delete form.dataset["sent"];
    };
    request.addEventListener("error", failed);
    request.addEventListener("load", () => {
      // A session that ended leads to the page to sign in, which is no JSON.
      if (request.status === 200 && request.getResponseHeader("Content-Type")?.startsWith("application/json")) {
        location.assign((JSON.parse(request.responseText) as { to: string }).to);
      } else {
        failed();
      }
    });
    request.send(new FormData(form));
  }
}
customElements.define("rc-upload", Upload);
