import { Banner, Button } from "@cloudflare/kumo";
import { CheckCircleIcon, DownloadSimpleIcon, UploadSimpleIcon } from "@phosphor-icons/react";
import { useRef, useState } from "react";

import { call, text as readText, type Answer } from "../../api/call";
import { faultsOf } from "../../api/errors";
import { usePermission } from "../../api/session";
import type { Imported, Zone } from "../../api/types";
import { AreaField } from "../../parts/Fields";
import { Card, Section } from "../../parts/Page";
import { Faults } from "../../parts/States";
import { count } from "../../parts/time";
import { useTell } from "../../shell/Toasts";

/** Transfer is a zone as a file: in and out. */
export default function Transfer({ zone }: { zone: Zone }) {
  const may = usePermission("DNS Write") && !zone.declared;
  return (
    <>
      {may && <Import zone={zone} />}
      <Export zone={zone} />
    </>
  );
}

function Import({ zone }: { zone: Zone }) {
  const tell = useTell();
  const chooser = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [file, setFile] = useState<File>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [done, setDone] = useState<Answer<Imported>>();

  const take = (chosen: File | undefined) => {
    setFile(chosen);
    setDone(undefined);
    setError(undefined);
  };
  const submit = async () => {
    const body = new FormData();
    body.append("file", file ?? new File([text], "pasted.zone"));
    setBusy(true);
    setError(undefined);
    setDone(undefined);
    try {
      const answer = await call<Imported>("POST", `/zones/${zone.id}/dns_records/import`, { body });
      setDone(answer);
      if (answer.result.recs_added) tell.made(`${count(answer.result.recs_added, "record")} added to ${zone.name}`, answer.revision);
      setText("");
      setFile(undefined);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Section title="Import" about="A zone file as BIND writes it. What is there already stays as it is; a file with an error changes nothing.">
      <Card className="space-y-4 p-5">
        <div
          onDragOver={(e) => e.preventDefault()}
          onDrop={(e) => {
            e.preventDefault();
            take(e.dataTransfer.files[0]);
          }}
          className="flex flex-wrap items-center justify-center gap-3 rounded-lg border border-dashed border-kumo-line px-4 py-6 text-sm"
        >
          <input ref={chooser} type="file" className="hidden" aria-hidden tabIndex={-1} onChange={(e) => take(e.target.files?.[0])} />
          <Button variant="secondary" icon={<UploadSimpleIcon />} onClick={() => chooser.current?.click()}>
            Choose a file
          </Button>
          <span className="text-kumo-subtle">{file ? `${file.name}, ${Math.ceil(file.size / 1024).toLocaleString()} KiB` : "or drop one here"}</span>
          {file && (
            <Button variant="ghost" size="sm" onClick={() => take(undefined)}>
              Take away
            </Button>
          )}
        </div>
        {!file && (
          <AreaField
            label="Or paste it"
            mono
            rows={8}
            value={text}
            onChange={setText}
            placeholder={"$TTL 300\n@    MX 10 mail\nmail A  192.0.2.25"}
            hint={`Names without a final dot are within ${zone.name}. SOA and NS records of the zone itself are left out.`}
          />
        )}
        <Faults faults={faultsOf(error)} title="Nothing was imported" />
        {done && <Result answer={done} />}
        <div className="flex justify-end">
          <Button variant="primary" loading={busy} disabled={!file && !text.trim()} onClick={() => void submit()}>
            Import
          </Button>
        </div>
      </Card>
    </Section>
  );
}

/** Result says what an import has added, and what is to be known of the rest. */
function Result({ answer }: { answer: Answer<Imported> }) {
  const { recs_added: added, total_records_parsed: parsed } = answer.result;
  return (
    <Banner
      icon={<CheckCircleIcon weight="fill" />}
      title={`${count(added, "record")} added of ${parsed.toLocaleString()} in the file`}
      description={
        answer.messages.length > 0 && (
          <ul className="list-disc space-y-1 pl-4">
            {answer.messages.map((m, i) => (
              <li key={i} className="break-words">
                {m.message}
              </li>
            ))}
          </ul>
        )
      }
    />
  );
}

function Export({ zone }: { zone: Zone }) {
  const tell = useTell();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const url = URL.createObjectURL(new Blob([await readText(`/zones/${zone.id}/dns_records/export`)], { type: "text/plain" }));
      const link = document.createElement("a");
      link.href = url;
      link.download = `${zone.name === "." ? "root" : zone.name}.zone`;
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      tell.failed("The zone could not be exported", error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title="Export" about={`All ${count(zone.records, "record")} as a zone file, comments and tags included.`}>
      <Button variant="secondary" icon={<DownloadSimpleIcon />} loading={busy} onClick={() => void save()}>
        Save {zone.name === "." ? "root" : zone.name}.zone
      </Button>
    </Section>
  );
}
