// A picture of figures that also stand in a table beside it. Attribute data: {kind, labels, series: [{name, values, kind?}]}.
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer]);

interface Series { name: string; values: (number | null)[]; kind?: "bar" | "line" }
interface Data { kind: "bar" | "line" | "pie"; labels: string[]; series: Series[] }

const short = (value: number) => {
  const size = Math.abs(value);
  const zh = document.documentElement.lang.startsWith("zh");
  if (zh) {
    return size >= 1e8 ? `${+(value / 1e8).toFixed(1)}亿` : size >= 1e4 ? `${+(value / 1e4).toFixed(1)}万` : String(+value.toFixed(0));
  }
  return size >= 1e9 ? `${+(value / 1e9).toFixed(1)}B` : size >= 1e6 ? `${+(value / 1e6).toFixed(1)}M` : size >= 1e3 ? `${+(value / 1e3).toFixed(1)}k` : String(+value.toFixed(0));
};

class Chart extends HTMLElement {
  static readonly observedAttributes = ["data"];
  #chart?: EChartsType;
  readonly #resize = new ResizeObserver(() => this.#chart?.resize());
  readonly #redraw = () => this.#draw();

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const place = document.createElement("div");
    place.style.height = "100%";
    root.replaceChildren(place);
    this.#chart = init(place, undefined, { renderer: "svg" });
    this.#resize.observe(this);
    document.addEventListener("rc-theme", this.#redraw);
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

  #draw() {
    if (!this.#chart) {
      return;
    }
    const data = JSON.parse(this.getAttribute("data") ?? "{}") as Data;
    const css = getComputedStyle(document.documentElement);
    const ink = css.getPropertyValue("--tblr-secondary").trim();
    const line = css.getPropertyValue("--tblr-border-color").trim();
    const color = ["#206bc4", "#9aa9bd", "#2fb344", "#f59f00", "#ae3ec9", "#d6336c", "#0ca678", "#4263eb"];
    const text = { color: ink };
    const base = { color, textStyle: { fontFamily: css.getPropertyValue("--tblr-font-sans-serif") }, animation: !matchMedia("(prefers-reduced-motion: reduce)").matches, aria: { enabled: true }, tooltip: { trigger: data.kind === "pie" ? ("item" as const) : ("axis" as const), confine: true } };
    this.#chart.setOption(data.kind === "pie"
      ? { ...base, legend: { bottom: 0, textStyle: text, type: "scroll" }, series: [{ type: "pie", radius: ["45%", "70%"], center: ["50%", "44%"], label: { show: false }, data: data.labels.map((name, i) => ({ name, value: data.series[0]?.values[i] ?? 0 })) }] }
      : {
          ...base,
          grid: { left: 8, right: 12, top: 36, bottom: 8, containLabel: true },
          legend: { top: 0, textStyle: text },
          xAxis: { type: "category", data: data.labels, axisLabel: text, axisLine: { lineStyle: { color: line } } },
          yAxis: { type: "value", axisLabel: { ...text, formatter: short }, splitLine: { lineStyle: { color: line } } },
          series: data.series.map((s) => ({ name: s.name, type: s.kind ?? data.kind, data: s.values, smooth: 0.2, showSymbol: false, barMaxWidth: 18 })),
        }, true);
  }
}
customElements.define("rc-chart", Chart);
