// A row of tabs wider than the screen begins at the tab one is on.
let at = "";
const toActive = () => {
  if (location.href === at) {
    return; // What one scrolled to since stays.
  }
  at = location.href;
  document.querySelectorAll<HTMLElement>(".rc-tabs").forEach((tabs) => {
    const active = tabs.querySelector<HTMLElement>(".active");
    if (active && tabs.scrollWidth > tabs.clientWidth) {
      tabs.scrollLeft += active.getBoundingClientRect().left - tabs.getBoundingClientRect().left - (tabs.clientWidth - active.offsetWidth) / 2;
    }
  });
};
toActive();
new MutationObserver(toActive).observe(document.body, { childList: true, subtree: true });

export {};
