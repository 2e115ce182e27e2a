import { Modal } from "../parts/Modal";
import { Key } from "./Layout";
import { places } from "./places";

const others: [string[], string][] = [
  [["/"], "Search zones, views, policies and records"],
  [["?"], "This list"],
  [["Esc"], "Close a dialog"],
  [["Enter"], "Apply what is reviewed"],
  [["c"], "Add what is reviewed to the change set"],
];

/** Shortcuts lists the keys that do something. */
export default function Shortcuts({ close }: { close: () => void }) {
  const rows = [...others, ...places.map((p): [string[], string] => [["g", p.key], p.name])];
  return (
    <Modal open onClose={close} title="Keyboard shortcuts">
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2.5 pb-5 text-sm">
        {rows.map(([keys, text]) => (
          <div key={text} className="contents">
            <dt className="flex items-start gap-1">
              {keys.map((k) => (
                <Key key={k}>{k}</Key>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p className="pb-5 text-sm text-kumo-subtle">
        <a href="/licences.txt" className="underline">
          Licences
        </a>{" "}
        of what these pages are made of
      </p>
    </Modal>
  );
}
