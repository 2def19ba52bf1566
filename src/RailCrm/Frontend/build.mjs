// Bundles the front end into ../wwwroot/dist: theme.js (before the first paint), app.js (chart.js split off, loaded when a chart is on the page), style.css, icons.svg.
import { build } from "esbuild";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";

const out = "../wwwroot/dist";
const icons = [
  "activity", "address-book", "adjustments", "alert-triangle", "api", "arrow-back-up", "arrow-down", "arrow-up", "arrows-exchange", "arrows-sort", "at", "ban", "bell", "briefcase", "building", "building-community",
  "building-factory-2", "building-warehouse", "calendar", "calendar-event", "certificate", "chart-bar", "chart-line", "chart-pie", "check", "chevron-down", "chevron-left", "chevron-right",
  "chevrons-left", "circle-check", "circle-plus", "clipboard-check", "clock", "coin-yuan", "copy", "database", "device-desktop", "device-floppy", "dots", "download", "edit", "external-link", "eye", "file-import",
  "file-spreadsheet", "file-text", "filter", "flag", "folder", "gauge", "gift", "hash", "history", "home", "id", "info-circle", "key", "keyboard", "language", "layout-sidebar-left-collapse", "link", "list",
  "list-check", "lock", "lock-open", "logout", "mail", "map-pin", "map-search", "menu-2", "message", "moon", "note", "package", "paperclip", "phone", "photo", "pin", "player-stop", "plus", "point",
  "printer", "progress", "receipt", "refresh", "report-analytics", "report-money", "restore", "ripple", "rotate", "route", "scale", "search", "settings", "share", "shield-lock", "ship", "sitemap", "star", "sun",
  "table", "tag", "tags", "tool", "train", "trash", "trending-down", "trending-up", "truck", "upload", "user", "user-check", "user-off", "user-plus", "user-x", "users", "users-group", "world", "x",
];
const target = ["chrome111", "firefox115", "safari16.4"];

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({ entryPoints: { theme: "theme.ts" }, outdir: out, bundle: true, minify: true, format: "iife", target, legalComments: "none" });
await build({ entryPoints: { app: "app.ts", style: "app.css" }, outdir: out, bundle: true, minify: true, splitting: true, format: "esm", target, chunkNames: "chunk-[hash]", legalComments: "none" });
const symbols = await Promise.all(icons.map(async (name) => {
  const svg = await readFile(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
}));
// What is set, beside its outline that is not.
for (const name of ["bell", "star"]) {
  const svg = await readFile(`node_modules/@tabler/icons/icons/filled/${name}.svg`, "utf8");
  symbols.push(`<symbol id="${name}-filled" viewBox="0 0 24 24" fill="currentColor">${svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))}</symbol>`);
}
await writeFile(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
