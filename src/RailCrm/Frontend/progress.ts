// Follows a job until it ends, then shows the page anew. Attributes: src (JSON of the job), done (states that end it).
interface State { state: string; rowsDone: number; rowsTotal: number | null; rowsRejected: number }

class Progress extends HTMLElement {
  #timer = 0;
  #since = performance.now();
  #first = -1;

  connectedCallback() {
    this.#timer = window.setInterval(() => void this.#ask(), 700);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  async #ask() {
    const answer = await fetch(this.getAttribute("src") ?? "", { headers: { accept: "application/json" } });
    if (!answer.ok) {
      return;
    }
    const job = (await answer.json()) as State;
    if (["completed", "failed", "cancelled"].includes(job.state)) {
      clearInterval(this.#timer);
      location.reload();
      return;
    }
    if (this.#first < 0) {
      this.#first = job.rowsDone;
      this.#since = performance.now();
    }
    const speed = (job.rowsDone - this.#first) / Math.max(0.5, (performance.now() - this.#since) / 1000);
    const bar = this.querySelector("progress");
    if (bar && job.rowsTotal) {
      bar.max = job.rowsTotal;
      bar.value = job.rowsDone;
    }
    const say = (part: string, text: string) => {
      const place = this.querySelector(`[data-part="${part}"]`);
      if (place) {
        place.textContent = text;
      }
    };
    say("done", job.rowsDone.toLocaleString());
    say("rejected", job.rowsRejected.toLocaleString());
    say("speed", Math.round(speed).toLocaleString());
    say("left", job.rowsTotal && speed > 0 ? `${Math.ceil((job.rowsTotal - job.rowsDone) / speed)} s` : "…");
  }
}
customElements.define("rc-progress", Progress);
