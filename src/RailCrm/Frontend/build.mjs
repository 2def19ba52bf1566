// Bundles the front end into ../wwwroot/dist: app.js (with chart.js split off, loaded when a chart is on the page), app.css, icons.svg.
import { build } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";

const out = "../wwwroot/dist";
const icons = [
  "address-book", "alert-triangle", "arrow-down", "arrow-up", "building", "building-warehouse", "chart-bar", "check", "chevron-left", "chevron-right",
  "circle-plus", "copy", "download", "edit", "file-import", "history", "home", "key", "language", "logout", "menu-2", "moon", "plus", "printer",
  "search", "sitemap", "sun", "train", "trash", "upload", "user", "users", "x", "restore", "file-spreadsheet", "report-analytics",
];

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  entryPoints: { app: "app.ts", style: "app.css" },
  outdir: out,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  chunkNames: "chunk-[hash]",
  legalComments: "none",
});
const symbols = await Promise.all(icons.map(async (name) => {
  const svg = await readFile(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
}));
await writeFile(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
