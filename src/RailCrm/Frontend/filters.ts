// What is typed into a list's filters and not sent yet goes along with whatever is chosen next, or still stands there afterwards.
const typed = new Map<string, string>();
type Panel = { add: string; op: string; values: string[] };
let panel: Panel | null = null; // The condition begun in the panel.
let [listens, reads] = [false, false];
let of = ""; // The list that they are of; lists share names.

const form = () => document.getElementById("list-filter") as HTMLFormElement | null;
const isText = (part: EventTarget | null): part is HTMLInputElement => part instanceof HTMLInputElement && part.name !== "" && part.matches("input:not([type]), input[type=text], input[type=search]");

/** The address with what was typed; null where it is of another page, or names a saved view alone, which stands for all it keeps. */
const along = (address: string) => {
  const url = new URL(address, location.href);
  const list = form();
  if (!list || typed.size === 0 || url.pathname !== new URL(list.action).pathname || ![...url.searchParams.keys()].some((key) => key !== "view" && key !== "cursor")) {
    return null;
  }
  typed.forEach((value, name) => (value ? url.searchParams.set(name, value) : url.searchParams.delete(name)));
  url.searchParams.delete("cursor");
  return url.pathname + url.search;
};

/** The same where a form returns to the view that is open: the filters' own form says it whole. */
const whole = (address: string) => {
  const list = form();
  if (!list || new URL(address, location.href).pathname !== new URL(list.action).pathname) {
    return address;
  }
  reads = true;
  const said = [...new FormData(list)].filter(([, value]) => value !== "").map(([name, value]) => [name, String(value)]);
  reads = false;
  return `${new URL(list.action).pathname}?${new URLSearchParams(said)}`;
};

/** Forgets what was begun in another list. */
const here = () => {
  const address = form()?.action ?? "";
  if (address !== of) {
    typed.clear();
    panel = null;
    of = address;
  }
};

const back = () => {
  here();
  for (const [name, value] of typed) {
    const control = [...(form()?.elements ?? [])].find((part): part is HTMLInputElement => isText(part) && part.name === name);
    if (control) {
      control.value = value;
    } else {
      typed.delete(name);
    }
  }
  const adder = document.querySelector<HTMLDetailsElement>("details#filter:not(:has([data-editing]))");
  const field = adder?.querySelector<HTMLSelectElement>("select[name=add]");
  if (!panel || !adder || !field || ![...field.options].some((option) => option.value === panel!.add)) {
    panel = null;
    return;
  }
  const { add, op, values } = panel;
  adder.open = true;
  field.value = add;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  const compared = adder.querySelector<HTMLSelectElement>("select[name=op]");
  if (compared && op) {
    compared.value = op;
  }
  const controls = [...adder.querySelectorAll<HTMLInputElement | HTMLSelectElement>(".rc-filter-value [name=value]")];
  controls.filter((part) => part.type === "checkbox").forEach((box) => ((box as HTMLInputElement).checked = values.includes(box.value)));
  controls.filter((part) => part.type !== "checkbox").forEach((part, at) => (part.value = values[at] ?? ""));
  panel = { add, op, values };
};

const noted = (event: Event) => {
  here();
  const part = event.target as HTMLInputElement;
  if (isText(part) && part.form && part.form === form()) {
    typed.set(part.name, part.value);
  }
  const adder = part.closest<HTMLFormElement>("details#filter:not(:has([data-editing])) form");
  if (adder) {
    reads = true; // To read a form is told as if it were sent.
    const said = new FormData(adder);
    reads = false;
    panel = said.get("add") ? { add: String(said.get("add")), op: String(said.get("op") ?? ""), values: said.getAll("value").map(String) } : null;
  }
  if (!listens) {
    (window as unknown as { Blazor?: { addEventListener(name: string, act: () => void): void } }).Blazor?.addEventListener("enhancedload", back);
    listens = true;
  }
};
document.addEventListener("input", noted);
document.addEventListener("change", noted);
document.addEventListener("toggle", (event) => (event.target as HTMLDetailsElement).matches("details#filter:not([open])") && (panel = null), { capture: true });

document.addEventListener("submit", (event) => {
  const sent = event.target as HTMLFormElement;
  if (sent === form()) {
    typed.clear();
  } else if (sent.closest("details#filter")) {
    panel = null;
  }
});

document.addEventListener("formdata", (event) => {
  const sent = event.target as HTMLFormElement;
  const returns = event.formData.get("returnUrl");
  if (reads || sent === form() || typed.size === 0) {
    return;
  }
  if (sent.method === "get" && along(`${sent.action}?layout=table`)) {
    typed.forEach((value, name) => (value ? event.formData.set(name, value) : event.formData.delete(name)));
    typed.clear();
  } else if (typeof returns === "string") {
    event.formData.set("returnUrl", along(returns) ?? whole(returns));
  }
});

document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("main a[href]");
  if (!link || typed.size === 0 || link.target === "_blank" || event.ctrlKey || event.metaKey) {
    return;
  }
  if (link.closest(".rc-views, .rc-clear")) {
    typed.clear(); // Another view, or none of the filters: what was typed for this one is not meant.
    return;
  }
  const to = along(link.href);
  if (to) {
    link.href = to;
    typed.clear();
  }
}, { capture: true });

export {};
