/**
 * toClipboard puts a text that may be on its way into the clipboard, and tells whether the
 * browser let it: it does on pages that came encrypted or from this machine only.
 */
export async function toClipboard(text: Promise<string>): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return false;
  try {
    // Told at once of what is to come, browsers still know that somebody pressed a button.
    await clipboard.write([new ClipboardItem({ "text/plain": text })]);
    return true;
  } catch {
    try {
      await clipboard.writeText(await text);
      return true;
    } catch {
      return false;
    }
  }
}
