import { Button } from "@cloudflare/kumo";
import { DownloadSimpleIcon } from "@phosphor-icons/react";
import { useState } from "react";

import { text as readText } from "../../api/call";
import { usePermission } from "../../api/session";
import type { Zone } from "../../api/types";
import { Section } from "../../parts/Page";
import { count } from "../../parts/time";
import { useTell } from "../../shell/Toasts";
import { Import } from "./import/Import";

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
