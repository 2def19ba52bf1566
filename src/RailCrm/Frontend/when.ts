// Fields that are asked only beside certain values of another: out of sight while it has none of them. Without script all are shown, and the server judges the same way.
const judge = (root: ParentNode) => root.querySelectorAll<HTMLElement>("[data-when]").forEach((part) => {
  const form = part.closest("form");
  const wanted = (part.dataset["whenValues"] ?? "").split(",");
  const chosen = form ? [...new FormData(form).getAll(part.dataset["when"]!)].map((value) => String(value).toLowerCase()) : [];
  const hidden = !wanted.some((value) => chosen.includes(value.toLowerCase()));
  if (part.hidden !== hidden) {
    part.hidden = hidden;
  }
});

document.addEventListener("change", () => judge(document));
judge(document);
new MutationObserver(() => judge(document)).observe(document.body, { childList: true, subtree: true });

export {};
