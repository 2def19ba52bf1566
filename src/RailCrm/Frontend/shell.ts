// Behaviour of the frame: theme, menu, dialogs, toasts, copy, print.
const root = document.documentElement;
const keep = (name: string, value: string) => (document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`);

const setTheme = (choice: string) => {
  root.dataset["theme"] = choice;
  keep("theme", choice);
  document.dispatchEvent(new CustomEvent("rc-choose-theme"));
};

const menu = () => document.getElementById("menu");
const showMenu = (show: boolean) => {
  menu()?.classList.toggle("show", show);
  document.querySelector("[data-rc=menu]")?.setAttribute("aria-expanded", String(show));
  if (show) {
    menu()?.querySelector<HTMLElement>("a")?.focus();
  }
};

const copy = async (button: HTMLElement) => {
  await navigator.clipboard?.writeText(button.dataset["text"] ?? "");
  const said = button.title;
  button.classList.add("rc-copied");
  button.title = document.body.dataset["copied"] ?? said;
  setTimeout(() => {
    button.classList.remove("rc-copied");
    button.title = said;
  }, 1600);
};

document.addEventListener("click", (event) => {
  const clicked = event.target as Element;
  // A menu under a button closes when one looks elsewhere.
  document.querySelectorAll<HTMLDetailsElement>("details.rc-menu[open]").forEach((open) => {
    if (!open.contains(clicked) || clicked.closest(".rc-menu-panel a, .rc-menu-panel button")) {
      open.open = false;
    }
  });
  if (clicked instanceof HTMLDialogElement && clicked.open) {
    const box = clicked.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) {
      clicked.close();
    }
    return;
  }
  const target = clicked.closest<HTMLElement>("[data-rc]");
  switch (target?.dataset["rc"]) {
    case "theme":
      setTheme(target.dataset["to"] ?? (root.dataset["bsTheme"] === "dark" ? "light" : "dark"));
      break;
    case "menu":
      event.preventDefault();
      showMenu(!menu()?.classList.contains("show"));
      break;
    case "menu-close":
      event.preventDefault();
      showMenu(false);
      break;
    case "collapse":
      root.dataset["menu"] = root.dataset["menu"] === "narrow" ? "wide" : "narrow";
      keep("menu", root.dataset["menu"]);
      break;
    case "copy":
      void copy(target);
      break;
    case "print":
      window.print();
      break;
    case "dismiss":
      target.closest(".rc-toast")?.remove();
      break;
    case "open-dialog":
      event.preventDefault(); // Not as the popover it is without script: a modal keeps the focus inside.
      (document.getElementById(target.dataset["target"] ?? "") as HTMLDialogElement | null)?.showModal();
      break;
    case "close-dialog":
      event.preventDefault();
      target.closest("dialog")?.close();
      break;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  const open = document.querySelector<HTMLDetailsElement>("details.rc-menu[open]");
  if (open) {
    open.open = false;
    open.querySelector<HTMLElement>("summary")?.focus();
  } else if (menu()?.classList.contains("show")) {
    showMenu(false);
    document.querySelector<HTMLElement>("[data-rc=menu]")?.focus();
  }
});

// What was done is said for a while; what went wrong stays until it is read.
const fade = () => {
  document.querySelectorAll<HTMLElement>(".rc-toast:not(.rc-toast-error):not([data-fading])").forEach((toast) => {
    toast.dataset["fading"] = "1";
    setTimeout(() => {
      if (!toast.matches(":hover, :focus-within")) {
        toast.remove();
      }
    }, toast.querySelector("form") ? 15_000 : 8_000);
  });
};
// What the page brings open becomes the modal that it is when a button opens it.
const show = () => {
  document.querySelectorAll<HTMLDialogElement>("dialog[data-shown]").forEach((dialog) => {
    dialog.removeAttribute("data-shown");
    dialog.close();
    dialog.showModal();
  });
};
show();
new MutationObserver(show).observe(document.body, { childList: true, subtree: true });

fade();
new MutationObserver(fade).observe(document.body, { childList: true, subtree: true });

export {};
