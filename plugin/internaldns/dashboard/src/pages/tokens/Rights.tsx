import { wordsOf, type Grant, type Kind } from "./rights";

/** Rights says what a token may do, a line for each policy. */
export function Rights({ grants, kinds, names }: { grants: Grant[]; kinds: Kind[]; names: Map<string, string> }) {
  return (
    <ul className="space-y-2 text-sm">
      {grants.map((grant) => {
        const { rights, on } = wordsOf(grant, kinds, names);
        return (
          <li key={grant.key}>
            <span className="font-medium break-words">{on}</span>
            <span className={`block break-words ${grant.deny ? "text-kumo-danger" : "text-kumo-subtle"}`}>{rights}</span>
          </li>
        );
      })}
    </ul>
  );
}
