import { Button } from "@cloudflare/kumo";
import { UploadSimpleIcon } from "@phosphor-icons/react";
import { useRef, useState } from "react";

import { faultsOf } from "../../../api/errors";
import type { Zone } from "../../../api/types";
import { AreaField } from "../../../parts/Fields";
import { Card, Section } from "../../../parts/Page";
import { Faults, Loading } from "../../../parts/States";
import { sizeText } from "./file";
import { ImportTables } from "./ImportTables";
import { useImport } from "./useImport";

/** Import takes a zone file, shows what it would do, and does that. */
export function Import({ zone }: { zone: Zone }) {
  const [text, setText] = useState("");
  const [file, setFile] = useState<File>();
  const importing = useImport(zone);
  const source = () => file ?? new Blob([text]);

  const choose = (chosen: File | undefined) => {
    setFile(chosen);
    importing.reset();
    if (chosen) void importing.look(chosen, false);
  };
  const type = (typed: string) => {
    setText(typed);
    importing.reset();
  };
  const make = async (force: boolean) => {
    if (!(await importing.make(source(), force))) return;
    setText("");
    choose(undefined);
  };

  return (
    <Section title="Import" about="A zone file as BIND writes it. What it does is shown first. Records that are there stay.">
      <Card className="space-y-4 p-4 sm:p-5">
        <Drop file={file} choose={choose} />
        {!file && (
          <AreaField
            label="Or paste it"
            mono
            rows={8}
            value={text}
            onChange={type}
            placeholder={"$TTL 300\n@    MX 10 mail\nmail A  192.0.2.25"}
            hint={`Names without a final dot are within ${zone.name}. SOA and NS records of the zone itself are left out.`}
          />
        )}
        <Faults faults={faultsOf(importing.error)} title="Nothing was imported" />
        {!importing.looked && importing.busy !== "look" && (
          <div className="flex justify-end">
            <Button variant="primary" disabled={!file && !text.trim()} onClick={() => void importing.look(source(), false)}>
              Preview
            </Button>
          </div>
        )}
        {importing.busy === "look" && !importing.looked && <Loading rows={3} />}
      </Card>
      {importing.looked && (
        <ImportTables
          importing={importing}
          looked={importing.looked}
          again={(force) => void importing.look(source(), force)}
          make={(force) => void make(force)}
          cancel={() => choose(undefined)}
        />
      )}
    </Section>
  );
}

/** Drop is where a file is dropped, or chosen. */
function Drop({ file, choose }: { file: File | undefined; choose: (file: File | undefined) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  return (
    <div
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault();
        setOver(false);
        choose(e.dataTransfer.files[0]);
      }}
      className={`flex flex-wrap items-center justify-center gap-3 rounded-lg border border-dashed px-4 py-6 text-sm ${over ? "border-kumo-brand bg-kumo-tint" : "border-kumo-line"}`}
    >
      <input
        ref={chooser}
        type="file"
        aria-label="Zone file"
        className="sr-only"
        tabIndex={-1}
        onChange={(e) => {
          choose(e.target.files?.[0]);
          e.target.value = ""; // the same file can be chosen again, once it was edited
        }}
      />
      <Button variant="secondary" icon={<UploadSimpleIcon />} onClick={() => chooser.current?.click()}>
        {file ? "Choose another" : "Choose a file"}
      </Button>
      <span className="min-w-0 break-words text-kumo-subtle">{file ? `${file.name}, ${sizeText(file.size)}` : "or drop one here"}</span>
      {file && (
        <Button variant="ghost" size="sm" onClick={() => choose(undefined)}>
          Take away
        </Button>
      )}
    </div>
  );
}
