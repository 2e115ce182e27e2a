import type { Zone } from "../../api/types";
import { ChangeList } from "../history/ChangeList";

/** ZoneHistory is the changes of a zone and its records. */
export default function ZoneHistory({ zone }: { zone: Zone }) {
  return <ChangeList query={{ object: zone.id }} />;
}
