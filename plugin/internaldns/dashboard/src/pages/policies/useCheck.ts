import { useQuery } from "@tanstack/react-query";

import { below } from "../../api/errors";
import { useAccount } from "../../api/queries";
import type { Call, Fault, RuleForm } from "../../api/types";
import { useSettled } from "../../parts/useSettled";
import { preview } from "../../review/make";
import { ofExpression } from "./draft";

const pause = 400; // milliseconds without a key before an expression is checked

/**
 * useCheck tells what is wrong with the expressions of a policy while they are typed: the
 * server reads them, as only it knows what they may be.
 */
export function useCheck(path: string, method: Call["method"], form: RuleForm, wanted: boolean): { faults: Fault[]; busy: boolean; checked: boolean } {
  const account = useAccount();
  // What is checked has an outcome that is right: only expressions are asked about.
  const { traffic, identity } = form;
  const name = form.name || "this policy";
  const asked = JSON.stringify({ traffic, identity });
  const settled = useSettled(asked, pause);
  const query = useQuery({
    queryKey: ["preview", "expression", path, method, settled],
    enabled: wanted && settled !== JSON.stringify({ traffic: "", identity: "" }),
    staleTime: Infinity,
    retry: false,
    queryFn: ({ signal }) => {
      const expressions = JSON.parse(settled) as { traffic: string; identity: string };
      const body = { name, action: "resolve", filters: ["dns_resolver"], enabled: false, rule_settings: { resolve_dns_through_cloudflare: true }, ...expressions };
      return preview(account, { title: "", calls: [{ method, path, body }], done: "" }, false, signal);
    },
  });
  const faults = below(query.data?.errors ?? [], 0)
    .filter((f) => /^\/(traffic|identity)/.test(f.source?.pointer ?? ""))
    .map((f) => ({ ...f, message: ofExpression(f.message) }));
  const current = settled === asked;
  return { faults: current ? faults : [], busy: wanted && (!current || query.isFetching), checked: current && query.data !== undefined && faults.length === 0 };
}
