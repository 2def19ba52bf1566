// A picture of figures that also stand in a table beside it. Attribute data: see Platform/Ui/Kit/Chart.razor.
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer]);

interface Series { name: string; values: (number | null)[]; kind?: "bar" | "line" | null; right?: boolean; past?: boolean }
interface Data { kind: "bar" | "line" | "pie" | "stacked"; labels: string[]; links?: (string | null)[] | null; running?: number | null; tones?: (keyof typeof tones.light)[] | null; series: Series[] }

const colours = {
  light: ["#1b5cab", "#9db4cf", "#0f8b6d", "#d98a1f", "#7a4fb5", "#c2456b", "#2a9db5", "#6b7a90"],
  dark: ["#5b9cec", "#6f8198", "#3cc29a", "#f0b04f", "#b28df0", "#f07fa5", "#5fc9df", "#94a3b8"],
};

const tones = {
  light: { danger: "#b3261e", brand: "#1b5cab", soft: "#8db4e6", grey: "#a9b6c5", faint: "#d5dde6" },
  dark: { danger: "#e5675d", brand: "#4a8fe2", soft: "#8db8ee", grey: "#71839a", faint: "#3d4b5c" },
};

const short = (value: number) => {
  const size = Math.abs(value);
  const trim = (n: number) => String(+n.toFixed(1));
  if (document.documentElement.lang.startsWith("zh")) {
    return size >= 1e8 ? `${trim(value / 1e8)}亿` : size >= 1e4 ? `${trim(value / 1e4)}万` : trim(value);
  }
  return size >= 1e9 ? `${trim(value / 1e9)}B` : size >= 1e6 ? `${trim(value / 1e6)}M` : size >= 1e3 ? `${trim(value / 1e3)}k` : trim(value);
};

class Chart extends HTMLElement {
  static readonly observedAttributes = ["data"];
  #chart?: EChartsType;
  #links: (string | null)[] = [];
  readonly #resize = new ResizeObserver(() => {
    this.#chart?.resize();
    if (this.#round) {
      this.#draw(); // A round picture is laid out by the width it has.
    }
  });
  #round = false;
  readonly #redraw = () => this.#draw();

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const place = document.createElement("div");
    place.style.height = "100%";
    root.replaceChildren(place);
    const chart = init(place, undefined, { renderer: "svg" });
    this.#chart = chart;
    this.#resize.observe(this);
    document.addEventListener("rc-theme", this.#redraw);
    // The whole column of a label is its link, not the few pixels of a bar.
    chart.getZr().on("click", (event: { offsetX: number; offsetY: number }) => {
      const point = [event.offsetX, event.offsetY];
      if (this.#links.length > 0 && chart.containPixel("grid", point)) {
        const at = chart.convertFromPixel({ gridIndex: 0 }, point)[0];
        this.#open(at === undefined ? undefined : this.#links[at]);
      }
    });
    chart.on("click", "series.pie", (event) => this.#open(this.#links[event.dataIndex]));
    this.#draw();
  }

  disconnectedCallback() {
    this.#resize.disconnect();
    document.removeEventListener("rc-theme", this.#redraw);
    this.#chart?.dispose();
  }

  attributeChangedCallback() {
    this.#draw();
  }

  /** The picture as PNG, twice its size, on the page's own background. */
  async png(): Promise<Blob | null> {
    const svg = this.#chart?.renderToSVGString();
    if (!svg) {
      return null;
    }
    const picture = new Image();
    picture.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.clientWidth * 2, this.clientHeight * 2];
    const pen = canvas.getContext("2d");
    if (!pen) {
      return null;
    }
    pen.fillStyle = getComputedStyle(this).getPropertyValue("--tblr-bg-surface") || "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(picture.src);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  #open(link: string | null | undefined) {
    if (link) {
      location.href = link;
    }
  }

  /** Lines of a legend below the picture. */
  #rows(labels: string[], font: string) {
    const pen = document.createElement("canvas").getContext("2d")!;
    pen.font = `12px ${font}`;
    let [rows, used] = [1, 0];
    for (const label of labels) {
      const width = 14 + 5 + pen.measureText(label).width + 12;
      [rows, used] = used > 0 && used + width > this.clientWidth - 10 ? [rows + 1, width] : [rows, used + width];
    }
    return rows;
  }

  #draw() {
    if (!this.#chart) {
      return;
    }
    const data = JSON.parse(this.getAttribute("data") ?? "{}") as Data;
    this.#links = data.links ?? [];
    this.#round = data.kind === "pie";
    const css = getComputedStyle(this);
    const colour = (name: string) => css.getPropertyValue(name).trim();
    const dark = this.closest("[data-bs-theme]")?.getAttribute("data-bs-theme") === "dark";
    const text = { color: colour("--tblr-secondary"), fontSize: 12 };
    const line = colour("--tblr-border-color");
    const money = (value: unknown) => typeof value === "number" ? value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 }) : "—";
    const base = {
      color: data.tones?.map((tone) => tones[dark ? "dark" : "light"][tone]) ?? colours[dark ? "dark" : "light"],
      textStyle: { fontFamily: css.fontFamily },
      animation: !matchMedia("(prefers-reduced-motion: reduce), print").matches,
      animationDuration: 400,
      aria: { enabled: true },
      tooltip: {
        trigger: data.kind === "pie" ? ("item" as const) : ("axis" as const), confine: true, valueFormatter: money, backgroundColor: colour("--tblr-bg-surface"), borderColor: line,
        textStyle: { color: colour("--tblr-body-color"), fontSize: 12 }, axisPointer: { type: "shadow" as const, shadowStyle: { color: line, opacity: 0.35 } },
      },
    };
    const legend = { textStyle: text, itemWidth: 14, itemHeight: 8, icon: "roundRect", itemGap: 10 };
    if (data.kind === "pie") {
      const values = data.labels.map((name, i) => ({ name, value: Math.max(0, data.series[0]?.values[i] ?? 0) }));
      // Every entry stands in the legend, on as many lines as it takes: nobody turns pages on paper.
      const below = this.#rows(data.labels, css.fontFamily) * 20 + 8;
      const least = below + 130;
      if (this.clientHeight < least) {
        this.style.height = `${least}px`; // Drawn again as it grows.
      }
      const room = Math.max(this.clientHeight, least) - below;
      const radius = Math.max(40, Math.min(this.clientWidth, room) / 2 - 6);
      this.#chart.setOption({ ...base, legend: { ...legend, bottom: 0 }, series: [{ type: "pie", radius: [radius * 0.65, radius], center: ["50%", room / 2], label: { show: false }, itemStyle: { borderColor: colour("--tblr-bg-surface"), borderWidth: 2 }, data: values, cursor: this.#links.length > 0 ? "pointer" : "default" }] }, true);
      return;
    }
    const whole = data.series.every((s) => s.right || s.values.every((v) => v === null || Number.isInteger(v)));
    const axis = { type: "value" as const, ...(whole ? { minInterval: 1 } : {}), axisLabel: { ...text, formatter: short }, splitLine: { lineStyle: { color: line } } };
    const twoAxes = data.series.some((s) => s.right);
    this.#chart.setOption({
      ...base,
      grid: { left: 8, right: 12, top: data.series.length > 1 ? 20 + 20 * this.#rows(data.series.map((s) => s.name), css.fontFamily) : 16, bottom: 8, containLabel: true },
      ...(data.series.length > 1 ? { legend: { ...legend, top: 0, left: 0 } } : {}),
      xAxis: { type: "category", data: data.labels, axisLabel: { ...text, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: line } } },
      yAxis: twoAxes ? [axis, { ...axis, minInterval: 0, splitLine: { show: false } }] : axis,
      series: data.series.map((s) => {
        const type = s.kind ?? (data.kind === "line" ? "line" : "bar");
        return {
          name: s.name, type, yAxisIndex: s.right && twoAxes ? 1 : 0, cursor: this.#links.length > 0 ? "pointer" : "default",
          ...(data.kind === "stacked" && type === "bar" ? { stack: "all" } : {}),
          // A running period is pale: its figure still grows.
          data: s.values.map((value, i) => data.running != null && !s.past && i >= data.running ? { value, itemStyle: { opacity: 0.45 } } : value),
          smooth: false, showSymbol: data.labels.length < 2, symbolSize: 6, lineStyle: { width: 2 }, barMaxWidth: 22, barGap: "10%",
          itemStyle: type === "bar" ? { borderRadius: data.kind === "stacked" ? 0 : [2, 2, 0, 0] } : {},
        };
      }),
    }, true);
  }
}
customElements.define("rc-chart", Chart);

document.addEventListener("click", async (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-rc=chart-png]");
  const picture = await button?.closest("figure")?.querySelector<Chart>("rc-chart")?.png();
  if (!button || !picture) {
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = `${button.dataset["name"] ?? "chart"}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
});
