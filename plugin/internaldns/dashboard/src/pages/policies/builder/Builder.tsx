import { Button } from "@cloudflare/kumo";
import { PlusIcon, TrashIcon } from "@phosphor-icons/react";
import { useState } from "react";

import { Choice } from "../../../parts/Fields";
import { added, newCondition, replaced, withOperator, withSelector, type Condition, type Form } from "./form";
import { print } from "./print";
import { read } from "./read";
import { idOf, operatorsOf, selectorOf, selectors, takesMany, type Operator, type Selector } from "./selectors";
import { useChoices, type Choices } from "./useChoices";
import { Values } from "./Values";

type Props = { of: Selector["of"]; text: string; set: (text: string) => void; disabled: boolean };

/**
 * Builder shows an expression as rows. It is made of the text and makes the text anew with
 * each edit; what it cannot show it leaves alone.
 */
export function Builder({ of, text, set, disabled }: Props) {
  const [mine, setMine] = useState<Form>(); // which a row that is not complete could not be read of
  const choices = useChoices();
  const form = mine && print(mine) === text ? mine : read(text);
  const edit = (next: Form) => {
    setMine(next);
    set(print(next));
  };
  if (!form) {
    return (
      <p className="rounded-lg bg-kumo-tint px-4 py-3 text-sm" role="status">
        This expression is more than the builder can show. It stays as it is written below.
      </p>
    );
  }
  const first = of === "traffic" ? "dns.src_ip" : "identity.email";
  return (
    <div>
      {form.map((conditions, g) => (
        <Group
          key={g}
          number={g + 1}
          last={g === form.length - 1}
          of={of}
          conditions={conditions}
          choices={choices}
          disabled={disabled}
          set={(at, c) => edit(replaced(form, g, at, c))}
          add={() => edit(added(form, newCondition(conditions.at(-1)?.selector ?? first), g))}
        />
      ))}
      {!disabled && (
        <Button type="button" variant="secondary" size="sm" icon={<PlusIcon />} onClick={() => edit(added(form, newCondition(first)))}>
          {form.length ? "And" : "Add condition"}
        </Button>
      )}
      {disabled && !form.length && <p className="text-sm text-kumo-subtle">Every query.</p>}
    </div>
  );
}

type GroupProps = {
  number: number;
  last: boolean;
  of: Selector["of"];
  conditions: Condition[];
  choices: Choices;
  disabled: boolean;
  set: (at: number, c?: Condition) => void;
  add: () => void;
};

/** Group is conditions of which one has to be true. */
function Group({ number, last, of, conditions, choices, disabled, set, add }: GroupProps) {
  return (
    <>
      <fieldset className="min-w-0 rounded-lg p-3 ring ring-kumo-hairline">
        <legend className="sr-only">Group {number}: one of these is true</legend>
        {conditions.map((c, i) => (
          <div key={i}>
            {i > 0 && <p className="py-1.5 text-sm font-medium text-kumo-subtle">Or</p>}
            <Row condition={c} name={conditions.length > 1 ? `${number}.${i + 1}` : String(number)} of={of} choices={choices} disabled={disabled} set={(next) => set(i, next)} />
          </div>
        ))}
        {!disabled && (
          <Button type="button" variant="ghost" size="sm" icon={<PlusIcon />} className="mt-2" aria-label={`Or: add a condition to group ${number}`} onClick={add}>
            Or
          </Button>
        )}
      </fieldset>
      {last ? <div className="h-2" /> : <p className="py-2 pl-3 text-sm font-medium text-kumo-subtle">And</p>}
    </>
  );
}

type RowProps = { condition: Condition; name: string; of: Selector["of"]; choices: Choices; disabled: boolean; set: (c?: Condition) => void };

function Row({ condition, name, of, choices, disabled, set }: RowProps) {
  const s = selectorOf(condition.selector);
  return (
    <div className="grid grid-cols-[1fr_auto] items-start gap-2 md:grid-cols-[12rem_12rem_1fr_auto]">
      <div className="space-y-2">
        <Choice
          label={`Selector of condition ${name}`}
          value={condition.selector}
          options={selectors.filter((other) => other.of === of || other === s).map((other) => ({ value: idOf(other), label: other.label }))}
          onChange={(id) => set(withSelector(condition, id))}
          disabled={disabled}
          className="w-full"
        />
        {s.keyed && <Key condition={condition} name={name} disabled={disabled} set={set} />}
      </div>
      <div className="order-last col-span-2 md:order-none md:col-span-1">
        <Operators condition={condition} s={s} name={name} disabled={disabled} set={set} />
      </div>
      <div className="order-last col-span-2 min-w-0 md:order-none md:col-span-1">
        <Values
          key={`${condition.selector} ${condition.operator}`}
          condition={condition}
          choices={choices}
          label={`Value of condition ${name}`}
          disabled={disabled}
          set={(values) => set({ ...condition, values })}
        />
      </div>
      {!disabled && (
        <Button type="button" variant="ghost" shape="square" icon={<TrashIcon />} aria-label={`Remove condition ${name}`} title="Remove" onClick={() => set()} />
      )}
    </div>
  );
}

/** Key is the entry of a map that a row is about. */
function Key({ condition, name, disabled, set }: Pick<RowProps, "condition" | "name" | "disabled" | "set">) {
  return (
    <input
      aria-label={`Attribute of condition ${name}`}
      className="mono h-9 w-full rounded-lg bg-kumo-control px-3 text-base text-kumo-default ring ring-kumo-line outline-none placeholder:text-kumo-placeholder focus-visible:ring-2 focus-visible:ring-kumo-brand"
      value={condition.key ?? ""}
      placeholder="department"
      onChange={(e) => set({ ...condition, key: e.target.value })}
      disabled={disabled}
      spellCheck={false}
    />
  );
}

function Operators({ condition, s, name, disabled, set }: Pick<RowProps, "condition" | "name" | "disabled" | "set"> & { s: Selector }) {
  const options = operatorsOf(s, condition.operator).flatMap(({ value, is, not }) => [
    { value: value as string, label: is },
    { value: `not ${value}`, label: not },
  ]);
  // What has several values stays so, since none of them may be lost.
  const several = condition.values.length > 1;
  return (
    <Choice
      label={`Operator of condition ${name}`}
      value={(condition.not ? "not " : "") + condition.operator}
      options={several ? options.filter((o) => takesMany(o.value.replace("not ", "") as Operator)) : options}
      onChange={(chosen) => set(withOperator(condition, chosen.replace("not ", "") as Operator, chosen.startsWith("not ")))}
      disabled={disabled}
      className="w-full"
    />
  );
}
