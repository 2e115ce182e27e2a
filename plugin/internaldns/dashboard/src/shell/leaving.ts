import { signOut } from "../api/session";
import { forget } from "../review/collected";

/** leave ends the session, and leaves nothing of it to who signs in next. */
export async function leave(): Promise<void> {
  forget();
  await signOut();
}
