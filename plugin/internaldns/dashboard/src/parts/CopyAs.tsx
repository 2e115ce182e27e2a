import { Button, DropdownMenu } from "@cloudflare/kumo";
import { CopyIcon } from "@phosphor-icons/react";

import { call, text } from "../api/call";
import { useCopy } from "./Copied";

type Props = {
  path: string; // of the call that gets the object
  name: string; // what people call it
  zone?: boolean; // whether it can be lines of a zone file, too
  compact?: boolean; // as in a row
};

const forms = [
  { as: "json", name: "JSON" },
  { as: "curl", name: "curl" },
  { as: "terraform", name: "Terraform" },
  { as: "zone", name: "Zone file" },
];

/** CopyAs copies an object as what other tools take. */
export function CopyAs({ path, name, zone = false, compact = false }: Props) {
  const { copy, shown } = useCopy();
  const read = async (as: string): Promise<string> => {
    if (as !== "json") return text(`${path}?as=${as}`);
    return JSON.stringify((await call<unknown>("GET", path)).result, null, 2) + "\n";
  };
  return (
    <>
      <DropdownMenu>
        <DropdownMenu.Trigger
          render={
            compact ? (
              <Button type="button" variant="ghost" size="sm" shape="square" icon={<CopyIcon />} aria-label={`Copy ${name} as`} title="Copy as" />
            ) : (
              <Button type="button" variant="secondary" icon={<CopyIcon />}>
                Copy as
              </Button>
            )
          }
        />
        <DropdownMenu.Content>
          {forms
            .filter((f) => zone || f.as !== "zone")
            .map((f) => (
              <DropdownMenu.Item key={f.as} onClick={() => void copy(`${name} as ${f.name}`, read(f.as))}>
                {f.name}
              </DropdownMenu.Item>
            ))}
        </DropdownMenu.Content>
      </DropdownMenu>
      {shown}
    </>
  );
}
