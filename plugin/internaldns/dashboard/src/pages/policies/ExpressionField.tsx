import type { Fault } from "../../api/types";
import { AreaField } from "../../parts/Fields";
import { Builder } from "./builder/Builder";
import type { Selector } from "./builder/selectors";

type Props = {
  of: Selector["of"];
  text: string;
  set: (text: string) => void;
  faults: Fault[];
  check: { busy: boolean; checked: boolean };
  disabled: boolean;
};

const words = {
  traffic: { label: "Traffic", about: "What is asked, and from where.", placeholder: "dns.src_ip in {192.0.2.0/24}" },
  identity: { label: "Identity", about: "Who asks.", placeholder: 'identity.email == "ada@corp.example"' },
};

/** ExpressionField is an expression as rows and as text, each of which follows the other. */
export function ExpressionField({ of, text, set, faults, check, disabled }: Props) {
  const { label, about, placeholder } = words[of];
  return (
    <div role="group" aria-label={label}>
      <h3 className="text-sm font-semibold">{label}</h3>
      <p className="mt-0.5 mb-3 text-sm text-kumo-subtle">{about}</p>
      <Builder of={of} text={text} set={set} disabled={disabled} />
      <AreaField
        label={`${label} as text`}
        className="mt-4"
        mono
        rows={rowsOf(text)}
        value={text}
        onChange={set}
        placeholder={placeholder}
        faults={faults}
        pointer={`/${of}`}
        hint={<span role="status">{text.trim() === "" ? "Empty: true for every query." : check.busy ? "Checking…" : check.checked ? "The expression can be read." : " "}</span>}
      />
    </div>
  );
}

/** rowsOf returns how many rows a text has room in, as long as it is not long. */
function rowsOf(text: string): number {
  const lines = text.split("\n").reduce((sum, line) => sum + 1 + Math.floor(line.length / 100), 0);
  return Math.min(Math.max(lines, 2), 10);
}
