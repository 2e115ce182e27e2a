// The calls of the API in the words of the pages.
import type { Change } from "../../api/types";

const calls: [RegExp, string][] = [
  [/^START/, "The account began"],
  [/^POST \/zones$/, "Zone created"],
  [/^PATCH \/zones\/[^/]+$/, "Zone changed"],
  [/^DELETE \/zones\/[^/]+$/, "Zone deleted"],
  [/^PATCH \/zones\/[^/]+\/dns_settings$/, "Settings of a zone changed"],
  [/^POST \/zones\/[^/]+\/dns_records$/, "Record added"],
  [/^(PATCH|PUT) \/zones\/[^/]+\/dns_records\/[^/]+$/, "Record changed"],
  [/^DELETE \/zones\/[^/]+\/dns_records\/[^/]+$/, "Record deleted"],
  [/^POST \/zones\/[^/]+\/dns_records\/batch$/, "Records changed"],
  [/^POST \/zones\/[^/]+\/dns_records\/import$/, "Zone file imported"],
  [/^POST \/accounts\/[^/]+\/dns_settings\/views$/, "View created"],
  [/^PATCH \/accounts\/[^/]+\/dns_settings\/views\/[^/]+$/, "View changed"],
  [/^DELETE \/accounts\/[^/]+\/dns_settings\/views\/[^/]+$/, "View deleted"],
  [/^PATCH \/accounts\/[^/]+\/dns_settings$/, "Settings of the account changed"],
  [/^POST \/accounts\/[^/]+\/gateway\/rules$/, "Resolver policy created"],
  [/^(PATCH|PUT) \/accounts\/[^/]+\/gateway\/rules\/[^/]+$/, "Resolver policy changed"],
  [/^DELETE \/accounts\/[^/]+\/gateway\/rules\/[^/]+$/, "Resolver policy deleted"],
  [/^PUT \/accounts\/[^/]+\/internal_dns\/rules\/order$/, "Resolver policies reordered"],
  [/^POST \/accounts\/[^/]+\/internal_dns\/changes\/(\d+)\/revert$/, "Change $1 undone"],
  [/^POST \/accounts\/[^/]+\/internal_dns\/changes$/, "Several changes at once"],
  [/^POST \/accounts\/[^/]+\/internal_dns\/restore$/, "Backup restored"],
  [/^POST \/accounts\/[^/]+\/gateway\/lists$/, "List created"],
  [/^(PATCH|PUT) \/accounts\/[^/]+\/gateway\/lists\/[^/]+$/, "List changed"],
  [/^DELETE \/accounts\/[^/]+\/gateway\/lists\/[^/]+$/, "List deleted"],
  [/^POST \/accounts\/[^/]+\/gateway\/locations$/, "Location created"],
  [/^PUT \/accounts\/[^/]+\/gateway\/locations\/[^/]+$/, "Location changed"],
  [/^DELETE \/accounts\/[^/]+\/gateway\/locations\/[^/]+$/, "Location deleted"],
  [/^(PATCH|PUT) \/accounts\/[^/]+\/gateway\/configuration$/, "Gateway settings changed"],
  [/^POST \/accounts\/[^/]+\/gateway\/rules\/[^/]+\/reset_expiration$/, "Resolver policy prolonged"],
  [/^POST .*\/tokens$/, "Token created"],
  [/^PUT .*\/tokens\/[^/]+$/, "Token changed"],
  [/^PUT .*\/tokens\/[^/]+\/value$/, "Token rolled"],
  [/^DELETE .*\/tokens\/[^/]+$/, "Token deleted"],
];

/** aboutWords names what a change was about, as far as a list of changes tells. */
export function aboutWords(change: Change): string {
  const names = (change.names ?? []).map((n) => n.name).filter((name, i, all) => name !== "" && all.indexOf(name) === i);
  return names.length === 3 ? `${names.join(", ")}…` : names.join(", ");
}

/** callWords words a call. One that is not known here is told as it is. */
export function callWords(method: string, path: string): string {
  const call = `${method} ${path.replace(/^\/client\/v4/, "").replace(/\?.*$/, "")}`;
  for (const [pattern, text] of calls) {
    const found = pattern.exec(call);
    if (found) return text.replace("$1", found[1] ?? "");
  }
  return call;
}
