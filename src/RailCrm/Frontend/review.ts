// The review of an import has a form for each row. Whoever saves one keeps what was typed in the others too: those go first.
const typed = (form: HTMLFormElement) => [...form.elements].some((field) => {
  const cell = /^c(\d+)$/.exec((field as HTMLInputElement).name)?.[1];
  const was = cell ? form.elements.namedItem(`w${cell}`) : null;
  return was instanceof HTMLInputElement && was.value !== (field as HTMLInputElement).value;
});

addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.getAttribute("id")?.startsWith("mend-") || form.dataset["others"]) { // A field called id hides the property.
    return;
  }
  const others = [...document.querySelectorAll<HTMLFormElement>("form[id^=mend-]")].filter((other) => other !== form && typed(other));
  if (others.length === 0) {
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  form.dataset["others"] = "sent";
  void (async () => {
    for (const other of others) {
      await fetch(other.action, { method: "POST", body: new URLSearchParams([...new FormData(other)].map(([name, value]) => [name, String(value)])), redirect: "manual" }).catch(() => null);
    }
    form.requestSubmit(event.submitter);
  })();
}, true);

export {};
