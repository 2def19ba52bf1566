// Passkeys: a form that fetches a challenge from the server, has the device answer it, and is sent with the answer. Out of sight where the browser knows none.
const field = (form: HTMLFormElement, name: string) => form.querySelector<HTMLInputElement>(`[name="Passkey.${name}"]`)!;

const known = () => typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential && "parseCreationOptionsFromJSON" in PublicKeyCredential;

const say = (form: HTMLFormElement, text: string) => {
  const said = form.querySelector<HTMLElement>("[data-passkey-said]")!;
  said.textContent = text;
  said.hidden = text === "";
};

const answer = async (form: HTMLFormElement) => {
  const response = await fetch(form.dataset["passkey"]!, { method: "POST", body: new FormData(form) });
  if (!response.ok) {
    throw new Error(`${response.status}`);
  }
  const offer = await response.json();
  if (offer.error) {
    say(form, offer.error);
    return;
  }
  const credential = "user" in offer.options
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(offer.options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(offer.options) });
  field(form, "State").value = offer.state;
  field(form, "Credential").value = JSON.stringify(credential);
  form.requestSubmit();
};

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.dataset["passkey"] || field(form, "Credential").value !== "") {
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  delete form.dataset["sent"]; // Nothing went yet.
  say(form, "");
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => { button.disabled = true; });
  answer(form).catch((error: unknown) => {
    const name = error instanceof DOMException ? error.name : "";
    say(form, form.dataset[name === "InvalidStateError" ? "passkeyTaken" : name === "NotAllowedError" || name === "AbortError" ? "passkeyLeft" : "passkeyFailed"] ?? "");
  }).finally(() => buttons.forEach((button) => { button.disabled = false; }));
}, true);

const show = () => {
  if (known()) {
    document.querySelectorAll<HTMLElement>("[data-passkey][hidden]").forEach((form) => { form.hidden = false; });
    document.querySelectorAll<HTMLElement>("[data-passkey-unknown]:not([hidden])").forEach((text) => { text.hidden = true; });
  }
};
show();
new MutationObserver(show).observe(document.body, { childList: true, subtree: true });

export {};
