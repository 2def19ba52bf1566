// Follows a job until it ends, then shows the page anew. Attribute src: the job as JSON; without it the bar stands still.
interface State { state: string; rowsDone: number; rowsTotal: number | null; rowsRejected: number }

class Progress extends HTMLElement {
  #timer = 0;
  #since = performance.now();
  #first = -1;

  connectedCallback() {
    if (this.getAttribute("src")) {
      this.#timer = window.setInterval(() => void this.#ask(), 700);
    }
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  async #ask() {
    const answer = await fetch(this.getAttribute("src") ?? "", { headers: { accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) {
      return; // The network went away or the server restarts: ask again.
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
    const language = document.documentElement.lang;
    const number = (n: number) => n.toLocaleString(language);
    this.#say("done", number(job.rowsDone));
    this.#say("rejected", number(job.rowsRejected));
    this.#say("speed", number(Math.round(speed)));
    this.#say("left", job.rowsTotal && speed > 0 ? this.#time(Math.ceil((job.rowsTotal - job.rowsDone) / speed)) : "…");
    if (job.rowsTotal) {
      this.#say("total", number(job.rowsTotal));
      this.#say("percent", `${((100 * job.rowsDone) / job.rowsTotal).toFixed(1)} %`);
    }
  }

  #time(seconds: number) {
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }

  #say(part: string, text: string) {
    const place = this.querySelector(`[data-part="${part}"]`);
    if (place) {
      place.textContent = text;
    }
  }
}
customElements.define("rc-progress", Progress);
