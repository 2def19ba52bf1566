// A provider of identities for the journeys: node provider.mjs PORT REDIRECT. Whoever signs in is whom the name says; the password is not looked at.
import { Provider } from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const people = {
  zhang: { name: "张伟", groups: ["everybody", "crm-outlet"], department: "N1" },
  li: { name: "李静", groups: ["crm-outlet"], department: "N1", amr: ["pwd", "mfa"] },
  wang: { name: "王强", groups: ["everybody"], department: "N1" },
};
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: "railcrm", client_secret: "a secret of the journeys alone", redirect_uris: [redirect] }],
  claims: { openid: ["sub", "amr"], profile: ["name", "preferred_username", "groups", "department"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["a key of the journeys alone"] },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, preferred_username: sub, ...people[sub], amr: undefined }) }),
});
// The provider's own page for development asks for no second factor: what it would tell of one is said here.
const { save } = provider.AuthorizationCode.prototype;
provider.AuthorizationCode.prototype.save = function (...args) {
  this.amr = people[this.accountId]?.amr;
  return save.apply(this, args);
};
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
