// Forms: sent once, left only on purpose, filters that apply when chosen and leave no empty names in the address.
let dirty = false;

document.addEventListener("input", (event) => {
  dirty ||= (event.target as Element).closest("form[data-guard]") !== null;
});

document.addEventListener("change", (event) => {
  const changed = event.target as HTMLInputElement;
  const form = changed.form; // Its own: a control need not stand inside it.
  if (form?.matches("[data-auto]") && changed.matches("select, input[type=checkbox], input[type=radio], input[type=date], input[type=month]")) {
    form.requestSubmit();
  }
});

document.addEventListener("formdata", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.method !== "get") {
    return;
  }
  for (const control of [...form.elements] as HTMLInputElement[]) {
    if (control.matches("input:not([type=hidden])[name], select[name]") && control.value === "") {
      const kept = event.formData.getAll(control.name).filter((value) => value !== "");
      event.formData.delete(control.name);
      kept.forEach((value) => event.formData.append(control.name, value)); // Another control of the same name may hold one.
    }
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.method !== "post") {
    return;
  }
  if (form.dataset["sent"]) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset["sent"] = "1";
  dirty = false;
  // Enhanced navigation keeps the document when the form comes back with errors, so it may be sent again then.
  setTimeout(() => delete form.dataset["sent"], 3000);
}, { capture: true });

window.addEventListener("beforeunload", (event) => {
  if (dirty) {
    event.preventDefault();
  }
});

// Enhanced navigation follows a link without unloading the page, so a changed form is asked about here.
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest("a[href]");
  if (!dirty || !link || link.hasAttribute("data-rc") || (link as HTMLAnchorElement).hash !== "" || (link as HTMLAnchorElement).target === "_blank" || event.ctrlKey || event.metaKey) {
    return;
  }
  if (link.hasAttribute("data-abandon") || !document.querySelector("form[data-guard]") || confirm(document.body.dataset["leave"])) {
    dirty = false;
  } else {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, { capture: true });

// A form that came back with errors begins at its summary.
const look = () => document.querySelectorAll<HTMLElement>("[data-focus]").forEach((summary) => {
  summary.removeAttribute("data-focus");
  summary.focus();
});
look();
new MutationObserver(look).observe(document.body, { childList: true, subtree: true });

export {};
