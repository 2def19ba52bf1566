// The lines of the palette: what the server found and what the page offers, drawn.
export interface Hit { title: string; hint?: string; href?: string; icon: string; near?: boolean; press?: string }
export interface Group { kind: string; title: string; all?: string; hits: Hit[] }
export interface Answer { groups: Group[]; offers: { title: string; href: string }[] }

const svg = "http://www.w3.org/2000/svg";

/// What the page itself offers to do, found by its words; each once, with its fuller name where it has two.
export function here(text: string) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const offered = [...document.querySelectorAll<HTMLElement>("[data-offer], .rc-head-actions a[href], .rc-head-actions [data-rc=open-dialog]")];
  return offered.filter((element, at) => !(element instanceof HTMLAnchorElement) || offered.findIndex((other) => other instanceof HTMLAnchorElement && other.href === element.href) === at)
    .map((element) => ({ element, hit: { title: (element.textContent ?? "").trim() || element.title, icon: /#(.+)$/.exec(element.querySelector("use")?.getAttribute("href") ?? "")?.[1] ?? "point" } satisfies Hit }))
    .filter(({ element, hit }) => hit.title !== "" && words.every((word) => `${hit.title} ${element.dataset["words"] ?? ""}`.toLowerCase().includes(word))).slice(0, 6);
}

/// A line of the palette; data are the palette's own attributes.
export function option(hit: Hit, text: string, data: DOMStringMap, presses?: HTMLElement) {
  const line = document.createElement(hit.href ? "a" : "div");
  line.role = "option";
  line.tabIndex = -1;
  line.className = "rc-palette-option";
  line.setAttribute("aria-selected", "false");
  if (line instanceof HTMLAnchorElement) {
    line.href = hit.href!;
  }
  if (hit.press) {
    line.dataset["presses"] = hit.press;
  }
  if (presses) {
    line.addEventListener("rc-press", () => presses.click());
    line.dataset["presses"] = "";
  }
  const icon = document.createElementNS(svg, "svg");
  icon.classList.add("icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `${data["icons"]}#${hit.icon}`);
  icon.append(use);
  const title = document.createElement("span");
  title.className = "rc-palette-title";
  title.append(...marked(hit.title, text));
  line.append(icon, title);
  if (hit.near) {
    const near = document.createElement("span");
    near.className = "rc-palette-near";
    near.textContent = data["near"] ?? "";
    line.append(near);
  }
  if (hit.hint) {
    const hint = document.createElement("span");
    hint.className = "rc-palette-hint";
    hint.append(...marked(hit.hint, text));
    line.append(hint);
  }
  return line;
}

function marked(title: string, text: string): (string | Node)[] {
  const word = text.split(/\s+/).filter(Boolean).sort((a, b) => b.length - a.length).find((w) => title.toLowerCase().includes(w.toLowerCase()));
  if (!word) {
    return [title];
  }
  const at = title.toLowerCase().indexOf(word.toLowerCase());
  const mark = document.createElement("mark");
  mark.textContent = title.slice(at, at + word.length);
  return [title.slice(0, at), mark, title.slice(at + word.length)];
}
