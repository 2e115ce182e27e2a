import { Combobox } from "@cloudflare/kumo";

import { Field } from "./Fields";
import type { Fault } from "../api/types";

/** Choosable is an object that can be picked. */
export type Choosable = { id: string; name: string; about?: string };

type Props = {
  label: string;
  items: Choosable[];
  value: string; // id, "" for none
  onChange: (id: string) => void;
  placeholder: string;
  hint?: string;
  faults?: Fault[];
  pointer?: string;
  disabled?: boolean;
  className?: string;
};

const most = 100; // items that the list shows: who has more types a part of the name

/** Picker picks one object of many by its name. */
export function Picker({ label, items, value, onChange, placeholder, disabled, ...common }: Props) {
  const chosen = items.find((i) => i.id === value) ?? (value ? { id: value, name: value } : null);
  return (
    <Field label={label} {...common}>
      <Combobox<Choosable>
        items={items}
        value={chosen}
        onValueChange={(item) => onChange((item as Choosable | null)?.id ?? "")}
        itemToStringLabel={(i) => i.name}
        isItemEqualToValue={(a, b) => a.id === b.id}
        limit={most}
        disabled={disabled}
      >
        {/* Enter picks what is marked, and does not send the form as well. */}
        <div className="contents" onKeyDown={(e) => e.key === "Enter" && e.preventDefault()}>
          <Combobox.TriggerInput aria-label={label} placeholder={placeholder} className="w-full" />
        </div>
        <Combobox.Content>
          <Combobox.Empty>Nothing has this in its name.</Combobox.Empty>
          <Combobox.List>
            {(item: Choosable) => (
              <Combobox.Item key={item.id} value={item}>
                <span className="flex min-w-0 items-baseline gap-2">
                  <span className="truncate">{item.name}</span>
                  {item.about && <span className="truncate text-sm text-kumo-subtle">{item.about}</span>}
                </span>
              </Combobox.Item>
            )}
          </Combobox.List>
        </Combobox.Content>
      </Combobox>
    </Field>
  );
}
