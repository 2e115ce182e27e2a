/** Mark is the sign of internaldns: a zone that branches. */
export function Mark({ size = 28 }: { size?: number }) {
  return <img src="/icon.svg" width={size} height={size} alt="" className="shrink-0" />;
}
